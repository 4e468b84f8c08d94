"""A back end without a service, whose resource shows one scripted status after the other; time passes by sleeping only."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.backends.backend import LogPage
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.resources.resource import Resource


@dataclass
class SleepingClock:
    """Implements ``lifecycle.clock.Clock``."""

    time: float = 1_700_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def patience(clock: SleepingClock) -> Patience:
    """Patience for a day."""
    return Patience(clock, clock.now() + 86400, lambda: None, random=random.Random(1))


@dataclass
class StatusBackend:
    """Implements ``backends.backend.Backend``. Nothing is there until it is created; then Describe tells the next of
    ``descriptions``, the last of them for ever. ``shown`` counts them; other resources are records."""

    resource: Resource
    descriptions: list[dict[str, Any]]
    clock: SleepingClock = field(default_factory=SleepingClock)
    created: list[str] = field(default_factory=list)
    requests: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    shown: int = 0

    def create(self, resource: Resource, call: Call) -> None:
        self.requests[resource.kind] = call.request
        if resource == self.resource:
            self.created.append(call.operation)

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        if resource.kind not in self.requests:
            return None
        request = {**self.requests[resource.kind], resource.arn_member: "arn:aws:sagemaker:us-east-1:1:thing/it"}
        if resource != self.resource:
            return request
        shown = self.descriptions[min(self.shown, len(self.descriptions) - 1)]
        self.shown += 1
        return {**request, **shown}

    def update(self, resource: Resource, call: Call) -> None:
        raise AssertionError("there is nothing to update")

    def stop(self, resource: Resource, name: str) -> None:
        raise AssertionError("nobody asked to stop")

    def delete(self, resource: Resource, name: str) -> bool:
        raise AssertionError("nobody asked to delete")

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
        return ()

    def log_page(self, resource: Resource, stream: str, token: str | None) -> LogPage:
        return LogPage((), None)

    def renew_credentials(self) -> None:
        raise AssertionError("no credentials are in use")
