"""A monitoring schedule's life: every change makes it Pending until the execution has carried it out. Nothing is monitored.

Operations on a Pending schedule are refused, as the service refuses them (aws/amazon-sagemaker-examples#2342).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from sagemaker_local.backend import Backend, find
from sagemaker_local.errors import validation_error
from sagemaker_local.kinds import KIND_BY_NAME, Kind
from sagemaker_local.records import Record, Records


def create_schedule(backend: Backend, record: Record) -> None:
    """Stores a new schedule. Called with the records' lock held. Raises the job definition's not-found error."""
    _find_definition(backend, record.request["MonitoringScheduleConfig"])
    backend.records.put(record)
    _begin(backend, record, "Scheduled")


def update_schedule(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """Replaces the whole configuration; the schedule runs afterwards, also if it was stopped or had failed."""
    with backend.records.lock:
        record = _find_settled(backend, kind, params, "updated")
        broken = list(kind.broken_rules(params))
        if broken:
            raise validation_error(" ".join(broken))
        _find_definition(backend, params["MonitoringScheduleConfig"])
        record.request = {**record.request, **params}
        _begin(backend, record, "Scheduled")
    return {kind.arn_member: record.arn}


def start_schedule(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        _begin(backend, _find_settled(backend, kind, params, "started"), "Scheduled")
    return {}


def stop_schedule(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    with backend.records.lock:
        _begin(backend, _find_settled(backend, kind, params, "stopped"), "Stopped")
    return {}


def delete_schedule(kind: Kind, backend: Backend, params: dict[str, Any]) -> Mapping[str, Any]:
    """The schedule is Pending until it is gone."""
    with backend.records.lock:
        record = _find_settled(backend, kind, params, "deleted")
        record.status, record.work = "Pending", None
        record.touch()
    threading.Thread(target=_take_away, args=(backend, record), name=f"delete-{record.name}", daemon=True).start()
    return {}


CHANGES: Mapping[str, Callable[[Kind, Backend, dict[str, Any]], Mapping[str, Any]]] = {
    "Update": update_schedule,
    "Start": start_schedule,
    "Stop": stop_schedule,
}
"""The operations that only schedules have."""


def _take_away(backend: Backend, record: Record) -> None:
    try:
        backend.execution.delete_schedule(record.name)
    finally:
        backend.records.remove(record)


def _find_settled(backend: Backend, kind: Kind, params: Mapping[str, Any], done: str) -> Record:
    record = find(backend, kind, params[kind.name_member])
    if record.status == "Pending":
        raise validation_error(f"Monitoring schedule in status Pending cannot be {done}: {record.arn}")
    return record


def _find_definition(backend: Backend, config: Mapping[str, Any]) -> None:
    if "MonitoringJobDefinitionName" in config:
        find(backend, KIND_BY_NAME[f"{config['MonitoringType']}JobDefinition"], config["MonitoringJobDefinitionName"])


def _begin(backend: Backend, record: Record, status: str) -> None:
    record.status = "Pending"
    record.described.pop("FailureReason", None)
    record.touch()
    change = ScheduleChange(backend.records, record, status)
    record.work = change
    backend.execution.change_schedule(change)


class ScheduleChange:
    """Implements :class:`sagemaker_local.events.ScheduleEvents` on a record, for one change."""

    def __init__(self, records: Records, record: Record, status: str) -> None:
        self._lock = records.lock
        self._record = record
        self._status = status

    @property
    def name(self) -> str:
        return self._record.name

    @property
    def status(self) -> str:
        return self._status

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        with self._lock:
            if self._record.work is not self:
                return
            self._record.work = None
            self._record.status = status
            self._record.touch()
            if failure_reason is not None:
                self._record.described["FailureReason"] = failure_reason
