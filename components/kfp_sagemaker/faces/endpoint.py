"""``v1/endpoint``: the API's own fields on CreateEndpointConfig and CreateEndpoint or UpdateEndpoint.

Whether the endpoint is created or updated is decided when the step runs, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG

_CONFIG, _CREATE, _UPDATE = "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint"

INPUTS = (
    Input("endpoint_name", InputType.STRING, "Name of the endpoint: created, or updated when it is there.", default="",
          target=(f"{_CREATE}.EndpointName", f"{_UPDATE}.EndpointName")),
    Input("production_variants", InputType.ARRAY, "What serves: a list of ProductionVariant objects as in the API.",
          target=f"{_CONFIG}.ProductionVariants"),
    Input("deployment_config", InputType.OBJECT, "Blue/green or rolling update and automatic rollback, as in the API.",
          default="{}", target=(f"{_CREATE}.DeploymentConfig", f"{_UPDATE}.DeploymentConfig")),
    Input("data_capture_config", InputType.OBJECT, "Capture of requests and responses in S3, as in the API.", default="{}",
          target=f"{_CONFIG}.DataCaptureConfig"),
    Input("async_inference_config", InputType.OBJECT, "Asynchronous inference, as in the API.", default="{}",
          target=f"{_CONFIG}.AsyncInferenceConfig"),
    Input("kms_key_id", InputType.STRING, "KMS key for the instances' storage.", default="", target=f"{_CONFIG}.KmsKeyId"),
    *CONNECTION_INPUTS,
    Input("endpoint_config_name", InputType.STRING, "Name of the endpoint config; empty: derived from what it holds.",
          default="", advanced=True,
          target=tuple(f"{operation}.EndpointConfigName" for operation in (_CONFIG, _CREATE, _UPDATE))),
    Input("shadow_production_variants", InputType.ARRAY, "Variants that get copies of the requests, as in the API.",
          default="[]", target=f"{_CONFIG}.ShadowProductionVariants", advanced=True),
    Input("explainer_config", InputType.OBJECT, "Online explanations, as in the API (existing Clarify customers).",
          default="{}", target=f"{_CONFIG}.ExplainerConfig", advanced=True),
    Input("execution_role_arn", InputType.STRING, "ARN of the IAM role of an endpoint with inference components.",
          default="", target=f"{_CONFIG}.ExecutionRoleArn", advanced=True),
    Input("vpc_config", InputType.OBJECT, "VpcConfig of an endpoint with inference components, as in the API.", default="{}",
          target=f"{_CONFIG}.VpcConfig", advanced=True),
    Input("enable_network_isolation", InputType.BOOL, "Give the containers of inference components no network.",
          default="False", target=f"{_CONFIG}.EnableNetworkIsolation", encode=lambda given: given or None, advanced=True),
    Input("metrics_config", InputType.OBJECT, "MetricsConfig as in the API.", default="{}", target=f"{_CONFIG}.MetricsConfig",
          advanced=True),
    Input("cross_region_traffic_config", InputType.OBJECT, "CrossRegionTrafficConfig as in the API.", default="{}",
          target=f"{_CONFIG}.CrossRegionTrafficConfig", advanced=True),
    Input("retain_all_variant_properties", InputType.BOOL, "On update: keep instance counts and weights of the variants.",
          default="False", target=f"{_UPDATE}.RetainAllVariantProperties", encode=lambda given: given or None, advanced=True),
    Input("exclude_retained_variant_properties", InputType.ARRAY, "On update: variant properties not to keep, as in the API.",
          default="[]", target=f"{_UPDATE}.ExcludeRetainedVariantProperties", advanced=True),
    Input("retain_deployment_config", InputType.BOOL, "On update: use the deployment config of the last update.",
          default="False", target=f"{_UPDATE}.RetainDeploymentConfig", encode=lambda given: given or None, advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The requests of CreateEndpointConfig, CreateEndpoint and, for an endpoint that is there, UpdateEndpoint."""
    requests, problems = assemble(INPUTS, values, (_CONFIG, _CREATE, _UPDATE))
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeEndpoint response."""
    described = ended.described
    variants = described.get("ProductionVariants") or []
    figures = {f"Variant {variant.get('VariantName')}":
               f"{variant.get('CurrentInstanceCount', '?')} instances, weight {variant.get('CurrentWeight', '?')}"
               for variant in variants}
    figures["Config"] = f"`{described.get('EndpointConfigName', '')}`"
    return Collected(
        parameters={"endpoint_name": described.get("EndpointName", ""), "arn": described.get("EndpointArn", ""),
                    "endpoint_config_name": described.get("EndpointConfigName", "")},
        figures=figures,
    )


ENDPOINT_FACE = Face(
    id="v1/endpoint",
    display_name="SageMaker - Endpoint",
    description="Creates a SageMaker endpoint, or updates the one of that name, and waits until it serves what was asked for.",
    resources=(ENDPOINT_CONFIG, ENDPOINT),
    operations=(_CONFIG, _CREATE),
    instead=_UPDATE,
    inputs=INPUTS,
    outputs=(
        Output("endpoint_name", OutputType.STRING, "Name of the endpoint."),
        Output("endpoint_config_name", OutputType.STRING, "Name of the endpoint config that serves."),
        Output("arn", OutputType.STRING, "ARN of the endpoint."),
        CARD,
    ),
    build=build,
    collect=collect,
)
