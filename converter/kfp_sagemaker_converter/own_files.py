"""Which files may be read and replaced: those that an earlier conversion wrote, and none that would be waited for."""

from __future__ import annotations

import json
import re
from pathlib import Path

REPORT = "report.json"
#: Bytes of a report that is looked into: one of 10,000 steps has some 10 MB.
_LARGEST_REPORT = 100_000_000
#: What a conversion can have written; a report names nothing else, whoever wrote it.
_OWN_NAME = re.compile(r"pipeline\.(?:yaml|py)|component\.(?:yaml|py)|report\.(?:json|md)|images\.txt|TODO\.md|"
                       r"iam/[a-z-]+\.json|bundles/[A-Za-z0-9_-][A-Za-z0-9._-]*\.step")


def is_waited_for(path: Path) -> bool:
    """Whether opening a file waits until somebody writes to it: a named pipe, but for those of a shell's ``<(...)``."""
    return path.is_fifo() and not str(path).startswith(("/dev/", "/proc/"))


def written_before(folder: Path) -> frozenset[str]:
    """The files of the conversion whose report is in ``folder``; none where there is no such report."""
    path = folder / REPORT
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_REPORT:
            return frozenset()
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return frozenset(name for name in files if _OWN_NAME.fullmatch(name))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
