"""What a resource declares. How its life is lived is in ``lifecycle``; how it is called is in ``backends``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Life(Enum):
    """The three lives. A job ends by itself; a record just is; a service converges to what it is told."""

    JOB = "job"
    RECORD = "record"
    SERVICE = "service"


class State(Enum):
    """What a client makes of a status."""

    BUSY = "busy"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    #: A status that this version does not know: keep waiting and warn, never success.
    UNKNOWN = "unknown"


#: Member that a back end adds to a description whose status does not tell all: a ``Standing``.
STANDING = "Standing"


@dataclass(frozen=True)
class Standing:
    """What a description's status does not tell: the state it is in all the same, and why, in words.

    ``older``: it was there before what the step asked for, which was not carried out for that.
    """

    state: State
    text: str
    older: bool = False


@dataclass(frozen=True)
class ErrorText:
    """An error of the service, known by its code and the words its message holds (none: the code is enough)."""

    code: str
    words: str = ""


@dataclass(frozen=True)
class RuleStatuses:
    """Evaluations that outlive the job: it counts as busy while one is ``busy``, as failed when one is ``failed``."""

    member: str
    status_member: str
    busy: frozenset[str]
    failed: frozenset[str]
    succeeded: frozenset[str]


@dataclass(frozen=True)
class Resource:
    """A kind of SageMaker resource.

    ``name_limit`` is in characters. ``statuses`` is total over the enumeration of ``status_member``; a resource without
    ``status_member`` exists or does not. ``settling`` are secondary statuses after which the end is near.
    ``role_member`` is the path to the role that a request passes on.
    ``described_member`` is where Describe nests everything, for the few that do. ``never_defaulted`` are request members
    that the service never fills in by itself. ``delete`` is empty for what the API cannot delete. ``longest`` is for how many
    seconds the service lets it go on when the request sets no limit. ``console`` is the part of the console with its page.
    """

    kind: str
    life: Life
    create: str
    describe: str
    name_member: str
    arn_member: str
    name_prefix: str
    console_page: str
    not_found: tuple[ErrorText, ...]
    already_exists: tuple[ErrorText, ...]
    arn_type: str
    name_limit: int = 63
    delete: str = ""
    update: str | None = None
    stop: str | None = None
    already_finished: tuple[ErrorText, ...] = ()
    status_member: str | None = None
    statuses: Mapping[str, State] = field(default_factory=dict)
    secondary_status_member: str | None = None
    settling: frozenset[str] = frozenset()
    rules: tuple[RuleStatuses, ...] = ()
    log_group: str | None = None
    role_member: str | None = None
    started_member: str = "CreationTime"
    described_member: str | None = None
    never_defaulted: tuple[str, ...] = ()
    longest: int | None = None
    console: str = "home"

    def state(self, described: Mapping[str, Any]) -> State:
        """The state that a Describe response tells. A record that can be described has succeeded."""
        standing: Standing | None = described.get(STANDING)
        if standing is not None:
            return standing.state
        if self.status_member is None:
            return State.SUCCEEDED
        state = self.statuses.get(described.get(self.status_member, ""), State.UNKNOWN)
        if state is not State.SUCCEEDED:
            return state
        for rule in self.rules:
            states = [evaluation.get(rule.status_member) for evaluation in described.get(rule.member) or []]
            if any(status in rule.failed for status in states):
                return State.FAILED
            if any(status not in rule.succeeded for status in states):
                return State.BUSY if all(s in rule.busy or s in rule.succeeded for s in states) else State.UNKNOWN
        return state

    def status_text(self, described: Mapping[str, Any]) -> str:
        """Status and secondary status for people: ``InProgress (Downloading)``."""
        standing: Standing | None = described.get(STANDING)
        if standing is not None and standing.text:
            return standing.text
        if self.status_member is None:
            return "exists"
        status = str(described.get(self.status_member, "?"))
        secondary = described.get(self.secondary_status_member or "", "")
        return f"{status} ({secondary})" if secondary and secondary != status else status
