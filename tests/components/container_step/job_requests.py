"""A small step as both kinds of job, and the request that a step becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kfp_sagemaker.container_step.job import plan_job, prepared_job
from kfp_sagemaker.container_step.step_spec import (
    JobSettings,
    Service,
    StepSpec,
)
from kfp_sagemaker.service_model.validate import validate

from .executor_inputs import ROLE, executor_input

SPEC = StepSpec("python:3.11", ("sh", "-c", "x\ny" * 200), job=JobSettings(role=ROLE, region="eu-west-1"))
TRAINING = replace(SPEC, service=Service.TRAINING)


def request(spec: StepSpec, given: dict[str, Any] | None = None, empty: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The one request, which the service model accepts."""
    job = plan_job(spec, given or executor_input())
    ((operation, made),) = prepared_job(job, empty_buckets=empty).requests.items()
    assert validate(operation, made) == []
    return dict(made)


def with_job(spec: StepSpec, **settings: Any) -> StepSpec:
    return replace(spec, job=replace(spec.job, **settings))
