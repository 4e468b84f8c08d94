"""What an earlier attempt of a step has left in its task root, removed before a job is made.

KFP's launcher publishes nothing of a step that failed, so an attempt finds nothing of the one before. SageMaker may have
uploaded what a job had written when it was stopped, and a part of it when an upload failed.
"""

from __future__ import annotations

import logging

from kfp_sagemaker.container_step.job import Job
from kfp_sagemaker.container_step.layout import EXECUTOR_LOGS, OUTPUT_FOLDER, OWN_FOLDER
from kfp_sagemaker.container_step.staging import Objects
from kfp_sagemaker.errors import AccessDenied
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.s3_uri import split_uri

_logger = logging.getLogger(__name__)


def remove_leavings(job: Job, objects: Objects, patience: Patience) -> None:
    """Delete all below the task root that a job can have left. Raises AccessDenied.

    It is called when there is no job to go on with, so that nothing of it is of use to anybody. What stays are the files that
    jobs start from, checkpoints, and KFP's logs of earlier attempts, which have names of their own.
    """
    bucket, root = split_uri(job.layout.task_root)
    found = patience.ride_out(lambda: objects.keys(bucket, root))
    left = [key for key in found if not _stays(key.removeprefix(root).lstrip("/"), job)]
    try:
        for key in left:
            patience.ride_out(lambda key=key: objects.delete(f"s3://{bucket}/{key}"))  # type: ignore[misc]
    except AccessDenied as error:
        raise AccessDenied(
            f"an earlier attempt of this step left {len(left)} objects at {job.layout.task_root}, which would be taken for "
            "results of this one, and they may not be deleted. Allow it (`kfp-sagemaker iam step` prints the policy), or "
            f"delete them: {error}") from None
    if left:
        _logger.info("removed %d objects that an earlier attempt left at %s", len(left), job.layout.task_root)


def _stays(path: str, job: Job) -> bool:
    """Whether what has that path in the task root is kept."""
    name, _, rest = path.partition("/")
    if name == OWN_FOLDER:
        return not rest.startswith(f"{OUTPUT_FOLDER}/")
    return name.startswith(EXECUTOR_LOGS) and name not in (job.spec.outputs.get("artifacts") or {})
