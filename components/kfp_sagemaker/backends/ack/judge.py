"""What one look at a custom resource means, as a pure, total function.

Purpose: the controller rebuilds the conditions at every reconcile and says neither "succeeded" nor "failed". What a step may
conclude follows from conditions, status, times of ``managedFields`` and what was seen before.

How it works: the rules of ``judge`` are tried in their order, and the first that applies decides.

What it does not do: read, wait or delete; say which status is a success (``resources`` does); translate members
(``manifest`` does).

Known limitation: a controller that stops while a job runs is not told from a job that takes long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kfp_sagemaker.resources.resource import Life, Resource, State

#: Name under which everything is applied. Others may own members beside it: the controller fills in defaults.
FIELD_MANAGER = "kfp-sagemaker"
#: Seconds for which nothing may be heard of the controller.
CONTROLLER_SECONDS = 120.0
#: A refusal is final after so many reconciles or seconds: what was made a moment ago may not be known everywhere yet.
REFUSAL_RECONCILES, REFUSAL_SECONDS = 3, 60.0
#: Seconds for which a role may not be assumable, since a fresh one is not at once.
ROLE_SECONDS = 120.0
#: ``managedFields`` has times in whole seconds: two of the same second are told apart by looking again after this long.
TIE_SECONDS = 2.0

_BENIGN = re.compile(
    r"in \w+ state cannot be modified or deleted|is Stopping\.|is [Dd]eleting\.|is updating|while secondary status|"
    r"requeuing until|temporary out of sync")
_CAPACITY = re.compile(r"ResourceLimitExceeded")
_DENIED = re.compile(r"AccessDenied|UnauthorizedOperation")
_PERMANENT = re.compile(
    r"ValidationException|validation error\(s\) found|InvalidParameter|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|"
    r"ResourceNotFound|ResourceInUse")
_PASSING = re.compile(
    r"Throttling|ServiceUnavailable|InternalFailure|InternalServer|RequestTimeout|exceeded maximum number of attempts|"
    r"connection|i/o timeout", re.IGNORECASE)
_ROLE = re.compile(r"assume (the )?role", re.IGNORECASE)
_TAKEN = "Resource already exists"
_UPDATE_REFUSED = re.compile(r"UpdateError\b")


class Finding(Enum):
    """What a look comes to."""

    #: The status decides: it has ended, or is as it should be.
    SETTLED = "settled"
    WAIT = "wait"
    #: Deleted, or being deleted, and not by this step.
    DELETED = "deleted"
    #: No controller acts on it.
    IDLE = "idle"
    #: SageMaker has something of that name that this custom resource did not make.
    TAKEN = "taken"
    #: The update failed and was undone: it serves what it served before.
    ROLLED_BACK = "rolled back"
    #: The controller gave up, until the spec changes.
    TERMINAL = "terminal"
    REFUSED = "refused"
    DENIED = "denied"
    CAPACITY = "capacity"


@dataclass(frozen=True)
class Verdict:
    """``text`` is for people. ``again``: seconds after which to look again although nothing may have changed."""

    finding: Finding
    text: str = ""
    again: float | None = None


@dataclass(frozen=True)
class History:
    """What one look cannot tell; times are in seconds.

    ``waited``: since the step applied the resource, or first saw it. ``seen``: it has been there before. ``let_go``: the step
    has deleted it itself. ``refusals``: reconciles in a row that ended in errors of one kind, ``refused``: since the first.
    """

    waited: float = 0.0
    seen: bool = False
    let_go: bool = False
    refusals: int = 0
    refused: float = 0.0


def judge(
    resource: Resource, custom: Mapping[str, Any] | None, described: Mapping[str, Any], history: History = History(),
    controller_seconds: float = CONTROLLER_SECONDS,
) -> Verdict:
    """The verdict on ``custom``, a custom resource as the API server has it (None: not there).

    ``described`` is the same as a Describe response.
    """
    if custom is None or custom["metadata"].get("deletionTimestamp"):
        return _leaving(custom, history)
    conditions = _conditions(custom)
    if not conditions:
        return _unheard(history, controller_seconds, "no controller has acted on it")
    stale = _staleness(custom, history)
    if stale:
        return _unheard(history, controller_seconds, "no controller has acted on the change", stale)
    terminal = conditions.get("ACK.Terminal", _NOT)
    if terminal.true and terminal.message.startswith(_TAKEN):
        return Verdict(Finding.TAKEN, terminal.message)
    by_status = _by_status(resource, described, conditions)
    if by_status is not None:
        return by_status
    if terminal.true:
        return Verdict(Finding.TERMINAL, terminal.message)
    recoverable = conditions.get("ACK.Recoverable", _NOT)
    if recoverable.true:
        return _recoverable(recoverable.message, history)
    if resource.status_member is None and _arn(custom) and conditions.get("ACK.ResourceSynced", _NOT).true:
        return Verdict(Finding.SETTLED)
    return Verdict(Finding.WAIT, _progress(resource, described, conditions))


def refusal_of(custom: Mapping[str, Any] | None) -> str:
    """The kind of error that the last reconcile ended in, as far as it counts towards a refusal; empty for none."""
    recoverable = _conditions(custom).get("ACK.Recoverable", _NOT) if custom else _NOT
    if not recoverable.true or _BENIGN.search(recoverable.message):
        return ""
    found = _DENIED.search(recoverable.message) or _PERMANENT.search(recoverable.message)
    return found[0] if found else ""


def is_made(custom: Mapping[str, Any]) -> bool:
    """Whether the controller has made, or found, what the custom resource stands for, and looks after it."""
    terminal = _conditions(custom).get("ACK.Terminal", _NOT)
    return bool(_arn(custom)) and not (terminal.true and terminal.message.startswith(_TAKEN))


@dataclass(frozen=True)
class _Condition:
    status: str
    message: str

    @property
    def true(self) -> bool:
        return self.status == "True"


_NOT = _Condition("", "")


def _conditions(custom: Mapping[str, Any]) -> dict[str, _Condition]:
    listed = (custom.get("status") or {}).get("conditions") or []
    return {str(one.get("type")): _Condition(str(one.get("status")), str(one.get("message") or "")) for one in listed}


def _arn(custom: Mapping[str, Any]) -> str:
    return str(((custom.get("status") or {}).get("ackResourceMetadata") or {}).get("arn") or "")


def _leaving(custom: Mapping[str, Any] | None, history: History) -> Verdict:
    if history.let_go:
        return Verdict(Finding.WAIT, "it is being deleted")
    if custom is None:
        return Verdict(Finding.DELETED, "its custom resource was deleted while the step waited")
    return Verdict(Finding.DELETED, "its custom resource is being deleted")


def _unheard(history: History, limit: float, text: str, again: float | None = None) -> Verdict:
    if history.waited > limit:
        return Verdict(Finding.IDLE, text)
    left = max(limit - history.waited, 0.0) + 0.1
    return Verdict(Finding.WAIT, "waiting for the controller", min(again, left) if again else left)


def _staleness(custom: Mapping[str, Any], history: History) -> float | None:
    """Seconds after which to look again when the status tells of the spec before the one that the step applied.

    No custom resource of ACK has an observedGeneration. Both times are the API server's, in whole seconds.
    """
    metadata = custom["metadata"]
    entries = metadata.get("managedFields") or []
    applied = [str(entry.get("time", "")) for entry in entries
               if entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource")]
    if not applied:
        return None
    reported = max((str(entry.get("time", "")) for entry in entries if entry.get("subresource") == "status"), default="")
    if reported < max(applied):
        return TIE_SECONDS + CONTROLLER_SECONDS
    # What was never applied anew has no status of an earlier spec.
    if reported == max(applied) and metadata.get("creationTimestamp") != reported and history.waited < TIE_SECONDS:
        return TIE_SECONDS
    return None


def _by_status(
    resource: Resource, described: Mapping[str, Any], conditions: Mapping[str, _Condition]
) -> Verdict | None:
    """What the status says, where it says something final."""
    if resource.status_member is None:
        return None
    state = resource.state(described)
    if state in (State.FAILED, State.STOPPED):
        return Verdict(Finding.SETTLED)
    if state is not State.SUCCEEDED:
        return None
    if resource.life is not Life.SERVICE:
        return Verdict(Finding.SETTLED)
    # A service shows its old status until an update has begun, and again when the update has failed.
    terminal = conditions.get("ACK.Terminal", _NOT)
    if terminal.true:
        rolled_back = _UPDATE_REFUSED.search(terminal.message)
        return Verdict(Finding.ROLLED_BACK if rolled_back else Finding.TERMINAL, terminal.message)
    return Verdict(Finding.SETTLED) if conditions.get("ACK.ResourceSynced", _NOT).true else None


def _recoverable(message: str, history: History) -> Verdict:
    """A reconcile that ended in an error, which the controller tries again for ever, whatever it was."""
    if _BENIGN.search(message):
        return Verdict(Finding.WAIT, message)
    if _CAPACITY.search(message):
        return Verdict(Finding.CAPACITY, message)
    denied = _DENIED.search(message)
    if denied or _PERMANENT.search(message):
        settling = _ROLE.search(message)
        final = history.refused >= ROLE_SECONDS if settling else (
            history.refusals >= REFUSAL_RECONCILES or history.refused >= REFUSAL_SECONDS)
        if final:
            return Verdict(Finding.DENIED if denied else Finding.REFUSED, message)
        limit = ROLE_SECONDS if settling else REFUSAL_SECONDS
        return Verdict(Finding.WAIT, f"the controller tries again: {message}", max(limit - history.refused, 0.0) + 0.1)
    passing = "the controller tries again" if _PASSING.search(message) else "the controller reports"
    return Verdict(Finding.WAIT, f"{passing}: {message}")


def _progress(resource: Resource, described: Mapping[str, Any], conditions: Mapping[str, _Condition]) -> str:
    """What it is waited for, in words; empty where the status says it."""
    synced = conditions.get("ACK.ResourceSynced", _NOT)
    if resource.status_member is None or not described.get(resource.status_member):
        return synced.message or "the controller is at work on it"
    if resource.state(described) is State.SUCCEEDED:
        return f"{resource.status_text(described)}, and the controller is not done: {synced.message}".rstrip(": ")
    if resource.life is Life.JOB and synced.true:
        # It looks again after its resync period, ten hours unless told otherwise.
        return f"{resource.status_text(described)}; the controller has stopped looking for now"
    return ""
