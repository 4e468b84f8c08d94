"""CreateTransformJob and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html.

It runs as the role of its model; the API has no way to delete one.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

TRANSFORM_JOB = Resource(
    kind="TransformJob",
    life=Life.JOB,
    create="CreateTransformJob",
    describe="DescribeTransformJob",
    stop="StopTransformJob",
    name_member="TransformJobName",
    arn_member="TransformJobArn",
    arn_type="transform-job",
    name_prefix="BatchTransform",
    console_page="transform-jobs",
    not_found=(ErrorText("ValidationException", "Could not find requested job"), ErrorText("ResourceNotFound")),
    already_exists=(ErrorText("ResourceInUse"),),
    already_finished=(ErrorText("ValidationException", "status"),),
    status_member="TransformJobStatus",
    statuses={
        "InProgress": State.BUSY,
        "Stopping": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    settling=frozenset({"Stopping"}),
    log_group="/aws/sagemaker/TransformJobs",
    never_defaulted=("DataCaptureConfig", "Environment", "ExperimentConfig"),
    # No limit is documented: the longest that any job may be given, 28 days of a training job.
    longest=28 * 24 * 3600,
)
