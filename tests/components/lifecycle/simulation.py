"""Time that passes only when somebody sleeps, and a job that lives in it: for tests of waiting, without waiting."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kfp_sagemaker.backends.backend import LogPage
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.resources.resource import Resource

START = 1_700_000_000.0


@dataclass
class SimulatedClock:
    """Implements ``lifecycle.clock.Clock``; ``sleeps`` are the waits so far, in seconds."""

    time: float = START
    sleeps: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.time += seconds

    @property
    def elapsed(self) -> float:
        return self.time - START


def patience(clock: SimulatedClock, **members: Any) -> Patience:
    """A Patience on a simulated clock, for two days unless told otherwise, with a generator that always does the same."""
    settled = {"until": START + 2 * 86400, "renew_credentials": lambda: None, "random": random.Random(1), **members}
    return Patience(clock=clock, **settled)


@dataclass
class SimulatedBackend:
    """Implements ``backends.backend.Backend`` for one resource: what Describe tells is a function of the time.

    ``asked`` are the operations called, with their times. ``pages`` maps streams to the pages that are there.
    """

    clock: SimulatedClock
    describe_at: Callable[[float], Mapping[str, Any] | None]
    streams: tuple[str, ...] = ()
    pages: Mapping[str, list[tuple[str, ...]]] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: list[tuple[str, float]] = field(default_factory=list)

    def _called(self, operation: str) -> None:
        self.asked.append((operation, self.clock.now()))

    def times(self, operation: str) -> list[float]:
        return [time for name, time in self.asked if name == operation]

    def create(self, resource: Resource, call: Call) -> None:
        self._called(call.operation)

    def update(self, resource: Resource, call: Call) -> None:
        self._called(call.operation)

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        self._called(resource.describe)
        return self.describe_at(self.clock.now())

    def stop(self, resource: Resource, name: str) -> None:
        self._called(str(resource.stop))

    def delete(self, resource: Resource, name: str) -> bool:
        self._called(resource.delete)
        return True

    def connect(self) -> None:
        """There is nothing to connect to."""

    def changes(self, resource: Resource, name: str) -> None:
        return None

    def keeper(self, resource: Resource, name: str) -> None:
        return None

    def withdrawer(self) -> None:
        return None

    def clean_up(self, succeeded: bool) -> None:
        """There is nothing to clean up."""

    def log_streams(self, resource: Resource, name: str) -> tuple[str, ...]:
        self._called("DescribeLogStreams")
        if self.trouble:
            raise self.trouble
        return self.streams

    def log_page(self, resource: Resource, stream: str, token: str | None) -> LogPage:
        """A token is the number of the page that comes next; at the end it is the same again, as CloudWatch Logs does it."""
        self._called("GetLogEvents")
        index, pages = int(token or 0), self.pages.get(stream, [])
        if index >= len(pages):
            return LogPage((), str(index))
        return LogPage(pages[index], str(index + 1))

    def renew_credentials(self) -> None:
        self._called("renew")


def described(resource: Resource, status: str, *, secondary: str = "", started: float = START, **more: Any) -> dict[str, Any]:
    """A Describe response with this status."""
    response: dict[str, Any] = {resource.started_member: datetime.fromtimestamp(started, UTC), **more}
    if resource.status_member:
        response[resource.status_member] = status
    if resource.secondary_status_member and secondary:
        response[resource.secondary_status_member] = secondary
    return response
