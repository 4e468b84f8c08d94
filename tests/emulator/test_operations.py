"""Create, Describe, Stop and Delete of every kind, and their errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local.kinds import KIND_BY_NAME, KINDS
from sagemaker_local.operations import named_by, offered
from sagemaker_local.service_model import has_operation, operation_model

KIND_NAMES = [kind.name for kind in KINDS if has_operation("sagemaker", f"Create{kind.name}")]
ACCOUNT = "arn:aws:sagemaker:us-east-1:123456789012"

ARNS = {
    "TrainingJob": f"{ACCOUNT}:training-job/NAME",
    "ProcessingJob": f"{ACCOUNT}:processing-job/NAME",
    "HyperParameterTuningJob": f"{ACCOUNT}:hyper-parameter-tuning-job/NAME",
    "Model": f"{ACCOUNT}:model/NAME",
    "EndpointConfig": f"{ACCOUNT}:endpoint-config/NAME",
    "Endpoint": f"{ACCOUNT}:endpoint/NAME",
    "TransformJob": f"{ACCOUNT}:transform-job/NAME",
    "LabelingJob": f"{ACCOUNT}:labeling-job/NAME",
    "Workteam": f"{ACCOUNT}:workteam/private-crowd/NAME",
    "DataQualityJobDefinition": f"{ACCOUNT}:data-quality-job-definition/NAME",
    "ModelQualityJobDefinition": f"{ACCOUNT}:model-quality-job-definition/NAME",
    "ModelBiasJobDefinition": f"{ACCOUNT}:model-bias-job-definition/NAME",
    "ModelExplainabilityJobDefinition": f"{ACCOUNT}:model-explainability-job-definition/NAME",
    "MonitoringSchedule": f"{ACCOUNT}:monitoring-schedule/NAME",
    "ModelPackageGroup": f"{ACCOUNT}:model-package-group/NAME",
    "ModelPackage": f"{ACCOUNT}:model-package/NAME",
    "InferenceComponent": f"{ACCOUNT}:inference-component/NAME",
    "Pipeline": f"{ACCOUNT}:pipeline/NAME",
    "FeatureGroup": f"{ACCOUNT}:feature-group/NAME",
}
JOB_DEFINITIONS = [kind for kind in ARNS if kind.endswith("JobDefinition")]

UNIQUE = "name must be unique within an AWS account and region"
DUPLICATE = {
    "TrainingJob": ("ResourceInUse", f"Training job {UNIQUE}"),
    "ProcessingJob": ("ResourceInUse", f"Processing job {UNIQUE}"),
    "HyperParameterTuningJob": ("ResourceInUse", f"Hyper parameter tuning job {UNIQUE}"),
    "Model": ("ValidationException", f'Cannot create already existing model "{ARNS["Model"]}"'),
    "EndpointConfig": (
        "ValidationException",
        f'Cannot create already existing endpoint configuration "{ARNS["EndpointConfig"]}"',
    ),
    "Endpoint": ("ValidationException", f'Cannot create already existing endpoint "{ARNS["Endpoint"]}"'),
    "TransformJob": ("ResourceInUse", f"Transform job {UNIQUE}"),
    "LabelingJob": ("ResourceInUse", f"Labeling job {UNIQUE}"),
    "Workteam": ("ResourceInUse", f"Work team {UNIQUE}"),
    **{kind: ("ResourceInUse", f"Job Definition {ARNS[kind]} already exists") for kind in JOB_DEFINITIONS},
    "MonitoringSchedule": ("ResourceInUse", f"Monitoring Schedule {ARNS['MonitoringSchedule']} already exists"),
    "ModelPackageGroup": ("ValidationException", f"Model Package Group already exists: {ARNS['ModelPackageGroup']}"),
    "ModelPackage": ("ConflictException", f"Model Package already exists: {ARNS['ModelPackage']}"),
    "InferenceComponent": (
        "ValidationException",
        f'Cannot create already existing inference component "{ARNS["InferenceComponent"]}"',
    ),
    "Pipeline": ("ValidationException", "Pipeline names must be unique within an AWS account and region."),
    "FeatureGroup": ("ResourceInUse", "Resource Already Exists: FeatureGroup with name NAME already exists."),
}

NOT_FOUND = {
    "TrainingJob": ("ValidationException", "Requested resource not found"),
    "ProcessingJob": ("ValidationException", "Could not find requested job with name: NAME"),
    "HyperParameterTuningJob": ("ResourceNotFound", "Amazon SageMaker can't find a tuning job with the name NAME"),
    "Model": ("ValidationException", f'Could not find model "{ARNS["Model"]}"'),
    "EndpointConfig": ("ValidationException", f'Could not find endpoint configuration "{ARNS["EndpointConfig"]}"'),
    "Endpoint": ("ValidationException", f'Could not find endpoint "{ARNS["Endpoint"]}"'),
    "TransformJob": ("ValidationException", "Could not find requested job with name: NAME"),
    "LabelingJob": ("ValidationException", "Could not find requested job with name: NAME"),
    "Workteam": ("ValidationException", f'The work team "{ARNS["Workteam"]}" does not exist'),
    **{kind: ("ResourceNotFound", f"Job Definition {ARNS[kind]} not found") for kind in JOB_DEFINITIONS},
    "MonitoringSchedule": ("ResourceNotFound", f"Monitoring Schedule {ARNS['MonitoringSchedule']} not found"),
    "ModelPackageGroup": ("ValidationException", f"ModelPackageGroup {ARNS['ModelPackageGroup']} does not exist."),
    "ModelPackage": ("ValidationException", f"ModelPackage {ARNS['ModelPackage']} does not exist."),
    "InferenceComponent": ("ValidationException", f'Could not find inference component "{ARNS["InferenceComponent"]}"'),
    "Pipeline": ("ResourceNotFound", f"Pipeline {ARNS['Pipeline']} does not exist."),
    "FeatureGroup": ("ResourceNotFound", "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name NAME"),
}


VERBS = {
    "job": ("Describe", "Delete", "Stop"),
    "record": ("Describe", "Delete"),
    "endpoint": ("Describe", "Delete"),
    "schedule": ("Describe", "Delete", "Stop"),
    "timed": ("Describe", "Delete"),
}
WITHOUT_DELETE = ("TransformJob", "LabelingJob")


def method(client: Any, verb: str, kind: str) -> Callable[..., Any]:
    """The client's method of an operation: ``create_training_job``."""
    operation = f"{verb}{kind}"
    names: dict[str, str] = client.meta.method_to_api_mapping
    found: Callable[..., Any] = getattr(client, next(name for name, called in names.items() if called == operation))
    return found


