"""``v1/model``: the flat face on CreateModel, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.pointer import pointer
from kfp_sagemaker.faces.vpc import half_a_vpc, vpc_inputs
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.model import MODEL

_OPERATION = "CreateModel"
_PRIMARY = f"{_OPERATION}.PrimaryContainer"

INPUTS = (
    Input("model_name", InputType.STRING, "Name of the model.", target=f"{_OPERATION}.ModelName"),
    Input("role", InputType.STRING, "ARN of the IAM role that the model runs as.", target=f"{_OPERATION}.ExecutionRoleArn"),
    Input("image", InputType.STRING, "URI of the inference image.", default="", target=f"{_PRIMARY}.Image"),
    Input("model_artifact_url", InputType.STRING, "S3 URI of model.tar.gz.", default="", target=f"{_PRIMARY}.ModelDataUrl"),
    Input("environment", InputType.OBJECT, "Environment variables of the container, name to text.", default="{}",
          target=f"{_PRIMARY}.Environment", shown=False),
    Input("model_package", InputType.STRING, "Name or ARN of a model package; wins over image.", default="",
          target=f"{_PRIMARY}.ModelPackageName"),
    *CONNECTION_INPUTS,
    Input("container_host_name", InputType.STRING, "Host name of the container.", default="",
          target=f"{_PRIMARY}.ContainerHostname", advanced=True),
    Input("secondary_containers", InputType.ARRAY,
          "Containers of an inference pipeline as in the API; they replace the container that the other inputs describe.",
          default="[]", target=f"{_OPERATION}.Containers", advanced=True),
    *vpc_inputs(f"{_OPERATION}.VpcConfig"),
    Input("network_isolation", InputType.BOOL, "Give the container no network.", default="True",
          target=f"{_OPERATION}.EnableNetworkIsolation", advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateModel request."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    request = requests[_OPERATION]
    problems += half_a_vpc(values)
    container = request.get("PrimaryContainer", {})
    if not is_empty(values.get("secondary_containers")):
        unused = request.pop("PrimaryContainer", {})
        problems += _not_used(unused, "secondary_containers replaces the container that it describes")
    elif "ModelPackageName" in container:
        unused = {name: container.pop(name) for name in ("Image", "ModelDataUrl") if name in container}
        problems += _not_used(unused, "model_package brings its own")
    elif "Image" not in container:
        problems.append(Violation("image", "give an image, a model_package or secondary_containers", f"{_PRIMARY}.Image"))
    return Built(requests, tuple(problems))


def _not_used(members: Mapping[str, Any], reason: str) -> list[Violation]:
    inputs = {declared.targets[0].rpartition(".")[2]: declared.name for declared in INPUTS if declared.targets}
    return [Violation(inputs[name], f"not used: {reason}", warning=True) for name in members]


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeModel response."""
    described = ended.described
    containers = [described["PrimaryContainer"]] if described.get("PrimaryContainer") else described.get("Containers") or []
    first = containers[0] if containers else {}
    figures = {}
    for index, container in enumerate(containers):
        label = "Container" if len(containers) == 1 else f"Container {index + 1}"
        figures[label] = f"`{container.get('Image') or container.get('ModelPackageName', '')}`"
    if first.get("ModelDataUrl"):
        figures["Model data"] = f"`{first['ModelDataUrl']}`"
    arn = described.get("ModelArn", "")
    return Collected(
        parameters={"model_name": described.get("ModelName", ""), "arn": arn},
        artifacts={"model": pointer(arn, first.get("ModelDataUrl", ""))},
        figures=figures,
    )


MODEL_FACE = Face(
    id="v1/model",
    display_name="SageMaker - Create Model",
    description="Creates a SageMaker model.",
    resources=(MODEL,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("model_name", OutputType.STRING, "Name of the model."),
        Output("arn", OutputType.STRING, "ARN of the model."),
        Output("model", OutputType.MODEL, "Pointer to the model: metadata resourceName and modelDataUrl."),
        CARD,
    ),
    build=build,
    collect=collect,
)
