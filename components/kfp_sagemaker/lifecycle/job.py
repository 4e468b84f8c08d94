"""The life of a job: created or found, watched to its end, its log followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import AlreadyFinished, NameTaken, StepError, TimedOut
from kfp_sagemaker.faces.card import duration, logs_link
from kfp_sagemaker.faces.common_inputs import OnTerminate
from kfp_sagemaker.lifecycle.decide import Decision, Observation, decide
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.lifecycle.step import Step, end_state, failure, said
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.names import MAX_ATTEMPTS
from kfp_sagemaker.resources.resource import Resource, State


def run_job(step: Step, resource: Resource) -> Mapping[str, Any]:
    """Carry the job out; returns its last description. Raises StepError when it fails."""
    attempt = 0
    capacity_until = step.patience.clock.now() + step.settings.wait_for_capacity
    while True:
        name, described = _created_or_found(step, resource, attempt)
        attempt = _attempt_of(step, resource, name)
        described = _watched(step, resource, name, described)
        step.termination.nothing_to_stop()
        if end_state(resource, described, step.settings) is State.SUCCEEDED:
            return described
        # A job that got no instances has failed for good; only a new one can wait for them.
        if attempt < MAX_ATTEMPTS and step.waits_for_capacity(described, capacity_until):
            attempt += 1
            continue
        raise failure(resource, name, described)


def _created_or_found(step: Step, resource: Resource, attempt: int) -> tuple[str, Mapping[str, Any] | None]:
    """Decide what to do about what is there until there is a job to follow; returns its name and description, if known."""
    ours = step.is_ours(resource)
    while True:
        call = step.request_for(resource, attempt)
        name = call.request[resource.name_member]
        described = step.describe(resource, name)
        observation = None
        if described is not None:
            found = () if ours else step.differences(resource, call, described)
            observation = Observation(end_state(resource, described, step.settings), ours, found)
        decision = decide(observation, step.settings.on_existing, attempt)
        why = "nothing of that name is there" if described is None else f"it is there: {resource.status_text(described)}"
        said(decision.value, resource, name, why)
        if decision is Decision.CREATE:
            if step.create(resource, call):
                return name, None
        elif decision is Decision.NEXT_ATTEMPT:
            attempt += 1
        elif decision is Decision.FAIL:
            assert described is not None
            assert observation is not None
            raise _refusal(resource, name, described, observation, attempt)
        else:
            step.termination.attached(step.stopper(resource, name), step.leaver(resource, name))
            return name, described


def _attempt_of(step: Step, resource: Resource, name: str) -> int:
    attempts = range(MAX_ATTEMPTS + 1)
    return next(n for n in attempts if step.request_for(resource, n).request[resource.name_member] == name)


def _refusal(
    resource: Resource, name: str, described: Mapping[str, Any], observation: Observation, attempt: int
) -> StepError:
    if observation.differences:
        listed = "".join(f"\n  {difference}" for difference in observation.differences)
        return NameTaken(f"{resource.kind} {name} is there already and is not what this step asks for; choose another name, "
                         f"or on_existing: new.{listed}")
    if observation.state in (State.FAILED, State.STOPPED):
        return failure(resource, name, described, f"is there already and {'is not tried again: it ' if attempt else ''}ended")
    return NameTaken(f"{resource.kind} {name} is there already ({resource.status_text(described)}), and on_existing says fail")


def _watched(step: Step, resource: Resource, name: str, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    link = logs_link(resource, (described or {}).get(resource.arn_member, ""))
    tail = LogTail(step.backend, resource, name, step.show, link) if resource.log_group else None
    watch = Watch(resource, name, lambda: step.backend.describe(resource, name), step.patience, tail)
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
