"""Kept as state only, with a status that changes by time: model packages, inference components, pipelines, feature groups.

Nothing of it runs. Creating, updating, stopping and deleting take the time of the settings; the fault script can make a
creation fail (``job_failure``) or last longer (``slow`` with that status), by the resource's name. What is particular to one
kind is a function below; the rest is in the rows of kinds.py.
"""

from __future__ import annotations

import copy
import functools
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import ServiceError, validation_error
from sagemaker_local.kinds import KIND_BY_NAME, Kind
from sagemaker_local.records import Change, Record

PACKAGE, GROUP = KIND_BY_NAME["ModelPackage"], KIND_BY_NAME["ModelPackageGroup"]
PIPELINE, EXECUTION = KIND_BY_NAME["Pipeline"], KIND_BY_NAME["PipelineExecution"]
EXECUTION_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
EXECUTION_ID_LENGTH = 12
TOKENS = ("ClientToken", "ClientRequestToken")
"""Members by which a request that is sent twice is carried out once (API reference, CreateModelPackage, CreatePipeline)."""

Begin = Callable[[Backend, Record], None]
Create = Callable[[Kind, Begin, Backend, dict[str, Any]], Mapping[str, Any]]
Handler = Callable[[Backend, dict[str, Any]], Mapping[str, Any]]


def create(backend: Backend, record: Record) -> None:
    """Stores a new one, which settles later. Called with the records' lock held. Raises the error of what it needs."""
    if record.kind.name == "InferenceComponent":
        find(backend, KIND_BY_NAME["Endpoint"], record.request["EndpointName"])
    backend.records.put(record)
    faults = backend.faults.job_faults(record.name)
    _settle(backend, record, faults.slow.get(record.status or "", 0.0), faults.fail_with)


