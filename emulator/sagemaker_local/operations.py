"""Every SageMaker operation that is offered, by name: Create, Describe, List, Stop, Delete, Update and the tags.

:func:`answer` is the whole API: a request that the model and the rules allow is carried out on the records; what has to run is
handed to the execution (jobs.py, tuning_jobs.py, endpoints.py, schedules.py), what only changes by time is in timed.py.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from typing import Any

from sagemaker_local import endpoints, jobs, schedules, tags, timed, tuning_jobs, warm_pools
from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import not_offered, validation_error
from sagemaker_local.kinds import KINDS, Kind
from sagemaker_local.listing import list_records
from sagemaker_local.records import Record
from sagemaker_local.service_model import has_operation, known_members, operation_model
from sagemaker_local.validation import check_request

RETAINING = ("ResourceInUse", "The {words} {name} cannot be deleted while its warm pool is Available.")
RUNNING = ("ResourceInUse", "The {words} {name} cannot be deleted while it is running.")

Handler = Callable[[Backend, dict[str, Any]], Mapping[str, Any]]


def answer(backend: Backend, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The operation's output, cut to its shape. Raises ServiceError."""
    handler = offered().get(operation)
    if handler is None:
        raise not_offered(operation, "SageMaker")
    check_request("sagemaker", operation, params)
    members: dict[str, Any] = known_members(
        handler(backend, params), operation_model("sagemaker", operation).output_shape
    )
    return members


@functools.cache
def offered() -> Mapping[str, Handler]:
    """Operation name to what carries it out."""
    handlers: dict[str, Handler] = {
        "AddTags": tags.add_tags,
        "ListTags": tags.list_tags,
        "DeleteTags": tags.delete_tags,
        "UpdateEndpoint": endpoints.update_endpoint,
        "UpdateTrainingJob": warm_pools.update,
    }
    creates = {
        "job": jobs.start,
        "record": _create_nothing_more,
        "endpoint": endpoints.create_endpoint,
        "schedule": schedules.create_schedule,
        "timed": timed.create,
    }
    deletes = {
        "job": _delete_job,
        "record": _delete_record,
        "endpoint": endpoints.delete_endpoint,
        "schedule": schedules.delete_schedule,
        "timed": timed.delete,
    }
    for kind in KINDS:
        handlers[f"Create{kind.name}"] = functools.partial(_create, kind, creates[kind.life])
        handlers[f"Describe{kind.name}"] = functools.partial(timed.describe if kind.life == "timed" else _describe, kind)
        handlers[f"Delete{kind.name}"] = functools.partial(deletes[kind.life], kind)
        handlers[f"List{kind.name}s"] = functools.partial(list_records, kind)
        if kind.life == "job":
            handlers[f"Stop{kind.name}"] = functools.partial(_stop_job, kind)
        if kind.life == "record":
            handlers[f"Update{kind.name}"] = functools.partial(_update_record, kind)
        if kind.life == "schedule":
            for change, carry_out in schedules.CHANGES.items():
                handlers[f"{change}{kind.name}"] = functools.partial(carry_out, kind)
    handlers["CreateHyperParameterTuningJob"] = functools.partial(
        _create, tuning_jobs.TUNING_JOB, functools.partial(tuning_jobs.start, _create)
    )
    handlers.update(timed.handlers(_create))
    handlers["ListTrainingJobsForHyperParameterTuningJob"] = tuning_jobs.list_training_jobs
    return {operation: handler for operation, handler in handlers.items() if has_operation("sagemaker", operation)}


def named_by(operation: str, params: Mapping[str, Any]) -> str | None:
    """The name (else ARN) of the resource that a request is about, for the call log and the fault script."""
    for kind in sorted(KINDS, key=lambda kind: -len(kind.name)):
        if operation.endswith(kind.name) and isinstance(params.get(kind.name_member), str):
            return str(params[kind.name_member])
        if operation.endswith(kind.name) and isinstance(params.get(kind.arn_member), str):
            return str(params[kind.arn_member])
    arn = params.get("ResourceArn")
    return arn if isinstance(arn, str) else None


def _create(
    kind: Kind, begin: Callable[[Backend, Record], None], backend: Backend, params: dict[str, Any]
) -> Mapping[str, Any]:
    request = copy.deepcopy({member: value for member, value in params.items() if value is not None})
    tagged = tags.as_mapping(request.pop("Tags", []))
    kind.fill_defaults(request)
    broken = list(kind.broken_rules(request))
    if broken:
        raise validation_error(" ".join(broken))
    name = request[kind.name_member]
    arn = kind.arn(name, backend.region, backend.account_id)
    with backend.records.lock:
        if backend.records.get(kind.name, name) is not None:
            raise kind.error(kind.exists, name, arn)
        if kind.name == "EndpointConfig":
            endpoints.models_of(backend, request)
        record = Record(kind, name, arn, request, tagged, kind.first_status)
        begin(backend, record)
    return {kind.arn_member: arn}


def _create_nothing_more(backend: Backend, record: Record) -> None:
    backend.records.put(record)


def _describe(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        return _shown(find(backend, kind, params[kind.name_member]))


def _shown(record: Record) -> Mapping[str, Any]:
    view = copy.deepcopy(record.view())
    return {record.kind.name: view} if record.kind.nested else view


def _update_record(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Members that the request gives replace those of the record; the rules of creation hold for the outcome."""
    with backend.records.lock:
        record = find(backend, kind, params[kind.name_member])
        request = {**record.request, **{member: value for member, value in params.items() if value is not None}}
        broken = list(kind.broken_rules(request))
        if broken:
            raise validation_error(" ".join(broken))
        record.request = request
        record.touch()
        return _shown(record)


def _stop_job(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        record = find(backend, kind, params[kind.name_member])
        if record.status not in jobs.BUSY:
            raise validation_error(f"The request was rejected because the {kind.words} is in status {record.status}.")
        record.work.request_stop()
    return {}


def _delete_job(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Only a job that ended can be deleted; its name is free afterwards (API reference, DeleteTrainingJob)."""
    with backend.records.lock:
        record = find(backend, kind, params[kind.name_member])
        if record.status in jobs.BUSY:
            raise kind.error(RUNNING, record.name, record.arn)
        if warm_pools.is_available(record):
            raise kind.error(RETAINING, record.name, record.arn)
        backend.records.remove(record)
    return {}


def _delete_record(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """A model or a configuration can be deleted while an endpoint uses it. Only DeleteWorkteam has an answer."""
    with backend.records.lock:
        backend.records.remove(find(backend, kind, params[kind.name_member]))
    return {"Success": True}
