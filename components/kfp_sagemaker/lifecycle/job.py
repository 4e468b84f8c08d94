"""The life of a job: created or found, watched to its end, its log followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import AlreadyFinished, StepError, TimedOut
from kfp_sagemaker.faces.card import duration
from kfp_sagemaker.faces.common_inputs import OnTerminate
from kfp_sagemaker.lifecycle.find_or_create import find_or_create
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.lifecycle.step import Step, end_state, failure
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.names import MAX_ATTEMPTS
from kfp_sagemaker.resources.resource import STANDING, Resource, State


def run_job(step: Step, resource: Resource) -> Mapping[str, Any]:
    """Carry the job out; returns its last description. Raises StepError when it fails."""
    attempt = 0
    capacity_until = step.patience.clock.now() + step.settings.wait_for_capacity
    while True:
        found = find_or_create(step, resource, attempt)
        name, attempt = found.name, found.attempt
        described = _watched(step, resource, name, found.described)
        step.termination.nothing_to_stop()
        if end_state(resource, described, step.settings) is State.SUCCEEDED:
            return described
        standing = described.get(STANDING)
        if attempt < MAX_ATTEMPTS and standing is not None and standing.older and step.is_ours(resource):
            attempt += 1
            continue
        # A job that got no instances has failed for good; only a new one can wait for them.
        if attempt < MAX_ATTEMPTS and step.waits_for_capacity(described, capacity_until):
            attempt += 1
            continue
        raise failure(resource, name, described)


def _watched(step: Step, resource: Resource, name: str, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    arn = str((described or {}).get(resource.arn_member, ""))
    tail = LogTail(step.backend, resource, name, step.show, arn) if resource.log_group else None
    watch = Watch(resource, name, lambda: step.backend.describe(resource, name), step.patience, tail,
                  changes=step.backend.changes(resource, name))
    try:
        return watch.until_done(described)
    except TimedOut:
        step.termination.nothing_to_stop()
        limit = duration(step.settings.timeout)
        if step.settings.on_terminate is OnTerminate.LEAVE or resource.stop is None:
            raise TimedOut(f"{resource.kind} {name}: not finished within the timeout of {limit}; it goes on") from None
        outcome = _stopped(step, resource, name)
        raise TimedOut(f"{resource.kind} {name}: not finished within the timeout of {limit}; {outcome}") from None


def _stopped(step: Step, resource: Resource, name: str) -> str:
    try:
        step.backend.stop(resource, name)
    except AlreadyFinished:
        return "it ended by itself in that moment"
    except StepError as error:
        return f"it could not be stopped: {error}"
    return "it was asked to stop"
