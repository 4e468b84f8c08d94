"""StartPipelineExecution and its kin.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipelineExecution.html. An execution has an id, which
the service makes; the name that a client may give is the display name.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

PIPELINE_EXECUTION = Resource(
    kind="PipelineExecution",
    life=Life.JOB,
    create="StartPipelineExecution",
    describe="DescribePipelineExecution",
    stop="StopPipelineExecution",
    name_member="PipelineExecutionDisplayName",
    arn_member="PipelineExecutionArn",
    # arn:aws:sagemaker:REGION:ACCOUNT:pipeline/NAME/execution/ID
    arn_type="pipeline",
    name_prefix="PipelineExecution",
    name_limit=82,
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ResourceNotFound"),),
    already_exists=(ErrorText("ConflictException"),),
    already_finished=(ErrorText("ValidationException", "status"), ErrorText("ConflictException")),
    status_member="PipelineExecutionStatus",
    statuses={
        "Executing": State.BUSY,
        "Stopping": State.BUSY,
        "Succeeded": State.SUCCEEDED,
        "Failed": State.FAILED,
        "CompletedWithFailures": State.FAILED,
        "Stopped": State.STOPPED,
    },
    settling=frozenset({"Stopping"}),
    role_member="RoleArn",
    # The longest of its steps that is documented, a labeling job or training job.
    longest=28 * 24 * 3600,
)
