"""The converter: foreign pipeline files in, Kubeflow pipelines whose steps run on SageMaker out.

Holds the front ends, the pipeline model, the passes and the back ends of ``kfp-sagemaker convert``.
What runs a converted step in the pod is not here but in :mod:`kfp_sagemaker`.
"""
