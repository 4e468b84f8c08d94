"""``report.json``: a report as data, for programs. Its form has a version, which grows when a key is removed or changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from enum import Enum
from typing import Any

from kfp_sagemaker_converter.diagnostics import Severity
from kfp_sagemaker_converter.report import Report

SCHEMA_VERSION = 1


def json_report(report: Report, files: Iterable[str] = ()) -> str:
    """The report as JSON; keys are those of :class:`Report`, with the form's version, the exit status and counts.

    ``files`` are those that are written beside it, by which the next conversion knows what is its own to replace.
    """
    counts = {
        "steps_moved": len(report.moved),
        "steps_kept": len(report.kept),
        **{severity.value: sum(one.severity is severity for one in report.diagnostics) for severity in Severity},
    }
    head = {"schema_version": SCHEMA_VERSION, "exit_status": report.exit_status, "counts": counts, "files": sorted(files)}
    words = {**head, **asdict(report, dict_factory=_plain)}
    return json.dumps(words, indent=2, ensure_ascii=False, default=str) + "\n"


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.value if isinstance(value, Enum) else value for key, value in items}
