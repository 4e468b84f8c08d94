"""What every operation works on, and the finding of a record by name."""

from __future__ import annotations

from dataclasses import dataclass

from sagemaker_local.events import Execution
from sagemaker_local.faults import FaultScript
from sagemaker_local.kinds import Kind
from sagemaker_local.records import Record, Records


@dataclass(frozen=True)
class Backend:
    """One account in one region, and what runs its jobs."""

    region: str
    account_id: str
    records: Records
    faults: FaultScript
    execution: Execution
    seconds_to_settle: float = 1.0
    """How long a status lasts that changes by time alone, see timed.py."""


def find(backend: Backend, kind: Kind, name: str) -> Record:
    """The record of that kind and name. Raises the kind's not-found error."""
    record = backend.records.get(kind.name, name)
    if record is None:
        raise kind.error(kind.not_found, name, kind.arn(name, backend.region, backend.account_id))
    return record
