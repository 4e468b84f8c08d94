"""What the lives of all resources share: the step being carried out, and how its end is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.backends.backend import Backend
from kfp_sagemaker.errors import AccessDenied, NameTaken, RemoteFailure, RequestRefused, Transient
from kfp_sagemaker.faces.card import console_link, duration, logs_link
from kfp_sagemaker.faces.common_inputs import OnTerminate, StepSettings
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.faces.prepare import Prepared
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.lifecycle.termination import Termination
from kfp_sagemaker.names import MAX_ATTEMPTS, attempt_name
from kfp_sagemaker.resources.resource import Resource, State
from kfp_sagemaker.service_model.requests import differences

_logger = logging.getLogger(__name__)

#: Words of a FailureReason for lack of instances: of jobs, and of endpoints.
_NO_INSTANCES = ("CapacityError", "InsufficientInstanceCapacity")
#: Seconds at least until something that lacked instances is made again.
_CAPACITY_PAUSE = 60.0


@dataclass(frozen=True)
class Step:
    """A prepared step with everything it is carried out with. ``show`` prints a line of a job's log.

    ``leave_outputs`` writes what outputs a description gives, for a process that is being ended. ``before_create`` makes the
    place ready for something new: it is called when nothing is there to go on with.
    """

    prepared: Prepared
    backend: Backend
    patience: Patience
    termination: Termination
    show: Callable[[str], None]
    leave_outputs: Callable[[Mapping[str, Any]], None]
    before_create: Callable[[], None] = lambda: None

    @property
    def settings(self) -> StepSettings:
        """The common inputs."""
        return self.prepared.settings

    def request_for(self, resource: Resource, attempt: int) -> Call:
        """The create call of an attempt, under the attempt's name."""
        request = dict(self.prepared.requests[resource.create])
        request[resource.name_member] = attempt_name(request[resource.name_member], attempt, resource.name_limit)
        return Call(resource.create, request)

    def is_ours(self, resource: Resource) -> bool:
        """Whether the name was derived from the step's identity, so that what bears it is the step's own."""
        return resource.kind not in self.prepared.named_by_user

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        """Describe, riding out what passes."""
        return self.patience.ride_out(lambda: self.backend.describe(resource, name))

    def differences(self, resource: Resource, call: Call, described: Mapping[str, Any]) -> tuple[str, ...]:
        """How what is there differs from what the step asks for; its own cannot."""
        wanted = {name: value for name, value in call.request.items() if name != resource.name_member}
        return tuple(differences(resource.describe, wanted, described, resource.never_defaulted, resource.described_member))

    def answers(self, described: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        """Answers to what the face wants to know beside the description; what cannot be had is a warning, and empty."""
        found: list[Mapping[str, Any]] = []
        for call in self.prepared.face.lookups(described, self.prepared.requests):
            try:
                found.append(self.patience.ride_out(lambda call=call: self.backend.look_up(call)))  # type: ignore[misc]
            except (AccessDenied, RequestRefused) as error:
                _logger.warning("outputs are incomplete: %s", error)
                found.append({})
        return tuple(found)

    def waits_for_capacity(self, described: Mapping[str, Any], until: float) -> bool:
        """Whether what ended lacked instances and there is time (seconds since the epoch) to try again; waits if so."""
        left = until - self.patience.clock.now()
        if left <= 0 or not any(words in str(described.get("FailureReason", "")) for words in _NO_INSTANCES):
            return False
        pause = min(left, max(_CAPACITY_PAUSE, self.settings.wait_for_capacity / MAX_ATTEMPTS) * self.patience.pause_scale)
        _logger.warning("%s; trying again in %s", described["FailureReason"], duration(pause))
        self.patience.sleep(pause)
        return True

    def stopper(self, resource: Resource, name: str) -> Callable[[], str | None] | None:
        """What is done about the resource on termination, and says so unless it stops it; None when nothing is to be done."""
        if self.settings.on_terminate is OnTerminate.LEAVE:
            return self.backend.keeper(resource, name)
        if resource.stop is None:
            withdraw = self.backend.withdrawer()
            return None if withdraw is None else lambda: withdraw() or "what runs remotely was left running"
        return lambda: self.backend.stop(resource, name)

    def leaver(self, resource: Resource, name: str) -> Callable[[], None]:
        """What writes the outputs of a job that is being stopped, one attempt."""

        def leave() -> None:
            described = self.backend.describe(resource, name)
            if described is not None:
                self.leave_outputs(described)

        return leave

    def create(self, resource: Resource, call: Call) -> bool:
        """Create, riding out what passes; False when the name turned out to be taken, so that one must look again."""
        name = call.request[resource.name_member]

        def attempt() -> None:
            self.termination.creating(self.stopper(resource, name), self.leaver(resource, name))
            try:
                self.backend.create(resource, call)
            except Transient:
                # It may have been carried out although its answer was lost: until the next attempt there may be a job to stop.
                self.termination.created()
                raise
            except BaseException:
                self.termination.nothing_to_stop()
                raise
            self.termination.created()

        try:
            self.patience.ride_out(attempt)
        except NameTaken:
            return False
        return True


def said(decision: str, resource: Resource, name: str, why: str) -> None:
    """The one line that tells what was decided."""
    _logger.info("%s %s: %s (%s)", resource.kind, name, decision, why)


def failure(resource: Resource, name: str, described: Mapping[str, Any], verb: str = "ended") -> RemoteFailure:
    """The error for something that ended badly, with status, FailureReason and links."""
    text = f"{resource.kind} {name} {verb} as {resource.status_text(described)}"
    for rule in resource.rules:
        broken = [evaluation.get("RuleConfigurationName", "?") for evaluation in described.get(rule.member) or []
                  if evaluation.get(rule.status_member) in rule.failed]
        if broken:
            text += f"; evaluation of the rule {', '.join(broken)} failed"
    reason, message = described.get("FailureReason"), described.get("ExitMessage")
    own = [f"Its container left the message: {message}"] if reason and message and message not in reason else []
    arn = described.get(resource.arn_member, "")
    links = [link for link in (console_link(resource, arn), logs_link(resource, arn)) if link]
    # FailureReason comes last: it is what people look for at the end of a log.
    return RemoteFailure("\n".join([text, *links, *own, reason or message or "SageMaker gave no FailureReason"]))


def end_state(resource: Resource, described: Mapping[str, Any], settings: StepSettings) -> State:
    """The state, with what the user says about stopped jobs."""
    state = resource.state(described)
    return State.SUCCEEDED if state is State.STOPPED and settings.stopped_is_success else state
