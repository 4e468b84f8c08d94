"""Which lines of a step people want to see: all but what kfp's own executor says about itself."""

from __future__ import annotations

import re
from collections.abc import Callable

_EXECUTOR_LINE = re.compile(r"^\[KFP Executor .*? INFO\]: (?P<text>.*)")


def executor_line_filter() -> Callable[[str], bool]:
    """A function for the lines of one step in their order: whether a line is shown.

    Left out are the executor's INFO lines (kfp.dsl.executor_main) and the executor input that it prints, indented,
    after one of them. The step's log file has them.
    """
    inside = False

    def shown(line: str) -> bool:
        nonlocal inside
        if inside:
            inside = line != "}"
            return False
        match = _EXECUTOR_LINE.match(line)
        if match is None:
            return True
        inside = match["text"].startswith("Got executor_input:")
        return False

    return shown
