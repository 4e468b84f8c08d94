"""Follows one custom resource by a watch in a thread, so that a step learns of a change when the API server does.

Purpose: the controller writes the status; asking for it in a loop would be late and mostly in vain.

How it works: the watch goes on where it ended, by resourceVersion, when the server or the connection ends it. When the server
has forgotten that version (410 Gone) the resource is read anew. What comes is kept until it is taken, one by one, because
the number of reconciles counts.

What it does not do: judge what it sees. A change that a broken watch missed is found by the look that the step takes after
``longest`` seconds.

Known limitation: without the right to watch, the resource is read every few seconds instead.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.backends.ack.api import GONE, Api
from kfp_sagemaker.errors import CredentialsExpired, StepError, Transient

_logger = logging.getLogger(__name__)

#: Seconds after which to look although the watch told nothing; and when there can be no watch.
SAFETY_SECONDS, UNWATCHED_SECONDS = 60.0, 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@dataclass(frozen=True)
class Told:
    """A custom resource (None: it is gone) as of ``version``, a resourceVersion; empty when that is not known."""

    version: str
    custom: dict[str, Any] | None


class Watched:
    """What a watch has told of one custom resource and nobody has looked at yet."""

    def __init__(
        self, api: Api, plural: str, namespace: str, name: str, known: Callable[[], str], again: Callable[[], float | None],
    ) -> None:
        """``known`` gives the resourceVersion to go on from (empty: none), ``again`` the seconds that ``longest`` is at most.

        Nothing is sent before ``wait``.
        """
        self._api, self._of, self._known, self._again = api, (plural, namespace, name), known, again
        self._news: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._happened, self._closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._version = ""
        self._watches = True

    def wait(self, seconds: float) -> bool:
        """Wait until something has happened; False when nothing has for ``seconds``."""
        if self._thread is None:
            self._version = self._known()
            self._thread = threading.Thread(target=self._follow, name="watch", daemon=True)
            self._thread.start()
        return self._happened.wait(seconds)

    def longest(self) -> float:
        """Seconds after which to look all the same."""
        again = self._again()
        usual = SAFETY_SECONDS if self._watches else UNWATCHED_SECONDS
        return usual if again is None else min(again, usual)

    def take(self) -> Told | None:
        """The oldest thing told that nobody has taken; None when there is none."""
        try:
            told = self._news.get_nowait()
        except queue.Empty:
            return None
        if self._news.empty():
            self._happened.clear()
            # Something may have come between the two.
            if not self._news.empty():
                self._happened.set()
        return told

    def close(self) -> None:
        """Forget what is not taken, and end the thread with the next event."""
        self._closed.set()

    def _tell(self, version: str, custom: dict[str, Any] | None) -> None:
        self._news.put(Told(version, custom))
        self._happened.set()

    def _follow(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closed.is_set():
            try:
                if not self._version:
                    self._read_anew()
                for event in self._api.watch(*self._of, self._version):
                    pause = _FIRST_PAUSE
                    if self._closed.is_set():
                        return
                    if not self._heard(event):
                        break
            except (Transient, CredentialsExpired):
                pass
            except StepError as error:
                self._watches = False
                _logger.warning("%s; looking every %g s instead", error, UNWATCHED_SECONDS)
                self._happened.set()
                return
            self._closed.wait(pause * random.uniform(0.8, 1.2))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _heard(self, event: Mapping[str, Any]) -> bool:
        """Take an event in; False when the watch is of no more use."""
        custom = event.get("object") or {}
        if event.get("type") == "ERROR":
            if custom.get("code") == GONE:
                self._version = ""
            return False
        self._version = str(custom["metadata"]["resourceVersion"])
        if event.get("type") != "BOOKMARK":
            self._tell(self._version, None if event.get("type") == "DELETED" else dict(custom))
        return True

    def _read_anew(self) -> None:
        custom = self._api.get(*self._of)
        # What is not there has no version of its own; 0 is any that the server has.
        self._version = str(custom["metadata"]["resourceVersion"]) if custom else "0"
        self._tell(self._version if custom else "", custom)
