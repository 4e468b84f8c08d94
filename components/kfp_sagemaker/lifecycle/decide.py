"""What to do about what is there: two pure, total functions.

Purpose: a step that is killed at any instruction and run again must end with one remote resource.

How it works: a name that was derived from the step's identity is ours by being equal, so no tag is read. A name that a user
gave is compared, Describe against request; the comparison is in ``service_model.requests``.

What it does not do: look, or act.

Known limitation: an endpoint update that rolled back while nobody watched is tried again by the next run of the step.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kfp_sagemaker.faces.common_inputs import OnExisting
from kfp_sagemaker.names import MAX_ATTEMPTS
from kfp_sagemaker.resources.resource import State


class Decision(Enum):
    """What to do next."""

    CREATE = "create"
    ATTACH = "attach"
    REUSE = "reuse outputs"
    NEXT_ATTEMPT = "next name"
    UPDATE = "update"
    #: Something else is being done to it: wait until that ends, then look again.
    SETTLE = "settle"
    FAIL = "fail"


@dataclass(frozen=True)
class Observation:
    """What was found under the step's name. ``ours``: the name was derived from this step's identity."""

    state: State
    ours: bool
    differences: tuple[str, ...] = ()


def decide(observation: Observation | None, policy: OnExisting, attempt: int = 0) -> Decision:
    """For jobs and records. ``attempt`` counts the names tried before this one."""
    if observation is None:
        return Decision.CREATE
    ended_badly = observation.state in (State.FAILED, State.STOPPED)
    if observation.ours:
        if ended_badly:
            return Decision.NEXT_ATTEMPT if attempt < MAX_ATTEMPTS else Decision.FAIL
        return Decision.REUSE if observation.state is State.SUCCEEDED else Decision.ATTACH
    if policy is OnExisting.NEW:
        return Decision.NEXT_ATTEMPT if attempt < MAX_ATTEMPTS else Decision.FAIL
    if policy is OnExisting.FAIL or observation.differences or ended_badly:
        return Decision.FAIL
    return Decision.REUSE if observation.state is State.SUCCEEDED else Decision.ATTACH


@dataclass(frozen=True)
class ServiceObservation:
    """An endpoint or schedule that is there. ``as_desired``: it is, or is being made, what the step asks for.

    ``ours``: what it is now, or is being made, can only come from this step: its name is derived from the step's identity.
    """

    state: State
    as_desired: bool
    ours: bool


def decide_service(observation: ServiceObservation | None, policy: OnExisting, attempt: int = 0) -> Decision:
    """For services, which converge to what is asked for."""
    if observation is None:
        return Decision.CREATE
    may_try_next = Decision.NEXT_ATTEMPT if attempt < MAX_ATTEMPTS else Decision.FAIL
    if not observation.ours and policy is OnExisting.NEW:
        return may_try_next
    if observation.state in (State.FAILED, State.STOPPED):
        return may_try_next if observation.ours else Decision.FAIL
    if not observation.ours and policy is OnExisting.FAIL:
        return Decision.FAIL
    if observation.state is State.SUCCEEDED:
        return Decision.REUSE if observation.as_desired else Decision.UPDATE
    return Decision.ATTACH if observation.as_desired else Decision.SETTLE
