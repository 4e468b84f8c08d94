"""CreateInferenceComponent and its kin.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeInferenceComponent.html
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

INFERENCE_COMPONENT = Resource(
    kind="InferenceComponent",
    life=Life.SERVICE,
    create="CreateInferenceComponent",
    describe="DescribeInferenceComponent",
    update="UpdateInferenceComponent",
    delete="DeleteInferenceComponent",
    name_member="InferenceComponentName",
    arn_member="InferenceComponentArn",
    arn_type="inference-component",
    name_prefix="InferenceComponent",
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ValidationException", "Could not find inference component"),),
    already_exists=(ErrorText("ValidationException", "Cannot create already existing"),),
    status_member="InferenceComponentStatus",
    statuses={
        "Creating": State.BUSY,
        "Updating": State.BUSY,
        "Deleting": State.BUSY,
        "InService": State.SUCCEEDED,
        "Failed": State.FAILED,
    },
    log_group="/aws/sagemaker/InferenceComponents",
    # An update restarts the waiting, and changes LastModifiedTime only.
    started_member="LastModifiedTime",
)
