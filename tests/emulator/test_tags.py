"""Tags by the SageMaker API, and resources found by tag through the tagging API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from create_requests import REQUESTS
from sagemaker_local import LocalSageMaker
from sagemaker_local.kinds import KIND_BY_NAME, KINDS

ARN = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture(scope="module")
def tagging(local: LocalSageMaker, client: Callable[..., Any], sagemaker: Any, make_request: Callable[..., Any]) -> Any:
    """Three training jobs (run 1, run 1, run 2), a model (run 1) and an untagged one."""
    for name, run in [("a", "1"), ("b", "1"), ("c", "2")]:
        tags = [{"Key": "run", "Value": run}, {"Key": f"only-{name}", "Value": ""}]
        sagemaker.create_training_job(**make_request("TrainingJob", name, Tags=tags))
    sagemaker.create_model(**make_request("Model", "m", Tags=[{"Key": "run", "Value": "1"}]))
    sagemaker.create_model(**make_request("Model", "untagged"))
    return client(local, "resourcegroupstaggingapi")


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.name in REQUESTS])
def test_tags_of_every_kind_can_be_added_listed_and_deleted(
    sagemaker: Any, make_request: Callable[..., Any], kind: str
) -> None:
    methods = {operation: method for method, operation in sagemaker.meta.method_to_api_mapping.items()}
    create = getattr(sagemaker, methods[f"Create{kind}"])
    tags = [{"Key": "a", "Value": "1"}]
    arn = create(**make_request(kind, "tagged", Tags=tags))[KIND_BY_NAME[kind].arn_member]

    added = sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "ключ", "Value": "x y"}])
    assert added["Tags"] == [{"Key": "a", "Value": "2"}, {"Key": "ключ", "Value": "x y"}]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == added["Tags"]

    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a", "absent"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "ключ", "Value": "x y"}]


def test_tags_of_what_does_not_exist_are_refused(sagemaker: Any) -> None:
    with pytest.raises(ClientError, match="Could not find the resource"):
        sagemaker.list_tags(ResourceArn=f"{ARN}:model/absent")


def test_there_are_at_most_fifty_tags(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    full = [{"Key": str(number), "Value": ""} for number in range(50)]
    arn = sagemaker.create_model(**make_request("Model", "full", Tags=full))["ModelArn"]
    with pytest.raises(ClientError, match="exceeded the limit of 50"):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
    assert len(sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"TagFilters": [{"Key": "run", "Values": ["1"]}]}, ["training-job/a", "training-job/b", "model/m"]),
        ({"TagFilters": [{"Key": "run", "Values": ["1"]}], "ResourceTypeFilters": ["sagemaker:model"]}, ["model/m"]),
        ({"TagFilters": [{"Key": "run", "Values": ["2", "3"]}], "ResourceTypeFilters": ["sagemaker"]}, ["training-job/c"]),
        ({"TagFilters": [{"Key": "run", "Values": ["1"]}, {"Key": "only-b"}]}, ["training-job/b"]),
        ({"TagFilters": [{"Key": "run", "Values": ["1"]}], "ResourceTypeFilters": ["ec2"]}, []),
        ({"TagFilters": [{"Key": "run", "Values": ["9"]}]}, []),
        ({"ResourceARNList": [f"{ARN}:training-job/a", f"{ARN}:model/untagged"]}, ["training-job/a"]),
    ],
)
def test_resources_are_found_by_tag(tagging: Any, filters: dict[str, Any], found: list[str]) -> None:
    answer = tagging.get_resources(**filters)
    assert [item["ResourceARN"] for item in answer["ResourceTagMappingList"]] == [f"{ARN}:{name}" for name in found]
    assert answer["PaginationToken"] == ""


def test_found_resources_come_in_pages_with_their_tags(tagging: Any) -> None:
    wanted = {"TagFilters": [{"Key": "run", "Values": ["1"]}], "PaginationConfig": {"PageSize": 2}}
    pages = list(tagging.get_paginator("get_resources").paginate(**wanted))
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [2, 1]
    assert pages[1]["ResourceTagMappingList"][0]["Tags"] == [{"Key": "run", "Value": "1"}]


def test_other_operations_of_the_tagging_api_are_not_offered(tagging: Any) -> None:
    with pytest.raises(ClientError, match="does not offer Resource Groups Tagging API TagResources"):
        tagging.tag_resources(ResourceARNList=[f"{ARN}:model/m"], Tags={"a": "b"})
