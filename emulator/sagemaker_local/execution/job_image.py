"""The image of a request as the runner takes it, and what a runner without isolation must refuse."""

from __future__ import annotations

from sagemaker_local.execution.context import Context, JobFailed
from sagemaker_local.runners.images import Image, find_image


def job_image(context: Context, uri: str | None) -> Image:
    """What stands for an image URI. Raises JobFailed when the request has none or its folder is not one."""
    if not uri:
        raise JobFailed("ClientError: the request names no image; algorithms and packages by name are not available here")
    try:
        return find_image(uri, context.images)
    except ValueError as error:
        raise JobFailed(f"ClientError: {error}") from error


def refuse_more_than_the_runner_can(context: Context, instances: int) -> None:
    """Raises JobFailed for a job of several instances where only one process can be run at a time."""
    if instances > 1 and context.runner.one_job_at_a_time:
        raise JobFailed(
            f"ClientError: InstanceCount {instances}: the {context.runner.name} runner runs one instance; install bubblewrap "
            "or start a Docker engine"
        )