def delete(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find_by_name_or_arn(backend, kind, params)
        if any(_group(package) == record.name for package in backend.records.of_kind(PACKAGE.name) if kind is GROUP):
            raise ServiceError("ConflictException", f"Model package group {record.arn} has model packages: delete them first.")
        if kind.deleting_status is None:
            backend.records.remove(record)
        elif record.status != kind.deleting_status:  # asked once more, it goes no later
            record.status = kind.deleting_status
            record.touch()
            record.change = Change(time.time() + backend.seconds_to_settle, None)
    return {kind.arn_member: record.arn}


def describe(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        return copy.deepcopy(find_by_name_or_arn(backend, kind, params).view())


def find_by_name_or_arn(backend: Backend, kind: Kind, params: Mapping[str, Any]) -> Record:
    """The record that the request names by name or by ARN, in whichever member. Raises the kind's not-found error."""
    named: str = params.get(kind.name_member) or params[kind.arn_member]
    if not named.startswith("arn:"):
        return find(backend, kind, named)
    record = backend.records.by_arn(named)
    if record is None or record.kind is not kind:
        raise kind.error(kind.not_found, named.rpartition("/")[2], named)
    return record


def handlers(create_kind: Create) -> Mapping[str, Handler]:
    """Operation name to what carries it out, of what only these kinds have. ``create_kind`` is Create<Kind> of any kind."""
    return {
        "CreateModelPackage": functools.partial(_once, PACKAGE, functools.partial(_create_package, create_kind)),
        "CreatePipeline": functools.partial(_once, PIPELINE, functools.partial(create_kind, PIPELINE, create)),
        "StartPipelineExecution": functools.partial(_once, EXECUTION, functools.partial(_start_execution, create_kind)),
        "StopPipelineExecution": _stop_execution,
        "UpdateModelPackage": _update_package,
        "UpdateInferenceComponent": _update_component,
        "UpdateInferenceComponentRuntimeConfig": _update_copies,
        "UpdatePipeline": functools.partial(_update, PIPELINE),
        "UpdatePipelineExecution": functools.partial(_update, EXECUTION),
        "UpdateFeatureGroup": _update_feature_group,
    }


def _settle(backend: Backend, record: Record, longer: float = 0.0, fail_with: str | None = None) -> None:
    kind = record.kind
    if record.status == kind.settled_status and fail_with is None:
        return
    status, described = kind.settled_status, {}
    if fail_with is not None:
        status, described = kind.failed_status, {"FailureReason": fail_with}
    record.described.pop("FailureReason", None)
    record.change = Change(time.time() + backend.seconds_to_settle + longer, status, described)


def _once(kind: Kind, carry_out: Handler, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """A request with the token of an earlier one is that one again."""
    with backend.records.lock:
        for token in TOKENS:
            for record in backend.records.of_kind(kind.name):
                if params.get(token) and record.request.get(token) == params[token]:
                    return {kind.arn_member: record.arn}
        return carry_out(backend, params)


def _create_package(create_kind: Create, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """A package in a group has a version there instead of a name of its own; the group is named, or its ARN given."""
    if params.get("ModelPackageGroupName") and not params.get("ModelPackageName"):
        group = find_by_name_or_arn(backend, GROUP, {GROUP.name_member: params["ModelPackageGroupName"]})
        version = 1 + group.described.get("versions", 0)
        params = {**params, "ModelPackageGroupName": group.name, "ModelPackageName": f"{group.name}/{version}"}
        answer = create_kind(PACKAGE, create, backend, params)
        group.described["versions"] = version  # not a member of its shape: it is cut from what is shown
        return answer
    return create_kind(PACKAGE, create, backend, params)


def _start_execution(create_kind: Create, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    pipeline = find_by_name_or_arn(backend, PIPELINE, params)
    identifier = "".join(secrets.choice(EXECUTION_ID_LETTERS) for _ in range(EXECUTION_ID_LENGTH))
    name = f"{pipeline.name}/execution/{identifier}"
    request = {**params, "PipelineName": pipeline.name, EXECUTION.name_member: name}
    request.setdefault("RoleArn", pipeline.request["RoleArn"])
    return create_kind(EXECUTION, create, backend, request)


def _stop_execution(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find_by_name_or_arn(backend, EXECUTION, params)
        if record.status != EXECUTION.first_status:
            raise validation_error(
                f"Pipeline execution with ARN {record.arn} status {record.status}. "
                "Only pipelines with 'Executing' status can be stopped."
            )
        record.status = "Stopping"
        record.touch()
        record.change = Change(time.time() + backend.seconds_to_settle, "Stopped")
    return {EXECUTION.arn_member: record.arn}


def _update(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Members that the request gives replace those of the record; the rules of creation hold for the outcome."""
    with backend.records.lock:
        record = find_by_name_or_arn(backend, kind, params)
        given = {member: value for member, value in params.items() if value is not None}
        return _replace(record, {**record.request, **given})


def _update_package(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find_by_name_or_arn(backend, PACKAGE, params)
        given = {member: value for member, value in params.items() if value is not None}
        removed = given.pop("CustomerMetadataPropertiesToRemove", ())
        added = given.pop("AdditionalInferenceSpecificationsToAdd", None)
        properties = {**record.request.get("CustomerMetadataProperties", {}), **given.get("CustomerMetadataProperties", {})}
        given["CustomerMetadataProperties"] = {name: value for name, value in properties.items() if name not in removed}
        if added:
            given["AdditionalInferenceSpecifications"] = [*record.request.get("AdditionalInferenceSpecifications", ()), *added]
        return _replace(record, {**record.request, **given})


def _update_component(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find_by_name_or_arn(backend, KIND_BY_NAME["InferenceComponent"], params)
        if record.status in ("Creating", "Updating", "Deleting"):
            raise validation_error(f'Cannot update in-progress inference component "{record.arn}".')
        given = {member: value for member, value in params.items() if value is not None}
        record.described["LastDeploymentConfig"] = given.pop("DeploymentConfig", None)
        answer = _replace(record, {**record.request, **given})
        record.status = "Updating"
        faults = backend.faults.job_faults(record.name)
        _settle(backend, record, faults.slow.get("Updating", 0.0), faults.fail_with)
    return answer


def _update_copies(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    names = {"InferenceComponentName": params["InferenceComponentName"]}
    return _update_component(backend, {**names, "RuntimeConfig": params["DesiredRuntimeConfig"]})


def _update_feature_group(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find_by_name_or_arn(backend, KIND_BY_NAME["FeatureGroup"], params)
        if record.status != "Created":
            raise validation_error(f"The feature group {record.name} is in status {record.status} and cannot be updated.")
        given = {member: value for member, value in params.items() if value is not None}
        added = given.pop("FeatureAdditions", ())
        given["FeatureDefinitions"] = [*record.request["FeatureDefinitions"], *added]
        record.described["LastUpdateStatus"] = {"Status": "Successful"}
        return _replace(record, {**record.request, **given})


def _replace(record: Record, request: Mapping[str, Any]) -> Mapping[str, Any]:
    broken = list(record.kind.broken_rules(request))
    if broken:
        raise validation_error(" ".join(broken))
    record.request = request
    record.touch()
    return {record.kind.arn_member: record.arn}


def _group(package: Record) -> str | None:
    return package.request.get("ModelPackageGroupName")
