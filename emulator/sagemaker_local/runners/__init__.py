"""How a container is run on this machine: Docker engine, namespaces, or a plain process.

:func:`choose_runner` takes the best that the machine has. Nothing here knows of jobs, S3 or logs.
"""

from sagemaker_local.runners.choose import choose_runner, usable_runners
from sagemaker_local.runners.container import Container, ContainerError, ContainerSpec, Runner

__all__ = ["Container", "ContainerError", "ContainerSpec", "Runner", "choose_runner", "usable_runners"]
