"""From a prepared request to a resource of its name: created, or found and attached to, as ``decide`` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.errors import NameTaken, StepError
from kfp_sagemaker.lifecycle.decide import Decision, Observation, decide
from kfp_sagemaker.lifecycle.step import Step, end_state, failure, said
from kfp_sagemaker.names import MAX_ATTEMPTS
from kfp_sagemaker.resources.resource import Resource, State

#: How often a name may be taken and yet not described, until it counts as one that is used up (of a deleted job, say).
_TAKEN_BUT_ABSENT = 5


@dataclass(frozen=True)
class Found:
    """A resource to go on with. ``described`` is None for one that was just created; ``attempt`` counts the names before."""

    name: str
    attempt: int
    described: Mapping[str, Any] | None


def find_or_create(step: Step, resource: Resource, attempt: int = 0) -> Found:
    """Look, decide and act until there is a resource to go on with. Raises StepError when that cannot be."""
    ours = step.is_ours(resource)
    taken = 0
    while True:
        call = step.request_for(resource, attempt)
        name = call.request[resource.name_member]
        described = step.describe(resource, name)
        observation = None
        if described is not None:
            differences = () if ours else step.differences(resource, call, described)
            observation = Observation(end_state(resource, described, step.settings), ours, differences)
        decision = decide(observation, step.settings.on_existing, attempt)
        why = "nothing of that name is there" if described is None else f"it is there: {resource.status_text(described)}"
        said(decision.value, resource, name, why)
        if decision is Decision.CREATE:
            step.before_create()
            if step.create(resource, call):
                return Found(name, attempt, None)
            taken += 1
            if taken >= _TAKEN_BUT_ABSENT:
                attempt, taken = _next_or_refuse(resource, name, ours, attempt), 0
            step.patience.sleep(step.patience.pause_scale)
        elif decision is Decision.NEXT_ATTEMPT:
            attempt += 1
        elif described is not None and decision is not Decision.FAIL:
            step.termination.attached(step.stopper(resource, name), step.leaver(resource, name))
            return Found(name, attempt, described)
        else:
            assert described is not None
            assert observation is not None
            raise _refusal(resource, name, described, observation, attempt)


def _next_or_refuse(resource: Resource, name: str, ours: bool, attempt: int) -> int:
    if ours and attempt < MAX_ATTEMPTS:
        return attempt + 1
    raise NameTaken(f"{resource.kind} {name} cannot be created, because the name is taken, nor described; it may have been "
                    "deleted. Choose another name")


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
