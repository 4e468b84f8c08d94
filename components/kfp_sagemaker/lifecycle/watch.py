"""Waits until a resource is no longer busy."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kfp_sagemaker.backends.backend import Changes
from kfp_sagemaker.errors import RemoteFailure
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.lifecycle.polling import LOG_INTERVAL, poll_interval, shortest_interval
from kfp_sagemaker.resources.resource import Resource, State

_logger = logging.getLogger(__name__)

#: Seconds for which a resource that was just created may not be found yet.
_APPEARING_SECONDS = 60.0


@dataclass
class Watch:
    """One wait. ``describe`` returns None when there is nothing of that name; ``changes`` saves asking in vain."""

    resource: Resource
    name: str
    describe: Callable[[], Mapping[str, Any] | None]
    patience: Patience
    tail: LogTail | None = None
    random: random.Random = field(default_factory=random.Random)
    changes: Changes | None = None

    def until_done(self, described: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Describe until the state is neither busy nor unknown; returns the last description.

        ``described`` is what is known already. Raises RemoteFailure when the resource disappears, and what ``patience`` does.
        """
        try:
            return self._until_done(described)
        finally:
            if self.changes:
                self.changes.close()

    def _until_done(self, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
        clock = self.patience.clock
        began = clock.now()
        shortest = shortest_interval()
        last_text = ""
        unknown: set[str] = set()
        while True:
            if described is None:
                described = self.patience.ride_out(self.describe)
            if described is None:
                if clock.now() - began > _APPEARING_SECONDS:
                    raise RemoteFailure(f"{self.resource.kind} {self.name} is gone: somebody deleted it while the step waited")
                self.patience.sleep(shortest)
                continue
            if self.tail:
                self.tail.arn = str(described.get(self.resource.arn_member, ""))
            state, text = self.resource.state(described), self.resource.status_text(described)
            if text != last_text:
                _logger.info("%s: %s", self.name, text)
                last_text = text
            if state not in (State.BUSY, State.UNKNOWN):
                if self.tail:
                    self.tail.finish()
                return described
            if state is State.UNKNOWN and text not in unknown:
                unknown.add(text)
                _logger.warning("%s: status %s is not known to this version; waiting on", self.name, text)
            started = described.get(self.resource.started_member)
            age = clock.now() - (started.timestamp() if isinstance(started, datetime) else began)
            settling = bool({described.get(self.resource.status_member or ""),
                             described.get(self.resource.secondary_status_member or "")} & self.resource.settling)
            interval = poll_interval(max(age, clock.now() - began), settling, self.random.uniform(-1, 1), shortest)
            self._wait(self.changes.longest() if self.changes else interval)
            described = None

    def _wait(self, seconds: float) -> None:
        """Wait for the next Describe, looking at the logs now and then; no longer than until something has happened."""
        while seconds > 0:
            if self.tail:
                self.tail.look()
            piece = min(seconds, LOG_INTERVAL) if self.tail else seconds
            if self.patience.sleep(piece, self.changes.wait if self.changes else None):
                return
            self.patience.check_timeout()
            seconds -= piece
