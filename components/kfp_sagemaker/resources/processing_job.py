"""CreateProcessingJob and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeProcessingJob.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

PROCESSING_JOB = Resource(
    kind="ProcessingJob",
    life=Life.JOB,
    create="CreateProcessingJob",
    describe="DescribeProcessingJob",
    stop="StopProcessingJob",
    delete="DeleteProcessingJob",
    name_member="ProcessingJobName",
    arn_member="ProcessingJobArn",
    arn_type="processing-job",
    name_prefix="ProcessingJob",
    console_page="processing-jobs",
    not_found=(ErrorText("ValidationException", "Could not find requested job"), ErrorText("ResourceNotFound")),
    already_exists=(ErrorText("ResourceInUse"),),
    already_finished=(ErrorText("ValidationException", "status"),),
    status_member="ProcessingJobStatus",
    statuses={
        "InProgress": State.BUSY,
        "Stopping": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    settling=frozenset({"Stopping"}),
    log_group="/aws/sagemaker/ProcessingJobs",
    role_member="RoleArn",
    never_defaulted=("ProcessingInputs", "ProcessingOutputConfig", "Environment"),
)
