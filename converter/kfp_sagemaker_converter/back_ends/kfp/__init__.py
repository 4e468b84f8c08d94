"""KFP: the pipeline's own IR, whose moved steps run a launcher. The DAG stays as it is."""
