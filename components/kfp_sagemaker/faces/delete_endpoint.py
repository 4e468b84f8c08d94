"""``v1/delete_endpoint``: DeleteEndpoint, and when asked its config and models. Absent is success, for exit handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG
from kfp_sagemaker.resources.model import MODEL

_OPERATION = "DeleteEndpoint"

#: What stands in a plan for names that only Describe can tell.
CONFIG_OF_ENDPOINT = "<EndpointConfigName that DescribeEndpoint tells>"
MODELS_OF_CONFIG = "<each ModelName that DescribeEndpointConfig tells>"

INPUTS = (
    Input("endpoint_name", InputType.STRING, "Name of the endpoint.", target=f"{_OPERATION}.EndpointName"),
    Input("delete_endpoint_config", InputType.BOOL, "Delete the endpoint's config too.", default="False"),
    Input("delete_models", InputType.BOOL, "Delete the models of the config's variants too.", default="False"),
    # There is nothing to tag: the input is here because every component has it.
    *CONNECTION_INPUTS,
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The DeleteEndpoint request, then those for config and models with a description in place of the names."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    if values.get("delete_endpoint_config") is True:
        requests[ENDPOINT_CONFIG.delete] = {ENDPOINT_CONFIG.name_member: CONFIG_OF_ENDPOINT}
    if values.get("delete_models") is True:
        requests[MODEL.delete] = {MODEL.name_member: MODELS_OF_CONFIG}
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """The description of a deletion is the list of ARNs that were deleted, under ``deleted``."""
    deleted = list(ended.described.get("deleted", []))
    arn = next((arn for arn in deleted if ":endpoint/" in arn), "")
    return Collected(
        parameters={"endpoint_name": ended.requests[_OPERATION]["EndpointName"], "deleted": deleted, "arn": arn},
        figures={"Deleted": ", ".join(f"`{arn}`" for arn in deleted) or "nothing: there was none"},
    )


DELETE_ENDPOINT = Face(
    id="v1/delete_endpoint",
    display_name="SageMaker - Delete Endpoint",
    description="Deletes a SageMaker endpoint, and when asked its config and models; one that is not there is success.",
    resources=(MODEL, ENDPOINT_CONFIG, ENDPOINT),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("endpoint_name", OutputType.STRING, "Name of the endpoint."),
        Output("deleted", OutputType.ARRAY, "ARNs of all that was deleted."),
        Output("arn", OutputType.STRING, "ARN of the deleted endpoint; empty when there was none."),
        CARD,
    ),
    build=build,
    collect=collect,
    deletes=True,
)
