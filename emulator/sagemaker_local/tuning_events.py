"""The part of the seam between the API and the execution (events.py) that only tuning jobs need. Types only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sagemaker_local.events import JobEvents


@dataclass(frozen=True)
class TuningDefinition:
    """A training job definition of a tuning job, with the objective and the ranges that hold for it."""

    name: str | None
    """DefinitionName."""
    objective_type: str
    """``"Maximize"`` or ``"Minimize"``."""
    metric_name: str
    ranges: Mapping[str, Sequence[Mapping[str, Any]]]
    """ParameterRanges: IntegerParameterRanges, ContinuousParameterRanges, CategoricalParameterRanges."""
    max_resource: int | None
    """Hyperband's MaxResource: the request's, else the epochs among the static hyperparameters."""
    members: Mapping[str, Any]
    """The HyperParameterTrainingJobDefinition itself."""


@dataclass(frozen=True)
class ParentTrainingJob:
    """A training job of a parent (warm start) that has an objective: its tuned hyperparameters and the value."""

    metric_name: str
    tuned_hyperparameters: Mapping[str, str]
    value: float


class StartedTrainingJob(Protocol):
    """A training job that a tuning job started, as the tuning job's execution sees it."""

    @property
    def name(self) -> str: ...

    @property
    def status(self) -> str:
        """Its TrainingJobStatus now."""
        ...

    @property
    def ended(self) -> bool: ...

    @property
    def objective(self) -> float | None:
        """The objective's final value, which counts for the tuning job; None before the end and without one."""
        ...

    def objective_values(self) -> Sequence[float]:
        """The objective's values in the log so far, in their order."""
        ...

    def stop(self) -> None:
        """What StopTrainingJob does. Without effect on a job that ended."""
        ...


class TuningJobEvents(JobEvents, Protocol):
    """One tuning job, from the execution's side: the statuses of a job, and the training jobs that it starts.

    The counters, the best training job and the like are taken from the training jobs; the execution reports only its end.
    """

    @property
    def definitions(self) -> Sequence[TuningDefinition]: ...

    @property
    def parents(self) -> Sequence[ParentTrainingJob]: ...

    def start_training_job(
        self, definition: TuningDefinition, tuned_hyperparameters: Mapping[str, str]
    ) -> StartedTrainingJob:
        """Create a training job as CreateTrainingJob does; its execution's ``start_job`` is called."""
        ...
