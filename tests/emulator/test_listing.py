"""List operations: filters, order, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from create_requests import REQUESTS
from sagemaker_local.kinds import KINDS, Kind
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(jobs={"list-b": JobScript((Step("Training", HOLD),))})


@pytest.fixture(scope="module")
def listed(sagemaker: Any, make_request: Callable[..., Any], until: Callable[..., Any]) -> Any:
    """Training jobs list-c, list-b (running), list-a and other, in this order."""
    for name in ("list-c", "list-b", "list-a", "other"):
        sagemaker.create_training_job(**make_request("TrainingJob", name))
    until(lambda: len(sagemaker.list_training_jobs(StatusEquals="Completed")["TrainingJobSummaries"]) == 3)
    return sagemaker


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["list-c", "list-b", "list-a", "other"]),
        ({"NameContains": "list"}, ["list-c", "list-b", "list-a"]),
        ({"SortBy": "Name"}, ["list-a", "list-b", "list-c", "other"]),
        ({"SortBy": "Name", "SortOrder": "Descending"}, ["other", "list-c", "list-b", "list-a"]),
        ({"SortBy": "CreationTime", "SortOrder": "Descending"}, ["other", "list-a", "list-b", "list-c"]),
        ({"StatusEquals": "InProgress"}, ["list-b"]),
        ({"CreationTimeAfter": 4102444800}, []),
        ({"LastModifiedTimeBefore": 4102444800, "NameContains": "OTHER"}, ["other"]),
    ],
)
def test_filters_and_order(listed: Any, params: dict[str, Any], names: list[str]) -> None:
    summaries = listed.list_training_jobs(**params)["TrainingJobSummaries"]
    assert [summary["TrainingJobName"] for summary in summaries] == names


def test_pages(listed: Any) -> None:
    pages = list(listed.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [3, 1]
    assert "NextToken" not in pages[-1]


def test_a_token_of_no_page_is_refused(listed: Any) -> None:
    with pytest.raises(ClientError, match="Invalid pagination token: nonsense"):
        listed.list_training_jobs(NextToken="nonsense")


def test_a_filter_that_is_not_offered_is_refused(listed: Any) -> None:
    with pytest.raises(ClientError, match="does not offer TrainingPlanArnEquals in ListTrainingJobs"):
        listed.list_training_jobs(TrainingPlanArnEquals="arn:aws:sagemaker:us-east-1:123456789012:training-plan/p")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in REQUESTS], ids=lambda kind: kind.name)
def test_every_kind_is_listed(sagemaker: Any, make_request: Callable[..., Any], kind: Kind) -> None:
    operations = {operation: name for name, operation in sagemaker.meta.method_to_api_mapping.items()}
    getattr(sagemaker, operations[f"Create{kind.name}"])(**make_request(kind.name, "every-kind"))

    answer = getattr(sagemaker, operations[f"List{kind.name}s"])(
        **{"PipelineNamePrefix" if kind.name == "Pipeline" else "NameContains": "every-kind"}
    )

    (summary,) = next(value for value in answer.values() if isinstance(value, list))
    shape = sagemaker.meta.service_model.operation_model(f"List{kind.name}s").output_shape
    required = next(member.member for member in shape.members.values() if member.type_name == "list").required_members
    assert summary.keys() >= set(required)
    assert "every-kind" in summary.values()


@pytest.mark.parametrize(
    ("operation", "member", "name"),
    [("list_models", "Models", "ModelName"), ("list_endpoint_configs", "EndpointConfigs", "EndpointConfigName")],
)
def test_records_are_listed_too(sagemaker: Any, operation: str, member: str, name: str) -> None:
    (summary,) = getattr(sagemaker, operation)(NameContains="base-")[member]
    assert summary[name].startswith("base-")
    assert "CreationTime" in summary
