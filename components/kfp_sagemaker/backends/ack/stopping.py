"""Deletes a custom resource. Where its deletion would not stop its job, it waits until it does, and else leaves both.

Purpose: the controller stops the job of a deleted custom resource, but only in a status that it counts as under way. In
another the job would go on (people would go on labeling, and are paid), and nothing in the cluster would tell of it.

How it works: ``hindrance`` says of a look why deletion would not stop the job. As long as there is a reason, the custom
resource is left, so that a process that is killed while it waits leaves what can still be stopped. What is deleted is what was
looked at, by its resourceVersion, since the controller may begin to make the job in that moment.

What it does not do: make the controller look sooner, or ask SageMaker itself, for which a pod under v2 has no rights.

Known limitation: what is not in ``LETS_GO_ON`` is deleted without a look.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.backends.ack.api import Api
from kfp_sagemaker.backends.ack.track import READ_ONLY
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.custom_resources.manifest import described
from kfp_sagemaker.errors import AlreadyFinished, NotFound, StepError, Transient
from kfp_sagemaker.resources.resource import Resource, State
from kfp_sagemaker.service_model.model import input_shape, snake_case

_logger = logging.getLogger(__name__)

#: Statuses of a job that has not ended in which the controller (1.9.1) lets it go on when its custom resource is deleted.
LETS_GO_ON: Mapping[str, frozenset[str]] = {"LabelingJob": frozenset({"Initializing"})}
#: Seconds for which that is waited out: docs/ack.md has users let the controller look at it again after 60.
LONGEST = 90.0
_PAUSE = 0.5


class NotStopped(StepError):
    """The job goes on, and its custom resource is left."""


@dataclass(frozen=True)
class Hindrance:
    """Why a job would not be stopped, as the end of a sentence about it. ``passes``: that may be over soon."""

    text: str
    passes: bool = True


def hindrance(resource: Resource, custom: Mapping[str, Any]) -> Hindrance | None:
    """What keeps the deletion of ``custom`` from stopping its job; None where it does, or where there is nothing to stop."""
    metadata, status = custom["metadata"], custom.get("status") or {}
    told = described(resource, custom)
    if resource.stop is None or metadata.get("deletionTimestamp"):
        return None
    begun = bool(told.get(resource.arn_member))
    if begun and resource.state(told) not in (State.BUSY, State.UNKNOWN):
        return None
    if _only_reads(custom):
        reads = "was made by an earlier attempt of the step, and its custom resource is read only"
        return Hindrance(reads, passes=False) if begun else None
    if resource.kind not in LETS_GO_ON:
        return None
    seen = told.get(resource.status_member or "")
    if seen in LETS_GO_ON[resource.kind]:
        return Hindrance(f"is {seen}, a status in which the ACK controller stops nothing")
    # Its finalizer is there before the job, its conditions after that, or after SageMaker's refusal.
    if metadata.get("finalizers") and not status.get("conditions"):
        return Hindrance("is being made, and the ACK controller has not told of it yet")
    return None


def delete(
    api: Api, resource: Resource, namespace: str, name: str, seen: Mapping[str, Any] | None, *, longest: float = LONGEST
) -> None:
    """Delete the custom resource of that name in a way that stops its job, waiting for ``longest`` seconds.

    ``seen`` is what was last seen of it. Raises NotFound, NotStopped, AlreadyFinished (both leave it), and what ``Api`` does.
    """
    plural = field_table(resource.kind).plural
    if resource.kind in LETS_GO_ON or _only_reads(seen or {"metadata": {}}):
        _delete_after_a_look(api, resource, plural, namespace, name, longest)
        return
    try:
        api.delete(plural, namespace, name)
    except Transient:
        # A connection that was kept for long may be dead without having said so.
        api.delete(plural, namespace, name)


def _delete_after_a_look(api: Api, resource: Resource, plural: str, namespace: str, name: str, longest: float) -> None:
    end, said = time.monotonic() + longest, ""
    while True:
        try:
            custom = api.get(plural, namespace, name)
            if custom is None:
                raise NotFound(f"{plural} {namespace}/{name} is not there")
            reason = hindrance(resource, custom)
            if reason is None:
                _refuse_ended(resource, custom)
                api.delete(plural, namespace, name, custom["metadata"]["resourceVersion"])
                return
        except Transient:  # or it has changed since it was looked at
            if time.monotonic() >= end:
                raise
        else:
            problem, command = f"{_what(resource, custom)} {reason.text}", stop_command(resource, custom)
            if not reason.passes or time.monotonic() >= end:
                raise NotStopped(f"{problem}. Its custom resource {namespace}/{name} was left, and the job goes on. "
                                 f"To stop it: {command}")
            if reason.text != said:
                # Said at once, because whatever ends this process may do so while it waits.
                _logger.warning("%s; waiting for %g s at most. Should this be the last line, the job goes on. To stop it: %s",
                                problem, longest, command)
                said = reason.text
        time.sleep(_PAUSE)


def stop_command(resource: Resource, custom: Mapping[str, Any]) -> str:
    """What a person with rights in AWS runs to stop the job."""
    told = described(resource, custom)
    asked: Any = input_shape(str(resource.stop))
    member = resource.name_member if resource.name_member in asked.members else resource.arn_member
    region = ((custom.get("status") or {}).get("ackResourceMetadata") or {}).get("region")
    where = f" --region {region}" if region else ""
    return f"aws sagemaker {_dashed(str(resource.stop))} --{_dashed(member)} {told.get(member, '')}{where}"


def _only_reads(custom: Mapping[str, Any]) -> bool:
    return (custom["metadata"].get("annotations") or {}).get(READ_ONLY) == "true"


def _refuse_ended(resource: Resource, custom: Mapping[str, Any]) -> None:
    told = described(resource, custom)
    if resource.stop is not None and resource.state(told) in (State.SUCCEEDED, State.FAILED, State.STOPPED):
        raise AlreadyFinished(f"{_what(resource, custom)} had already ended")


def _what(resource: Resource, custom: Mapping[str, Any]) -> str:
    return f"{resource.kind} {described(resource, custom).get(resource.name_member, custom['metadata']['name'])}"


def _dashed(name: str) -> str:
    return snake_case(name).replace("_", "-")
