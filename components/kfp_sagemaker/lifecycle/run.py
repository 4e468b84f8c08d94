"""Carries a prepared step out, by the life of its resource."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from kfp_sagemaker.errors import StepError, Terminated, TimedOut
from kfp_sagemaker.faces.common_inputs import OnTerminate
from kfp_sagemaker.faces.prepare import Prepared
from kfp_sagemaker.lifecycle.clock import SystemClock
from kfp_sagemaker.lifecycle.deletion import delete
from kfp_sagemaker.lifecycle.job import run_job
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.lifecycle.polling import SHORTEST_INTERVAL, shortest_interval
from kfp_sagemaker.lifecycle.record import ensure_record
from kfp_sagemaker.lifecycle.service import converge
from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.resources.resource import Life, Resource

_logger = logging.getLogger(__name__)

#: Seconds beyond a job's own limits for which transient trouble is ridden out: starting, downloading, uploading.
_AROUND_A_JOB = 3600
#: The same for what has no limits of its own.
_RECORD_SECONDS, _SERVICE_SECONDS = 15 * 60, 4 * 3600


def run_step(step: Step) -> Mapping[str, Any]:
    """Returns the last description of the resource (for a deletion, what was deleted). Raises StepError.

    What a step that fails has asked for, and nobody has carried out, is withdrawn, so that nobody does so later.
    """
    try:
        return _carried_out(step)
    except Terminated:
        raise
    except StepError as error:
        leave = isinstance(error, TimedOut) and step.settings.on_terminate is OnTerminate.LEAVE
        withdraw = None if leave else step.backend.withdrawer()
        if withdraw is not None:
            _try(withdraw)
        raise


def _try(withdraw: Callable[[], str]) -> None:
    try:
        outcome = withdraw()
    except StepError as error:
        outcome = f"what was asked for and not carried out could not be withdrawn: {error}"
    if outcome:
        _logger.warning("%s", outcome)


def _carried_out(step: Step) -> Mapping[str, Any]:
    face = step.prepared.face
    if face.deletes:
        return delete(step, *face.resources)
    if face.resource.life is Life.JOB:
        return run_job(step, face.resource)
    if face.resource.life is Life.RECORD:
        return ensure_record(step, face.resource)
    return converge(step, *face.resources)


def patience_seconds(resource: Resource, request: Mapping[str, Any]) -> float:
    """How long transient trouble is ridden out: as long as what the request makes may run."""
    if resource.life is Life.RECORD:
        return _RECORD_SECONDS
    limits = request.get("StoppingCondition") or {}
    seconds = limits.get("MaxWaitTimeInSeconds") or limits.get("MaxRuntimeInSeconds") or resource.longest
    return seconds + _AROUND_A_JOB if seconds else _SERVICE_SECONDS


def patience_of(prepared: Prepared, renew_credentials: Callable[[], None]) -> Patience:
    """The patience of a step that begins now."""
    clock, settings, resource = SystemClock(), prepared.settings, prepared.face.resource
    request = prepared.calls[-1].request
    name = request.get(resource.name_member, "")
    return Patience(
        clock=clock,
        until=clock.now() + patience_seconds(resource, request),
        renew_credentials=renew_credentials,
        timeout_at=clock.now() + settings.timeout if settings.timeout else None,
        capacity_seconds=settings.wait_for_capacity,
        left_behind=f"{resource.kind} {name} was left as it is; run this step again (or pass its name with on_existing: "
                    "attach) to attach to it",
        pause_scale=min(1.0, shortest_interval() / SHORTEST_INTERVAL),
    )
