"""Describe calls and detection delay for jobs of a minute, an hour and a day, on a simulated clock."""

from __future__ import annotations

import datetime
import random
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.lifecycle.patience import Patience
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.training_job import TRAINING_JOB

from bench.row import Row

_JOBS = {"1 min": 60.0, "1 h": 3600.0, "1 day": 86400.0}
#: Describe calls that the component before this one made: one at once, then one every 30 s.
_CALLS_BEFORE = 30.0
_SAMPLES = 50


@dataclass
class SimulatedClock:
    """Time that passes only by sleeping. Seconds since the epoch."""

    time: float = 1_700_000_000.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds


def polling_rows() -> list[Row]:
    """Calls relative to those of one every 30 s, and the delay relative to the job's age; means of 50 jobs each."""
    rows = []
    for label, seconds in _JOBS.items():
        samples = [_watched(seconds + offset, random.Random(offset)) for offset in range(_SAMPLES)]
        calls = statistics.mean(calls for calls, _ in samples)
        delay = statistics.mean(delay for _, delay in samples)
        worst = max(delay / (seconds + offset) for offset, (_, delay) in enumerate(samples))
        rows += [
            Row(f"job of {label}: Describe calls", calls, "calls", 66 if label == "1 h" else None),
            Row(f"  relative to one every {_CALLS_BEFORE:g} s", calls / (1 + seconds / _CALLS_BEFORE), "x"),
            Row("  mean delay until its end is seen", delay, "s"),
            Row("  worst delay relative to its age", worst, "x", 0.15),
        ]
    return rows


def _watched(seconds: float, source: random.Random) -> tuple[int, float]:
    """Describe calls made for a job of ``seconds``, and seconds from its end until that was seen."""
    clock = SimulatedClock()
    began = clock.now()
    created = datetime.datetime.fromtimestamp(began, datetime.UTC)
    calls = 0

    def describe() -> Mapping[str, Any]:
        nonlocal calls
        calls += 1
        done = clock.now() - began >= seconds
        return {"TrainingJobStatus": "Completed" if done else "InProgress", "CreationTime": created}

    patience = Patience(clock, until=began + 10 * seconds, renew_credentials=lambda: None, random=source)
    Watch(TRAINING_JOB, "simulated", describe, patience, random=source).until_done()
    return calls, clock.now() - began - seconds
