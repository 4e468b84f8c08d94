"""CreateEndpointConfig and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource

ENDPOINT_CONFIG = Resource(
    kind="EndpointConfig",
    life=Life.RECORD,
    create="CreateEndpointConfig",
    describe="DescribeEndpointConfig",
    delete="DeleteEndpointConfig",
    name_member="EndpointConfigName",
    arn_member="EndpointConfigArn",
    arn_type="endpoint-config",
    name_prefix="EndpointConfig",
    console_page="endpointConfig",
    not_found=(ErrorText("ValidationException", "Could not find endpoint configuration"),),
    already_exists=(ErrorText("ValidationException", "Cannot create already existing"),),
    role_member="ExecutionRoleArn",
    never_defaulted=(
        "DataCaptureConfig", "KmsKeyId", "AsyncInferenceConfig", "ExplainerConfig", "ShadowProductionVariants", "VpcConfig",
    ),
)
