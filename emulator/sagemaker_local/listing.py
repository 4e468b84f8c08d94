"""List<Kind>s: filters, order and pages over the records of a kind. The summary's members are those of the model's shape."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sagemaker_local.backend import Backend
from sagemaker_local.errors import validation_error
from sagemaker_local.kinds import Kind
from sagemaker_local.service_model import operation_model

PAGE = 10
"""Records per page unless the request says otherwise, as the API reference has it for most kinds."""

FILTERS: Mapping[str, Callable[[dict[str, Any], Any, Kind], bool]] = {
    "NameContains": lambda view, wanted, kind: wanted.lower() in (view[kind.name_member] or view[kind.arn_member]).lower(),
    "StatusEquals": lambda view, wanted, kind: view[kind.status_member] == wanted,
    "EndpointName": lambda view, wanted, kind: view.get("EndpointName") == wanted,
    "MonitoringJobDefinitionName": lambda view, wanted, kind: view.get("MonitoringJobDefinitionName") == wanted,
    "MonitoringTypeEquals": lambda view, wanted, kind: view.get("MonitoringType") == wanted,
    "EndpointNameEquals": lambda view, wanted, kind: view.get("EndpointName") == wanted,
    "VariantNameEquals": lambda view, wanted, kind: view.get("VariantName") == wanted,
    "FeatureGroupStatusEquals": lambda view, wanted, kind: view[kind.status_member] == wanted,
    "ModelPackageGroupName": lambda view, wanted, kind: view.get("ModelPackageGroupName") == wanted.rpartition("/")[2],
    "ModelApprovalStatus": lambda view, wanted, kind: view.get("ModelApprovalStatus") == wanted,
    "ModelPackageType": lambda view, wanted, kind: wanted in ("Both", _package_type(view)),
    "PipelineNamePrefix": lambda view, wanted, kind: view["PipelineName"].startswith(wanted),
    "PipelineName": lambda view, wanted, kind: view["PipelineName"] == wanted.rpartition("/")[2],
    "WarmPoolStatusEquals": lambda view, wanted, kind: view.get("WarmPoolStatus", {}).get("Status") == wanted,
    "CreatedAfter": lambda view, wanted, kind: view["CreationTime"] > wanted,
    "CreatedBefore": lambda view, wanted, kind: view["CreationTime"] < wanted,
    "CreationTimeAfter": lambda view, wanted, kind: view["CreationTime"] > wanted,
    "CreationTimeBefore": lambda view, wanted, kind: view["CreationTime"] < wanted,
    "LastModifiedTimeAfter": lambda view, wanted, kind: view["LastModifiedTime"] > wanted,
    "LastModifiedTimeBefore": lambda view, wanted, kind: view["LastModifiedTime"] < wanted,
}

Item = TypeVar("Item")


def list_records(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Answers List<Kind>s. An unoffered filter is refused, rather than ignored."""
    unknown = params.keys() - FILTERS.keys() - {"SortBy", "SortOrder", "MaxResults", "NextToken"}
    if unknown:
        raise validation_error(f"The local SageMaker does not offer {', '.join(sorted(unknown))} in List{kind.name}s.")
    with backend.records.lock:
        views = [copy.deepcopy(record.view()) for record in backend.records.of_kind(kind.name)]
    chosen = [
        view for view in views if all(FILTERS[name](view, params[name], kind) for name in FILTERS if name in params)
    ]
    by = {"Name": kind.name_member, "Status": kind.status_member}.get(
        params.get("SortBy", ""), kind.creation_time_member
    )
    chosen.sort(key=lambda view: view[by], reverse=params.get("SortOrder") == "Descending")
    page, token = one_page(chosen, params.get("NextToken"), params.get("MaxResults", PAGE))
    return {_summaries_member(kind): page, "NextToken": token}


def one_page(items: Sequence[Item], token: str | None, size: int) -> tuple[Sequence[Item], str | None]:
    """The items of a page and the token of the next one (None at the end). A token is the index of the page's first item."""
    if token and not token.isdecimal():
        raise validation_error(f"Invalid pagination token: {token}")
    start = int(token or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None


def _package_type(view: dict[str, Any]) -> str:
    return "Versioned" if view.get("ModelPackageGroupName") else "Unversioned"


def _summaries_member(kind: Kind) -> str:
    output: Any = operation_model("sagemaker", f"List{kind.name}s").output_shape
    names: list[str] = [name for name, shape in output.members.items() if shape.type_name == "list"]
    return names[0]
