"""``report.json``: a report as data, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from typing import Any

from kfp_sagemaker_converter.report import Report


def json_report(report: Report) -> str:
    """The report as JSON; keys are those of :class:`Report`, with the exit status."""
    words = {"exit_status": report.exit_status, **asdict(report, dict_factory=_plain)}
    return json.dumps(words, indent=2, ensure_ascii=False, default=str) + "\n"


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.value if isinstance(value, Enum) else value for key, value in items}
