"""A tuning job from its start to its end: training jobs are started, watched, compared, and ended early.

How it works: one loop, which takes the results of training jobs that ended, looks whether a completion criterion is met, ends
running jobs that are not worth going on, and starts as many new ones as may run at a time, in turn for the definitions.
Source: Developer Guide, "Perform Automatic Model Tuning"; API reference, HyperParameterTuningJobConfig.

The choice of hyperparameters is in search.py, the rules of early stopping in early_stopping.py. What it does not do: find
out that a search has converged (ConvergenceDetected), choose ranges (Autotune, AutoParameters).
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.execution.context import POLL_SECONDS, Context, JobFailed, JobStopped, enter
from sagemaker_local.execution.early_stopping import Hyperband, is_worse_than_median
from sagemaker_local.execution.search import Choice, Search, make_search
from sagemaker_local.tuning_events import StartedTrainingJob, TuningDefinition, TuningJobEvents

ALL_FAILED = "All training jobs failed. Please take a look at the training jobs failures to get more details."
MOST_ATTEMPTS = 5
NONE_SUCCEEDED = (
    f"No training job succeeded after {MOST_ATTEMPTS} attempts. Please take a look at the training job failures to get more "
    "details."
)
"""What the service says when it gives up, which it does as soon as so many have failed and none has not."""
NO_OBJECTIVE = (
    "No objective metrics found after running {count} training jobs. Please ensure that the custom algorithm is emitting "
    "the objective metric as defined by the regular expression provided."
)


@dataclass(frozen=True)
class Tuned:
    """A definition with what searches and prunes for it."""

    definition: TuningDefinition
    search: Search
    hyperband: Hyperband | None


@dataclass
class Trial:
    """A training job and the choice that it tries."""

    job: StartedTrainingJob
    tuned: Tuned
    choice: Choice
    seen: int = 0
    """Values of the objective that early stopping has looked at."""
    is_stopping: bool = False


@dataclass
class TuningRun:
    """What is known of a tuning job while it runs."""

    context: Context
    events: TuningJobEvents
    waiting: list[Tuned]
    """Definitions with something left to try, the one whose turn it is first."""
    running: list[Trial] = field(default_factory=list)
    ended: list[Trial] = field(default_factory=list)
    best: float | None = None
    not_improving: int = 0
    """Training jobs that ended since the best one."""
    begun: float = field(default_factory=time.monotonic)

    @property
    def config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self.events.request["HyperParameterTuningJobConfig"]
        return config

    @property
    def maximizes(self) -> bool:
        return self.events.definitions[0].objective_type == "Maximize"

    @property
    def may_start(self) -> bool:
        """Whether another training job may be started, now or later."""
        most = self.config["ResourceLimits"].get("MaxNumberOfTrainingJobs", math.inf)
        return bool(self.waiting) and len(self.running) + len(self.ended) < most


def run_tuning_job(context: Context, events: TuningJobEvents) -> None:
    """Run the job and report its end. Raises JobFailed when none of its training jobs came to an objective, and JobStopped."""
    enter(context, events, "Starting")
    if events.faults.fail_with is not None:
        raise JobFailed(events.faults.fail_with)
    run = TuningRun(context, events, [make_tuned(events, number) for number in range(len(events.definitions))])
    while True:
        take_results(run)
        stopped = events.stop_requested.is_set() or context.closing.is_set()
        if stopped or is_hopeless(run) or is_complete(run) or not (run.running or run.may_start):
            break
        stop_early(run)
        while run.may_start and len(run.running) < run.config["ResourceLimits"]["MaxParallelTrainingJobs"]:
            start_next(run)
        events.stop_requested.wait(POLL_SECONDS)
    end_running(run)
    if stopped:
        raise JobStopped
    report_end(run)


def make_tuned(events: TuningJobEvents, number: int) -> Tuned:
    """The definition with that number, from 0, and its search."""
    definition, config = events.definitions[number], events.request["HyperParameterTuningJobConfig"]
    hyperband = None
    if config["Strategy"] == "Hyperband":
        assert definition.max_resource is not None  # by tuning_rules.py
        given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
        hyperband = Hyperband(given.get("MinResource", 1), definition.max_resource)
    pruner = hyperband.pruner if hyperband else None
    search = make_search(definition, config, name=events.name, number=number, parents=events.parents, pruner=pruner)
    return Tuned(definition, search, hyperband)


def start_next(run: TuningRun) -> None:
    """Start a training job for the definition whose turn it is; one with nothing left to try drops out."""
    tuned = run.waiting.pop(0)
    choice = tuned.search.ask()
    if choice is not None:
        run.waiting.append(tuned)
        run.running.append(Trial(run.events.start_training_job(tuned.definition, choice.hyperparameters), tuned, choice))


def take_results(run: TuningRun) -> None:
    """Tell the searches of the training jobs that ended. One that failed has no objective, whatever it wrote before."""
    for trial in [trial for trial in run.running if trial.job.ended]:
        run.running.remove(trial)
        run.ended.append(trial)
        objective = None if trial.job.status == "Failed" else trial.job.objective
        trial.tuned.search.tell(trial.choice, objective)
        run.not_improving += 1
        if objective is not None and (run.best is None or is_better(run, objective, run.best)):
            run.best, run.not_improving = objective, 0


def is_better(run: TuningRun, value: float, other: float) -> bool:
    return value > other if run.maximizes else value < other


def is_hopeless(run: TuningRun) -> bool:
    """Whether so many training jobs failed, and all that ended, that more are not worth trying."""
    return len(run.ended) >= MOST_ATTEMPTS and all_failed(run)


def all_failed(run: TuningRun) -> bool:
    """Whether every training job that ended has failed; False for none."""
    return bool(run.ended) and all(trial.job.status == "Failed" for trial in run.ended)


def is_complete(run: TuningRun) -> bool:
    """Whether a criterion ends the job before its MaxNumberOfTrainingJobs."""
    limits, criteria = run.config["ResourceLimits"], run.config.get("TuningJobCompletionCriteria", {})
    target = criteria.get("TargetObjectiveMetricValue")
    patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving", math.inf)
    return (
        time.monotonic() - run.begun >= limits.get("MaxRuntimeInSeconds", math.inf)
        or (target is not None and run.best is not None and not is_better(run, target, run.best))
        or (run.best is not None and run.not_improving >= patience)
    )


def stop_early(run: TuningRun) -> None:
    """Ask the running training jobs to stop that TrainingJobEarlyStoppingType or Hyperband gives up."""
    automatic = run.config.get("TrainingJobEarlyStoppingType") == "Auto"
    for trial in [trial for trial in run.running if not trial.is_stopping]:
        values = trial.job.objective_values()
        if len(values) == trial.seen:
            continue
        trial.seen = len(values)
        hyperband = trial.tuned.hyperband
        if (automatic and is_worse(run, trial, values)) or (hyperband and hyperband.should_stop(trial.choice, values)):
            trial.is_stopping = True
            trial.job.stop()


def is_worse(run: TuningRun, trial: Trial, values: Any) -> bool:
    """The median rule, against the ended training jobs of the same definition."""
    others = [other.job.objective_values() for other in run.ended if other.tuned is trial.tuned]
    return is_worse_than_median(values, others, trial.tuned.definition.objective_type)


def end_running(run: TuningRun) -> None:
    """Stop the running training jobs and wait for their end."""
    for trial in run.running:
        trial.job.stop()
    while not all(trial.job.ended for trial in run.running):
        time.sleep(POLL_SECONDS)
    take_results(run)


def report_end(run: TuningRun) -> None:
    """Completed, if there is a best training job. Raises JobFailed."""
    if run.best is not None:
        details = {"NumberOfTrainingJobsObjectiveNotImproving": run.not_improving}
        run.events.finish("Completed", describe={"TuningJobCompletionDetails": details})
    elif all_failed(run):
        raise JobFailed(NONE_SUCCEEDED if run.may_start else ALL_FAILED)
    else:
        raise JobFailed(NO_OBJECTIVE.format(count=len(run.ended)))
