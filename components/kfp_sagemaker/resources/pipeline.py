"""CreatePipeline and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html.

A pipeline of SageMaker Pipelines, not of Kubeflow.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

PIPELINE = Resource(
    kind="Pipeline",
    life=Life.SERVICE,
    create="CreatePipeline",
    describe="DescribePipeline",
    update="UpdatePipeline",
    delete="DeletePipeline",
    name_member="PipelineName",
    arn_member="PipelineArn",
    arn_type="pipeline",
    name_prefix="Pipeline",
    name_limit=256,
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ResourceNotFound"),),
    already_exists=(ErrorText("ValidationException", "already exists"), ErrorText("ConflictException")),
    status_member="PipelineStatus",
    statuses={
        "Active": State.SUCCEEDED,
        # It does not come back from that.
        "Deleting": State.FAILED,
    },
    role_member="RoleArn",
    started_member="LastModifiedTime",
)
