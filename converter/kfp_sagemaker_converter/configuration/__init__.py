"""``kfp-sagemaker.yaml``: what a team says about how its pipelines are converted."""
