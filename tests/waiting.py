"""Waiting for what must come about, in every test that waits: for a condition, never for a span of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

PATIENCE = 90.0
"""Seconds after which a test gives up. Only a failing test waits so long; a loaded machine must not make one fail."""

_Result = TypeVar("_Result")


def until(condition: Callable[[], _Result], what: str = "what the test waits for") -> _Result:
    """Calls ``condition`` until it gives something true, and returns that."""
    end = time.monotonic() + PATIENCE
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, f"this did not come about in {PATIENCE:g} s: {what}"
        time.sleep(0.01)


def is_running(process: int) -> bool:
    """Whether a process runs; one that ended and that nobody waited for does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
