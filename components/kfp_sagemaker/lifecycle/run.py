"""Carries a prepared step out, by the life of its resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.lifecycle.deletion import delete
from kfp_sagemaker.lifecycle.job import run_job
from kfp_sagemaker.lifecycle.record import ensure_record
from kfp_sagemaker.lifecycle.service import converge
from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.resources.resource import Life, Resource

#: Seconds beyond a job's own limits for which transient trouble is ridden out: starting, downloading, uploading.
_AROUND_A_JOB = 3600
#: The same for what has no limits of its own.
_RECORD_SECONDS, _SERVICE_SECONDS = 15 * 60, 4 * 3600


def run_step(step: Step) -> Mapping[str, Any]:
    """Returns the last description of the resource (for a deletion, what was deleted). Raises StepError."""
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
