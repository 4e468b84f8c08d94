"""The stand-in controller's queue of resources to be looked at."""

from __future__ import annotations

import heapq
import itertools
import threading
import time

Key = tuple[str, str, str]
"""Kind, namespace, name."""


class Queue:
    """Keys to be looked at, each when it is due, by one worker at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Key]] = []
        self._busy: set[Key] = set()
        self._again: set[Key] = set()
        self._next: dict[Key, float] = {}
        self._numbers = itertools.count()

    def add(self, key: Key, after: float = 0.0) -> None:
        at = time.monotonic() + after
        with self._changed:
            if key in self._busy and after == 0:
                self._again.add(key)
                return
            if self._next.get(key, at + 1) > at:
                self._next[key] = at
                heapq.heappush(self._due, (at, next(self._numbers), key))
                self._changed.notify()

    def take(self) -> Key:
        with self._changed:
            while True:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    at, _, key = heapq.heappop(self._due)
                    if self._next.get(key) != at:
                        continue
                    if key in self._busy:
                        self._again.add(key)
                        del self._next[key]
                        continue
                    del self._next[key]
                    self._busy.add(key)
                    self._changed.notify()  # another one waits for the next key: this one may be long
                    return key
                self._changed.wait(max(0.0, self._due[0][0] - now) if self._due else None)

    def done(self, key: Key) -> None:
        with self._changed:
            self._busy.discard(key)
            again = key in self._again
            self._again.discard(key)
        if again:
            self.add(key)