def named(kind: str, name: str) -> dict[str, str]:
    """The request that names a resource."""
    return {KIND_BY_NAME[kind].name_member: name}


def describe(client: Any, kind: str, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = method(client, "Describe", kind)(**named(kind, name))
    return answer[kind] if KIND_BY_NAME[kind].nested else answer


def error_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_describe_shows_what_create_was_given(sagemaker: Any, make_request: Callable[..., Any], kind: str) -> None:
    request = make_request(kind, f"{kind}-shown")
    created = method(sagemaker, "Create", kind)(**request)
    described = describe(sagemaker, kind, f"{kind}-shown")

    arn = KIND_BY_NAME[kind].arn_member
    assert created[arn] == ARNS[kind].replace("NAME", f"{kind}-shown")
    assert described[arn] == created[arn]
    assert described[KIND_BY_NAME[kind].creation_time_member].timestamp() > 0
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
    if verb not in VERBS[KIND_BY_NAME[kind].life] or (kind in WITHOUT_DELETE and verb == "Delete"):
        assert not has_operation("sagemaker", f"{verb}{kind}")
        return

    code, message = error_of(lambda: method(sagemaker, verb, kind)(**named(kind, "absent")))

    assert code == NOT_FOUND[kind][0]
    assert message.startswith(NOT_FOUND[kind][1].replace("NAME", "absent"))


@pytest.mark.parametrize("kind", [kind for kind in KIND_NAMES if kind not in WITHOUT_DELETE])
def test_a_deleted_resource_is_gone_and_its_name_free(
    sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any], kind: str
) -> None:
    create = method(sagemaker, "Create", kind)
    create(**make_request(kind, f"{kind}-deleted"))
    settled = (None, "Completed", "InService", "Scheduled", "Active", "Created")
    until(lambda: describe(sagemaker, kind, f"{kind}-deleted").get(f"{kind}Status") in settled)

    method(sagemaker, "Delete", kind)(**named(kind, f"{kind}-deleted"))

    def is_gone() -> bool:
        try:
            return describe(sagemaker, kind, f"{kind}-deleted")[f"{kind}Status"] not in ("Deleting", "Pending")
        except ClientError as error:
            return error.response["Error"]["Message"].startswith(NOT_FOUND[kind][1].replace("NAME", f"{kind}-deleted"))

    until(is_gone)
    created = create(**make_request(kind, f"{kind}-deleted"))
    assert created[KIND_BY_NAME[kind].arn_member].endswith(f"/{kind}-deleted")


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("create_auto_ml_job_v2", {"AutoMLJobName": "x"}),
        ("update_app_image_config", {"AppImageConfigName": "x"}),
        ("list_projects", {}),
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
