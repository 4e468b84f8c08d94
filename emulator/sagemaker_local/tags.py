"""AddTags, ListTags, DeleteTags, and GetResources of the Resource Groups Tagging API over the same records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sagemaker_local.backend import Backend
from sagemaker_local.errors import ServiceError, not_offered, validation_error
from sagemaker_local.listing import one_page
from sagemaker_local.records import Record
from sagemaker_local.validation import check_request

TAGGING_API = "resourcegroupstaggingapi"
MOST_TAGS = 50
RESOURCES_PER_PAGE = 50


def as_mapping(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``[{"Key": k, "Value": v}]`` as ``{k: v}``."""
    return {tag["Key"]: tag["Value"] for tag in tags}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """``{k: v}`` as ``[{"Key": k, "Value": v}]``."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def add_tags(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = _tagged(backend, params["ResourceArn"])
        merged = {**record.tags, **as_mapping(params["Tags"])}
        if len(merged) > MOST_TAGS:
            raise validation_error(f"The number of tags has exceeded the limit of {MOST_TAGS} for {record.arn}.")
        record.tags = merged
    return {"Tags": as_list(merged)}


def list_tags(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        found = as_list(_tagged(backend, params["ResourceArn"]).tags)
    page, token = one_page(found, params.get("NextToken"), params.get("MaxResults", MOST_TAGS))
    return {"Tags": page, "NextToken": token}


def delete_tags(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = _tagged(backend, params["ResourceArn"])
        record.tags = {key: value for key, value in record.tags.items() if key not in params["TagKeys"]}
    return {}


def answer_tagging_api(backend: Backend, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The one operation of the tagging API that is offered, GetResources. Raises ServiceError."""
    if operation != "GetResources":
        raise not_offered(operation, "Resource Groups Tagging API")
    check_request(TAGGING_API, operation, params)
    with backend.records.lock:
        found = [
            {"ResourceARN": record.arn, "Tags": as_list(record.tags)}
            for record in backend.records.all()
            if _is_wanted(record, params)
        ]
    try:
        page, token = one_page(found, params.get("PaginationToken"), params.get("ResourcesPerPage", RESOURCES_PER_PAGE))
    except ServiceError as error:
        raise ServiceError("PaginationTokenExpiredException", error.message) from error
    return {"ResourceTagMappingList": page, "PaginationToken": token or ""}


def _is_wanted(record: Record, params: Mapping[str, Any]) -> bool:
    """Untagged resources are never found; filters are joined by and, a filter's values by or, no values means any."""
    types = params.get("ResourceTypeFilters") or ["sagemaker"]
    arns = params.get("ResourceARNList")
    return (
        bool(record.tags)
        and bool({"sagemaker", f"sagemaker:{record.kind.resource_type}"}.intersection(types))
        and (not arns or record.arn in arns)
        and all(
            wanted["Key"] in record.tags and (not wanted.get("Values") or record.tags[wanted["Key"]] in wanted["Values"])
            for wanted in params.get("TagFilters") or []
        )
    )


def _tagged(backend: Backend, arn: str) -> Record:
    record = backend.records.by_arn(arn)
    if record is None:
        raise validation_error(f"Could not find the resource {arn} to read or change its tags.")
    return record
