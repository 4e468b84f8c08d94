"""Metrics from a training job's lines: the last value of each MetricDefinition."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sagemaker_local.execution.context import JobFailed


class MetricValues:
    """Reads lines and keeps, for each definition, the last number that its regular expression's first group found.

    ``report`` is called with the name and the value of each number that is found.
    """

    def __init__(
        self, definitions: Sequence[Mapping[str, str]], report: Callable[[str, float], None] = lambda name, value: None
    ) -> None:
        """Raises JobFailed naming the definition whose Regex is not one."""
        self._patterns: dict[str, re.Pattern[str]] = {}
        self._values: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()
        self._report = report
        for definition in definitions:
            try:
                self._patterns[definition["Name"]] = re.compile(definition["Regex"])
            except re.error as error:
                message = f"ClientError: The Regex of MetricDefinition {definition['Name']} is not valid: {error}"
                raise JobFailed(message) from error

    def read(self, line: str) -> None:
        """Take the values of one line of the log."""
        for name, pattern in self._patterns.items():
            for match in pattern.finditer(line):
                try:
                    value = float(match[1] if pattern.groups else match[0])
                except (TypeError, ValueError):
                    continue
                with self._lock:
                    self._values[name] = value, time.time()
                self._report(name, value)

    def final(self) -> list[dict[str, Any]]:
        """FinalMetricDataList of DescribeTrainingJob, in the order of the definitions; Timestamp in seconds since 1970."""
        with self._lock:
            return [
                {"MetricName": name, "Value": self._values[name][0], "Timestamp": self._values[name][1]}
                for name in self._patterns
                if name in self._values
            ]
