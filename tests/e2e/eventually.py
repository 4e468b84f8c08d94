"""Waiting for what takes seconds, without keeping the machine busy: many tests wait at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

LIMIT = 400.0
"""Seconds: ACK's controller looks every 30, a container may end 120 after it is asked to, and many things run at once."""
PAUSE = 0.2

_Result = TypeVar("_Result")


def eventually(condition: Callable[[], _Result], what: str) -> _Result:
    """Calls ``condition`` now and then until it gives something true, and returns that."""
    end = time.monotonic() + LIMIT
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, f"this did not come about in {LIMIT:g} s: {what}"
        time.sleep(PAUSE)
