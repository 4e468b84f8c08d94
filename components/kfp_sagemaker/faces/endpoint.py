"""``v1/endpoint``: the API's own fields on CreateEndpointConfig and CreateEndpoint or UpdateEndpoint.

Whether the endpoint is created or updated is decided when the step runs, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.endpoint_config_inputs import CAPTURE_AND_ASYNC_INPUTS, CONFIG, MORE_CONFIG_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG

CREATE, UPDATE = "CreateEndpoint", "UpdateEndpoint"

DEPLOYMENT_CONFIG_INPUT = Input(
    "deployment_config", InputType.OBJECT,
    "Blue/green update (all at once, canary, linear) or rolling update, and automatic rollback, as in the API.",
    default="{}", target=(f"{CREATE}.DeploymentConfig", f"{UPDATE}.DeploymentConfig"))

INPUTS = (
    Input("endpoint_name", InputType.STRING, "Name of the endpoint: created, or updated when it is there.", default="",
          target=(f"{CREATE}.EndpointName", f"{UPDATE}.EndpointName")),
    Input("production_variants", InputType.ARRAY, "What serves: a list of ProductionVariant objects as in the API.",
          target=f"{CONFIG}.ProductionVariants"),
    DEPLOYMENT_CONFIG_INPUT,
    *CAPTURE_AND_ASYNC_INPUTS,
    Input("kms_key_id", InputType.STRING, "KMS key for the instances' storage.", default="", target=f"{CONFIG}.KmsKeyId"),
    *CONNECTION_INPUTS,
    Input("endpoint_config_name", InputType.STRING, "Name of the endpoint config; empty: derived from what it holds.",
          default="", advanced=True,
          target=tuple(f"{operation}.EndpointConfigName" for operation in (CONFIG, CREATE, UPDATE))),
    *MORE_CONFIG_INPUTS,
    Input("retain_all_variant_properties", InputType.BOOL, "On update: keep instance counts and weights of the variants.",
          default="False", target=f"{UPDATE}.RetainAllVariantProperties", encode=lambda given: given or None, advanced=True),
    Input("exclude_retained_variant_properties", InputType.ARRAY, "On update: variant properties not to keep, as in the API.",
          default="[]", target=f"{UPDATE}.ExcludeRetainedVariantProperties", advanced=True),
    Input("retain_deployment_config", InputType.BOOL, "On update: use the deployment config of the last update.",
          default="False", target=f"{UPDATE}.RetainDeploymentConfig", encode=lambda given: given or None, advanced=True),
    *STEP_INPUTS,
)

OUTPUTS = (
    Output("endpoint_name", OutputType.STRING, "Name of the endpoint."),
    Output("endpoint_config_name", OutputType.STRING, "Name of the endpoint config that serves."),
    Output("arn", OutputType.STRING, "ARN of the endpoint."),
    CARD,
)


def build(values: Mapping[str, Any]) -> Built:
    """The requests of CreateEndpointConfig, CreateEndpoint and, for an endpoint that is there, UpdateEndpoint."""
    requests, problems = assemble(INPUTS, values, (CONFIG, CREATE, UPDATE))
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeEndpoint response."""
    described = ended.described
    variants = described.get("ProductionVariants") or []
    figures = {f"Variant {variant.get('VariantName')}": f"{_capacity(variant)}, weight {variant.get('CurrentWeight', '?')}"
               for variant in variants}
    figures["Config"] = f"`{described.get('EndpointConfigName', '')}`"
    return Collected(
        parameters={"endpoint_name": described.get("EndpointName", ""), "arn": described.get("EndpointArn", ""),
                    "endpoint_config_name": described.get("EndpointConfigName", "")},
        figures=figures,
    )


def _capacity(variant: Mapping[str, Any]) -> str:
    serverless = variant.get("CurrentServerlessConfig")
    if serverless:
        return f"serverless, {serverless.get('MemorySizeInMB', '?')} MB"
    return f"{variant.get('CurrentInstanceCount', '?')} instances"


ENDPOINT_FACE = Face(
    id="v1/endpoint",
    display_name="SageMaker - Endpoint",
    description="Creates a SageMaker endpoint, or updates the one of that name, and waits until it serves what was asked for.",
    resources=(ENDPOINT_CONFIG, ENDPOINT),
    operations=(CONFIG, CREATE),
    instead=UPDATE,
    inputs=INPUTS,
    outputs=OUTPUTS,
    build=build,
    collect=collect,
)
