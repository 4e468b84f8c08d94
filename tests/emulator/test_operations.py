"""Create, Describe, Stop and Delete of every kind, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local.kinds import KINDS
from sagemaker_local.operations import named_by, offered
from sagemaker_local.service_model import has_operation, operation_model

KIND_NAMES = [kind.name for kind in KINDS]
ACCOUNT = "arn:aws:sagemaker:us-east-1:123456789012"

ARNS = {
    "TrainingJob": f"{ACCOUNT}:training-job/NAME",
    "ProcessingJob": f"{ACCOUNT}:processing-job/NAME",
    "Model": f"{ACCOUNT}:model/NAME",
    "EndpointConfig": f"{ACCOUNT}:endpoint-config/NAME",
    "Endpoint": f"{ACCOUNT}:endpoint/NAME",
}

UNIQUE = "name must be unique within an AWS account and region"
DUPLICATE = {
    "TrainingJob": ("ResourceInUse", f"Training job {UNIQUE}"),
    "ProcessingJob": ("ResourceInUse", f"Processing job {UNIQUE}"),
    "Model": ("ValidationException", f'Cannot create already existing model "{ARNS["Model"]}"'),
    "EndpointConfig": (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{ARNS["EndpointConfig"]}"',
    ),
    "Endpoint": ("ValidationException", f'Cannot create already existing endpoint "{ARNS["Endpoint"]}"'),
}

NOT_FOUND = {
    "TrainingJob": ("ValidationException", "Requested resource not found"),
    "ProcessingJob": ("ValidationException", "Could not find requested job with name: NAME"),
    "Model": ("ValidationException", f'Could not find model "{ARNS["Model"]}"'),
    "EndpointConfig": ("ValidationException", f'Could not find endpoint configuration "{ARNS["EndpointConfig"]}"'),
    "Endpoint": ("ValidationException", f'Could not find endpoint "{ARNS["Endpoint"]}"'),
}


def method(client: Any, verb: str, kind: str) -> Callable[..., Any]:
    """The client's method of an operation: ``create_training_job``."""
    operation = f"{verb}{kind}"
    names: dict[str, str] = client.meta.method_to_api_mapping
    found: Callable[..., Any] = getattr(client, next(name for name, called in names.items() if called == operation))
    return found


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_describe_shows_what_create_was_given(sagemaker: Any, make_request: Callable[..., Any], kind: str) -> None:
    request = make_request(kind, f"{kind}-described")
    created = method(sagemaker, "Create", kind)(**request)
    described = method(sagemaker, "Describe", kind)(**{f"{kind}Name": f"{kind}-described"})

    assert created[f"{kind}Arn"] == ARNS[kind].replace("NAME", f"{kind}-described")
    assert described[f"{kind}Arn"] == created[f"{kind}Arn"]
    assert described["CreationTime"].timestamp() > 0
    assert _contains(described, request)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_name_is_taken_once(sagemaker: Any, make_request: Callable[..., Any], kind: str) -> None:
    create = method(sagemaker, "Create", kind)
    create(**make_request(kind, f"{kind}-twice"))

    code, message = error_of(lambda: create(**make_request(kind, f"{kind}-twice")))

    assert code == DUPLICATE[kind][0]
    assert message.startswith(DUPLICATE[kind][1].replace("NAME", f"{kind}-twice"))


@pytest.mark.parametrize("kind", KIND_NAMES)
@pytest.mark.parametrize("verb", ["Describe", "Delete", "Stop"])
def test_an_absent_resource_is_not_found(sagemaker: Any, kind: str, verb: str) -> None:
    if verb == "Stop" and not kind.endswith("Job"):
        assert not has_operation("sagemaker", f"Stop{kind}")
        return

    code, message = error_of(lambda: method(sagemaker, verb, kind)(**{f"{kind}Name": "absent"}))

    assert code == NOT_FOUND[kind][0]
    assert message.startswith(NOT_FOUND[kind][1].replace("NAME", "absent"))


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_deleted_resource_is_gone_and_its_name_free(
    sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any], kind: str
) -> None:
    name = {f"{kind}Name": f"{kind}-deleted"}
    create, describe = method(sagemaker, "Create", kind), method(sagemaker, "Describe", kind)
    create(**make_request(kind, f"{kind}-deleted"))
    until(lambda: describe(**name).get(f"{kind}Status") in (None, "Completed", "InService"))

    method(sagemaker, "Delete", kind)(**name)

    def is_gone() -> bool:
        try:
            return describe(**name)[f"{kind}Status"] not in ("Deleting",)
        except ClientError as error:
            return error.response["Error"]["Message"].startswith(NOT_FOUND[kind][1].replace("NAME", f"{kind}-deleted"))

    until(is_gone)
    assert create(**make_request(kind, f"{kind}-deleted"))[f"{kind}Arn"].endswith(f"/{kind}-deleted")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("create_auto_ml_job_v2", {"AutoMLJobName": "x"}),
        ("describe_labeling_job", {"LabelingJobName": "x"}),
        ("list_pipelines", {}),
    ],
)
def test_what_is_not_offered_says_so_and_is_not_retried(
    client: Callable[..., Any], local: Any, operation: str, params: dict[str, Any]
) -> None:
    patient = client(local, retries={"mode": "standard", "total_max_attempts": 3})
    before = len(local.calls)

    code, message = error_of(lambda: getattr(patient, operation)(**params))

    assert code == "UnknownOperationException"
    assert patient.meta.method_to_api_mapping[operation] in message
    assert len(local.calls) == before + 1


def test_deleting_what_an_endpoint_uses_is_allowed(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_model(**make_request("Model", "used-model"))
    variant = {**make_request("EndpointConfig", "x")["ProductionVariants"][0], "ModelName": "used-model"}
    sagemaker.create_endpoint_config(**make_request("EndpointConfig", "used-config", ProductionVariants=[variant]))
    sagemaker.create_endpoint(**make_request("Endpoint", "using", EndpointConfigName="used-config"))

    sagemaker.delete_endpoint_config(EndpointConfigName="used-config")
    sagemaker.delete_model(ModelName="used-model")

    assert sagemaker.describe_endpoint(EndpointName="using")["EndpointConfigName"] == "used-config"


def test_every_offered_operation_is_one_of_the_model() -> None:
    assert all(has_operation("sagemaker", operation) for operation in offered())


def test_describe_answers_with_members_of_its_shape_only(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    tagged = make_request("Model", "tagged", Tags=[{"Key": "a", "Value": "b"}])
    sagemaker.create_model(**tagged)

    described = sagemaker.describe_model(ModelName="tagged")

    shape: Any = operation_model("sagemaker", "DescribeModel").output_shape
    assert described.keys() - {"ResponseMetadata"} <= shape.members.keys()
    assert "Tags" not in described


@pytest.mark.parametrize(
    ("operation", "params", "name"),
    [
        ("CreateEndpointConfig", {"EndpointConfigName": "c"}, "c"),
        ("CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, "e"),
        ("AddTags", {"ResourceArn": "arn:x"}, "arn:x"),
        ("ListModels", {}, None),
        ("DescribeModel", {"ModelName": 3}, None),
    ],
)
def test_the_resource_of_a_call_is_named(operation: str, params: dict[str, Any], name: str | None) -> None:
    assert named_by(operation, params) == name


def _contains(value: Any, wanted: Any) -> bool:
    """Whether everything of ``wanted`` is in ``value``, which may have more members."""
    if isinstance(wanted, dict):
        return all(key in value and _contains(value[key], item) for key, item in wanted.items())
    if isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_contains, value, wanted))
    return bool(value == wanted)
