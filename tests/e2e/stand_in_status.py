"""The conditions that the stand-in for ACK's SageMaker controller writes, as recordings of the real one (1.9.1) have them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from .stand_in_kinds import Kind

UNDETERMINED = "Unable to determine if desired resource state matches latest observed state"
Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a look came to: messages of an error, and whether what is there is what is wanted.

    ``synced`` None is not known; True stands for what the status says.
    """

    terminal: str = ""
    recoverable: str = ""
    reason: str = ""
    synced: bool | None = True


WENT_WELL = Outcome()


def conditions(kind: Kind, status: str | None, outcome: Outcome) -> list[Json]:
    """The conditions of a resource in that status, as of now."""
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{kind.name} is in {status} status." if kind.busy and status else "Resource synced successfully"
    is_synced = {True: "True", False: "False", None: "Unknown"}[outcome.synced and status not in kind.busy]
    if outcome.terminal and kind.name != "Endpoint" and not status:
        is_synced, text = "False", "Resource not synced"
    if outcome.synced is None:
        written = [_condition("ACK.ResourceSynced", "Unknown", UNDETERMINED, outcome.recoverable, now)]
    else:
        written = [_condition("ACK.ResourceSynced", is_synced, text, "", now)]
    if kind.late and not outcome.terminal and not outcome.recoverable:
        words = "Late initialization successful"
        written.append(_condition("ACK.LateInitialized", "True", words, words, now))
    ready = (is_synced, text, "")
    for name, message in (("ACK.Terminal", outcome.terminal), ("ACK.Recoverable", outcome.recoverable)):
        if message:
            cause = {"reason": outcome.reason} if outcome.reason else {}
            written.append({"type": name, "status": "True", "message": message, **cause})
            ready = ("False", message, name)
    written.append(_condition("Ready", *ready, now))
    return written


def _condition(name: str, status: str, message: str, reason: str, now: str) -> Json:
    cause = {"reason": reason} if reason else {}
    return {"type": name, "status": status, "message": message, "lastTransitionTime": now, **cause}
