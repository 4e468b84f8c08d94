"""A local SageMaker endpoint for development and tests, which really runs the jobs it is given.

Knows the SageMaker HTTP API and the container contracts; nothing of Kubeflow Pipelines, and
nothing of :mod:`kfp_sagemaker`, so that the two cannot agree by construction.
"""

from __future__ import annotations

from sagemaker_local.server import LocalSageMaker, start
from sagemaker_local.settings import Settings

__all__ = ["LocalSageMaker", "Settings", "start"]
