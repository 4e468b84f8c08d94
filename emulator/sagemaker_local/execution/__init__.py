"""Running what the API accepted: jobs and endpoints in containers, with the ``/opt/ml`` contract, S3 and CloudWatch
Logs.

:func:`create_execution` is the only way in. Nothing here knows of HTTP, records or describes; see
:mod:`sagemaker_local.events`.
"""

from sagemaker_local.execution.container_execution import ContainerExecution, create_execution
from sagemaker_local.execution.context import Limits

__all__ = ["ContainerExecution", "Limits", "create_execution"]
