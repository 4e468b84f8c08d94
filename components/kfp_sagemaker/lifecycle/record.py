"""The life of a record: created, or found to be there as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import NameTaken
from kfp_sagemaker.lifecycle.decide import Decision, Observation, decide
from kfp_sagemaker.lifecycle.step import Step, said
from kfp_sagemaker.resources.resource import Resource, State


def ensure_record(step: Step, resource: Resource) -> Mapping[str, Any]:
    """Make sure that the record is there; returns its description. Raises NameTaken when another one has the name."""
    ours = step.is_ours(resource)
    attempt = 0
    while True:
        call = step.request_for(resource, attempt)
        name = call.request[resource.name_member]
        described = step.describe(resource, name)
        observation = None
        if described is not None:
            found = () if ours else step.differences(resource, call, described)
            observation = Observation(State.SUCCEEDED, ours, found)
        decision = decide(observation, step.settings.on_existing, attempt)
        said(decision.value, resource, name, "nothing of that name is there" if described is None else "it is there")
        if decision is Decision.CREATE:
            step.create(resource, call)
            step.termination.nothing_to_stop()
        elif decision is Decision.NEXT_ATTEMPT:
            attempt += 1
        elif described is not None and decision is Decision.REUSE:
            return described
        else:
            differences = "".join(f"\n  {difference}" for difference in (observation.differences if observation else ()))
            raise NameTaken(
                f"{resource.kind} {name} is there already"
                + (f" and is not what this step asks for; choose another name, or on_existing: new.{differences}"
                   if differences else ", and on_existing says fail"))
        if decision is Decision.CREATE:
            # A record is there at once; the description is what the outputs are made of.
            created = step.describe(resource, name)
            if created is not None:
                return created
