"""What the service remembers: one record per resource, in memory, under one lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sagemaker_local.kinds import Kind


@dataclass(frozen=True)
class Change:
    """What becomes of a record by itself at a time (seconds since the epoch): another status, or with None its end."""

    at: float
    status: str | None
    described: Mapping[str, Any] = field(default_factory=dict)
    """Members of Describe's output that the change brings."""


@dataclass
class Record:
    """One resource. Times are seconds since the epoch. Change it only while holding the lock of its Records."""

    kind: Kind
    name: str
    arn: str
    request: Mapping[str, Any]
    """The Create request with the service's defaults, without Tags. Never changed in place."""
    tags: dict[str, str] = field(default_factory=dict)
    status: str | None = None
    described: dict[str, Any] = field(default_factory=dict)
    """Members of Describe's output that are not of the request: secondary status, start time, failure reason ..."""
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = field(default_factory=time.time)
    computed: Callable[[], Mapping[str, Any]] = dict
    """Gives the members of Describe's output that follow from other records; called with the lock held."""
    work: Any = None
    """What the execution reports through (RunningJob, Deployment, ScheduleChange), for Stop to reach it."""
    change: Change | None = None
    """What is to become of the record by time alone; carried out by :class:`Records` when somebody looks."""

    def touch(self) -> float:
        """Marks the record as changed now, and returns that time."""
        self.last_modified_time = time.time()
        return self.last_modified_time

    def view(self) -> dict[str, Any]:
        """Every member that a Describe or a summary may show; cut to the shape by the caller."""
        members = {
            **self.request,
            self.kind.name_member: self.name,
            self.kind.arn_member: self.arn,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            self.kind.creation_time_member: self.creation_time,
            self.kind.modification_time_member: self.last_modified_time,
        }
        members = {
            **members,
            **self.kind.derived(members),
            **self.computed(),
            **self.described,
        }
        if self.status is not None:
            members[self.kind.status_member] = self.status
        return members


class Records:
    """The records of all kinds, in order of creation."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._records: dict[tuple[str, str], Record] = {}

    def get(self, kind_name: str, name: str) -> Record | None:
        """The record of that kind and name, or None."""
        with self.lock:
            self._change_what_is_due()
            return self._records.get((kind_name, name))

    def put(self, record: Record) -> None:
        """Adds a record; the caller has checked that its name is free."""
        with self.lock:
            self._records[record.kind.name, record.name] = record

    def remove(self, record: Record) -> None:
        """Forgets a record, whose name is free from now on. Absent is no error."""
        with self.lock:
            self._records.pop((record.kind.name, record.name), None)

    def of_kind(self, kind_name: str) -> list[Record]:
        """All records of a kind, the oldest first."""
        with self.lock:
            self._change_what_is_due()
            return [record for record in self._records.values() if record.kind.name == kind_name]

    def all(self) -> list[Record]:
        """All records, the oldest first."""
        with self.lock:
            self._change_what_is_due()
            return list(self._records.values())

    def by_arn(self, arn: str) -> Record | None:
        """The record of that ARN, or None."""
        return next((record for record in self.all() if record.arn == arn), None)

    def _change_what_is_due(self) -> None:
        now = time.time()
        for record in [record for record in self._records.values() if record.change is not None]:
            change = record.change
            if change is None or change.at > now:
                continue
            record.change = None
            if change.status is None:
                self.remove(record)
                continue
            record.status = change.status
            record.described.update(change.described)
            record.last_modified_time = change.at
