"""Requests that break the service model's constraints, in the service's words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.operations import offered
from sagemaker_local.service_model import operation_model
from sagemaker_local.validation import check_request, constraints, matches

LONG = "x" * 64
PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"

BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("required", {"RoleArn": None}, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"),
    ("unknown", {"Shape": "round"}, "Value 'round' at 'shape' failed to satisfy constraint: CreateTrainingJobRequest has"),
    (
        "type",
        {"EnableManagedSpotTraining": "yes"},
        "Value 'yes' at 'enableManagedSpotTraining' failed to satisfy constraint: Member must be of type boolean",
    ),
    (
        "a bool is no number",
        {"StoppingCondition": {"MaxRuntimeInSeconds": True}},
        "Value 'true' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must be of type integer",
    ),
    (
        "length",
        {"TrainingJobName": LONG},
        f"Value '{LONG}' at 'trainingJobName' failed to satisfy constraint: Member must have length less than or equal to 63",
    ),
    ("pattern", {"TrainingJobName": "a_b"}, f"Value 'a_b' at 'trainingJobName' failed to satisfy constraint: {PATTERN}"),
    (
        "least value",
        {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
        "Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ),
    (
        "enum",
        {"ResourceConfig": {"InstanceType": "ml.bogus", "InstanceCount": 1, "VolumeSizeInGB": 1}},
        "Value 'ml.bogus' at 'resourceConfig.instanceType' failed to satisfy constraint: Member must satisfy enum value set: ",
    ),
    (
        "a list's size",
        {"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]},
        "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ),
    (
        "a structure in a list",
        {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "y" * 257}]},
        "at 'tags.2.member.value' failed to satisfy constraint: Member must have length less than or equal to 256",
    ),
    (
        "a text in a list",
        {
            "AlgorithmSpecification": {
                "TrainingImage": "i",
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["sh", "z" * 257],
            }
        },
        "at 'algorithmSpecification.containerEntrypoint' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 256",
    ),
    (
        "a map's value",
        {"HyperParameters": {"epochs": "9" * 2501}},
        "at 'hyperParameters' failed to satisfy constraint: "
        "Map value must satisfy constraint: [Member must have length less than or equal to 2500",
    ),
    (
        "a map's key",
        {"Environment": {"with space": "1"}},
        "Value '{with space=1}' at 'environment' failed to satisfy constraint: Map keys must satisfy constraint: [",
    ),
]


def post(url: str, operation: str, params: Any) -> tuple[int, dict[str, Any]]:
    """A call by bare HTTP: boto3 cannot send a member that its model lacks."""
    headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    call = urllib.request.Request(url, json.dumps(params).encode(), headers)
    try:
        with urllib.request.urlopen(call) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize(("changes", "sentence"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_constraint_is_named(
    local: LocalSageMaker, make_request: Callable[..., Any], changes: dict[str, Any], sentence: str
) -> None:
    status, error = post(local.url, "CreateTrainingJob", {**make_request("TrainingJob", "valid"), **changes})

    assert (status, error["__type"]) == (400, "ValidationException")
    assert "detected: " in error["message"]
    assert sentence in error["message"]


def test_all_violations_come_at_once_and_nothing_is_created(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    request = make_request("TrainingJob", "several", RoleArn="short", HyperParameters={"k": "v" * 2501})
    del request["OutputDataConfig"]

    with pytest.raises(ClientError) as caught:
        sagemaker.create_training_job(**request)

    message = caught.value.response["Error"]["Message"]
    assert message.startswith("4 validation errors detected: Value null at 'outputDataConfig'")
    assert message.count("at 'roleArn'") == 2
    assert "at 'hyperParameters'" in message
    with pytest.raises(ClientError, match="Requested resource not found"):
        sagemaker.describe_training_job(TrainingJobName="several")


def test_a_request_without_violations_passes(make_request: Callable[..., Any]) -> None:
    check_request("sagemaker", "CreateTrainingJob", make_request("TrainingJob", "fine", VpcConfig=None))


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"[\p{L}\p{N} ]*", "été 1", True),
        (r"\d+", "12", True),
        (r"\d+", "١٢", False),
        (r"[\w]+", "a_1", True),
        (r"[\w]+", "é", False),
        (r".*", "one line", True),
        (r".*", "two\nlines", False),
        (r".*", "two\rlines", False),
        (r"[\S\s]*", "two\nlines", True),
        (r"^abc$", "abc\n", False),
        (r"ab", "abc", False),
        (r"[\u0020-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]*", "a 😀", True),
        (r"[\u0020-\uFFFD]*", "a 😀", False),
    ],
)
def test_patterns_are_read_as_java_does(pattern: str, text: str, fits: bool) -> None:
    assert matches(pattern, text) is fits


def test_every_pattern_of_an_offered_operation_compiles() -> None:
    checked = 0
    seen = set()
    waiting: list[Any] = [operation_model("sagemaker", operation).input_shape for operation in offered()]
    while waiting:
        shape = waiting.pop()
        if shape.name in seen:
            continue
        seen.add(shape.name)
        if shape.type_name == "structure":
            waiting += shape.members.values()
        elif shape.type_name == "list":
            waiting.append(shape.member)
        elif shape.type_name == "map":
            waiting += [shape.key, shape.value]
        elif shape.type_name == "string":
            checked += sum(holds("x") in (True, False) for _, holds in constraints(shape))
    assert checked > 100
