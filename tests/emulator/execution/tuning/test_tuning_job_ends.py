"""What ends a tuning job, and what becomes of its training jobs."""

from __future__ import annotations

import pytest
from runners_here import ONE
from sagemaker_local.operations import answer
from training_scripts import SCORE, WAIT, running, scores, values

pytestmark = pytest.mark.parametrize("runner", ONE)


def test_a_target_ends_the_tuning_job_and_what_still_runs(create, end_of, trials):
    script = f"{SCORE}; [ $(value x) = 2 ] && exit 0; {WAIT}"
    criteria = {"TargetObjectiveMetricValue": 2}
    name = create(script, values("1", "2", "3"), parallel=2, TuningJobCompletionCriteria=criteria)
    assert end_of(name)["HyperParameterTuningJobStatus"] == "Completed"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Stopped", "Completed"]


def test_it_ends_when_the_best_does_not_improve(create, end_of, trials):
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    name = create(SCORE, values(*"5123467"), parallel=1, TuningJobCompletionCriteria=criteria)
    shown = end_of(name)
    assert scores(trials(name)) == [5, 1, 2, 3]
    assert shown["TuningJobCompletionDetails"] == {"NumberOfTrainingJobsObjectiveNotImproving": 3}


def test_its_max_runtime_ends_it_and_what_still_runs(create, until, end_of, trials, backend, leap):
    script = f"{SCORE}; [ $(value x) = 1 ] && exit 0; {WAIT}"
    limits = {"MaxParallelTrainingJobs": 1, "MaxRuntimeInSeconds": 3600}
    name = create(script, values("1", "2", "3"), ResourceLimits=limits)
    until(lambda: len(trials(name)) == 2 and running(backend, trials(name)[1]))
    leap(3600)
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Completed"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Completed", "Stopped"]


def test_stop_ends_the_running_training_jobs_and_starts_no_more(create, until, end_of, trials, backend):
    name = create(f"echo score=4; {WAIT}", values(*"1234"), parallel=2)
    until(lambda: len(trials(name)) == 2 and all(running(backend, each) for each in trials(name)))
    answer(backend, "StopHyperParameterTuningJob", {"HyperParameterTuningJobName": name})
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Stopped"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Stopped", "Stopped"]
    assert shown["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 4


def test_closing_the_execution_ends_a_tuning_job(create, until, trials, backend, described, execution):
    name = create(f"echo score=4; {WAIT}", values(*"1234"), parallel=2)
    until(lambda: len(trials(name)) == 2 and all(running(backend, each) for each in trials(name)))
    execution.close()
    assert described(name)["HyperParameterTuningJobStatus"] == "Stopped"
