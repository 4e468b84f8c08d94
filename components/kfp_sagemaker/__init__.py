"""Kubeflow Pipelines components whose steps run on Amazon SageMaker."""
