"""Whether a running training job of a tuning job is not worth going on, by its objective's values in the log so far.

A job's first value is that of its first epoch, the second of its second, and so on, as the service takes them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from sagemaker_local.execution.search import Choice

JOBS_TO_COMPARE = 3
"""Ended training jobs that the median rule needs. The service does not say how many it waits for."""

REDUCTION_FACTOR = 3
"""Of Hyperband: one of so many goes on from a rung to the next."""


def is_worse_than_median(values: Sequence[float], others: Sequence[Sequence[float]], objective_type: str) -> bool:
    """The rule of TrainingJobEarlyStoppingType Auto (Developer Guide, "Stop Training Jobs Early").

    After an epoch the objective is compared with the median of the running averages that the other jobs had up to the same
    epoch; a worse one stops the job. Others that did not get so far do not count.
    """
    if not values:
        return False
    epoch = len(values)
    averages = [statistics.fmean(other[:epoch]) for other in others if len(other) >= epoch]
    if len(averages) < JOBS_TO_COMPARE:
        return False
    median = statistics.median(averages)
    return values[-1] < median if objective_type == "Maximize" else values[-1] > median


class Hyperband:
    """Stops what Optuna's HyperbandPruner would: a job whose value is not among the best third of its bracket at a rung.

    Unlike the service's Hyperband, no resources are moved: each job is sampled at random and given what its hyperparameters
    say, and is ended early; jobs do not wait for each other at a rung. A resource unit is one value of the objective.
    """

    def __init__(self, least: int, most: int) -> None:
        import optuna

        self.pruner = optuna.pruners.HyperbandPruner(
            min_resource=least, max_resource=most, reduction_factor=REDUCTION_FACTOR
        )
        self._most = most
        self._reported: dict[int, int] = {}

    def should_stop(self, choice: Choice, values: Sequence[float]) -> bool:
        """Also a job that goes beyond MaxResource is to stop."""
        seen = self._reported.get(choice.trial.number, 0)
        self._reported[choice.trial.number] = len(values)
        for step, value in enumerate(values[seen:], start=seen + 1):
            choice.trial.report(value, step)
            if choice.trial.should_prune():
                return True
        return len(values) > self._most
