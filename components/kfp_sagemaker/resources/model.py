"""CreateModel and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource

MODEL = Resource(
    kind="Model",
    life=Life.RECORD,
    create="CreateModel",
    describe="DescribeModel",
    delete="DeleteModel",
    name_member="ModelName",
    arn_member="ModelArn",
    arn_type="model",
    name_prefix="Model",
    console_page="models",
    not_found=(ErrorText("ValidationException", "Could not find model"),),
    already_exists=(ErrorText("ValidationException", "Cannot create already existing"),),
    role_member="ExecutionRoleArn",
    never_defaulted=("PrimaryContainer", "Containers", "VpcConfig", "InferenceExecutionConfig"),
)
