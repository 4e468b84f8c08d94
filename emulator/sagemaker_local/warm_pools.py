"""Warm pools: the instances of a training job, kept for the next one that asks for the same.

Kept is what Describe and List show of them, and a name by which the execution finds what programs left in their cache. There
are no instances, and there is no quota: that of an account is 0 unless it was raised. Source: Developer Guide, "Managed Warm
Pools".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import validation_error
from sagemaker_local.kinds import KIND_BY_NAME
from sagemaker_local.records import Change, Record, Records

STATUS = "WarmPoolStatus"
OWN_FAULT = ("AlgorithmError", "ClientError")
"""Beginnings of the FailureReason of a job whose cluster is as good as before."""


def keep_alive(request: Mapping[str, Any]) -> int:
    """Seconds that a job wants its instances to be kept after its end."""
    return int((request.get("ResourceConfig") or {}).get("KeepAlivePeriodInSeconds") or 0)


def move_to(records: Records, record: Record) -> str:
    """Moves the pool of an earlier job to a new one that matches; the name of the pool, empty for a job without one.

    Called with the records' lock held.
    """
    found = next((one for one in records.of_kind("TrainingJob") if _status(one) == "Available" and _match(one, record)), None)
    if found is None:
        return record.name if keep_alive(record.request) else ""
    found.change = None
    found.described[STATUS] = {
        "Status": "Reused",
        "ReusedByJob": record.name,
        "ResourceRetainedBillableTimeInSeconds": _seconds_since_end(found),
    }
    record.described[STATUS] = {"Status": "InUse"}
    return str(found.work.warm_pool)


def retain(record: Record) -> None:
    """What becomes of the instances of a job that has just ended. Called with the records' lock held."""
    seconds = keep_alive(record.request)
    if not seconds and STATUS not in record.described:
        return
    reason = record.described.get("FailureReason", "")
    healthy = "TrainingStartTime" in record.described and (record.status != "Failed" or reason.startswith(OWN_FAULT))
    if seconds and healthy:
        _keep(record, seconds)
    else:
        record.described[STATUS] = {"Status": "Terminated"}


def update(backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """UpdateTrainingJob, as far as it is about the warm pool. A period of 0 ends it."""
    others = sorted(params.keys() - {"TrainingJobName", "ResourceConfig"})
    if others:
        raise validation_error(f"The local SageMaker does not offer {', '.join(others)} in UpdateTrainingJob.")
    with backend.records.lock:
        record = find(backend, KIND_BY_NAME["TrainingJob"], params["TrainingJobName"])
        seconds = keep_alive(params)
        if "ResourceConfig" in params:
            if _status(record) != "Available":
                raise validation_error(f"The training job {record.name} has no warm pool that is Available.")
            resources = {**record.request["ResourceConfig"], "KeepAlivePeriodInSeconds": seconds}
            record.request = {**record.request, "ResourceConfig": resources}
            if seconds:
                _keep(record, seconds)
            else:
                record.change = None
                record.described[STATUS] = _terminated(_seconds_since_end(record))
            record.touch()
    return {"TrainingJobArn": record.arn}


def is_available(record: Record) -> bool:
    """Whether the job's instances are kept now."""
    return _status(record) == "Available"


def _keep(record: Record, seconds: int) -> None:
    """From the end of the job on, however often that is changed."""
    record.described[STATUS] = {"Status": "Available"}
    end = record.described["TrainingEndTime"] + seconds
    record.change = Change(max(end, time.time()), record.status, {STATUS: _terminated(seconds)})


def _terminated(seconds: int) -> dict[str, Any]:
    return {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": seconds}


def _seconds_since_end(record: Record) -> int:
    seconds: float = time.time() - record.described["TrainingEndTime"]
    return max(0, round(seconds))


def _status(record: Record) -> str | None:
    status: str | None = record.described.get(STATUS, {}).get("Status")
    return status


def _match(one: Record, other: Record) -> bool:
    return _matched(one.request) == _matched(other.request)


def _matched(request: Mapping[str, Any]) -> tuple[Any, ...]:
    """What has to be the same ("Matching training jobs")."""
    resources, network = request.get("ResourceConfig") or {}, request.get("VpcConfig") or {}
    instances = tuple(
        resources.get(member) for member in ("InstanceCount", "InstanceType", "VolumeKmsKeyId", "VolumeSizeInGB")
    )
    places = tuple(sorted(network.get(member, ())) for member in ("SecurityGroupIds", "Subnets"))
    switches = (request.get("EnableInterContainerTrafficEncryption"), request.get("EnableNetworkIsolation"))
    spot = bool(request.get("EnableManagedSpotTraining"))
    return request.get("RoleArn"), instances, places, switches, spot
