"""``v1/endpoint_config``: the API's own fields on CreateEndpointConfig."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.endpoint_config_inputs import CAPTURE_AND_ASYNC_INPUTS, CONFIG, MORE_CONFIG_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG

INPUTS = (
    Input("endpoint_config_name", InputType.STRING, "Name of the endpoint config; empty: derived from what it holds.",
          default="", target=f"{CONFIG}.EndpointConfigName"),
    Input("production_variants", InputType.ARRAY, "What serves: a list of ProductionVariant objects as in the API.",
          target=f"{CONFIG}.ProductionVariants"),
    *CAPTURE_AND_ASYNC_INPUTS,
    Input("kms_key_id", InputType.STRING, "KMS key for the instances' storage.", default="", target=f"{CONFIG}.KmsKeyId"),
    *CONNECTION_INPUTS,
    *MORE_CONFIG_INPUTS,
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateEndpointConfig request."""
    requests, problems = assemble(INPUTS, values, (CONFIG,))
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeEndpointConfig response."""
    described = ended.described
    return Collected(
        parameters={"endpoint_config_name": described.get("EndpointConfigName", ""),
                    "arn": described.get("EndpointConfigArn", "")},
        figures={f"Variant {variant.get('VariantName')}": _serves(variant)
                 for variant in described.get("ProductionVariants") or []},
    )


def _serves(variant: Mapping[str, Any]) -> str:
    model = f"`{variant['ModelName']}`" if variant.get("ModelName") else "inference components"
    serverless = variant.get("ServerlessConfig")
    if serverless:
        return f"{model}, serverless, {serverless.get('MemorySizeInMB', '?')} MB"
    return f"{model} on {variant.get('InitialInstanceCount', '?')} x {variant.get('InstanceType', '?')}"


ENDPOINT_CONFIG_FACE = Face(
    id="v1/endpoint_config",
    display_name="SageMaker - Endpoint Config",
    description="Creates a SageMaker endpoint config: what models serve, on which instances.",
    resources=(ENDPOINT_CONFIG,),
    operations=(CONFIG,),
    inputs=INPUTS,
    outputs=(
        Output("endpoint_config_name", OutputType.STRING, "Name of the endpoint config."),
        Output("arn", OutputType.STRING, "ARN of the endpoint config."),
        CARD,
    ),
    build=build,
    collect=collect,
)
