"""Tuning jobs that really run their training jobs, in containers, from Create to what Describe shows of them."""

from __future__ import annotations

from typing import Any

import pytest
from runners_here import ONE
from sagemaker_local import tuning_jobs
from sagemaker_local.backend import Backend
from sagemaker_local.fault_rules import Rule
from sagemaker_local.operations import answer
from training_scripts import GROUP, PARABOLA, SCORE, WAIT, integers, running, scores, values

pytestmark = pytest.mark.parametrize("runner", ONE)


def test_grid_tries_every_value_once_and_finds_the_best(create, end_of, trials, backend, aws):
    name = create(PARABOLA, values("1", "2", "3", "4", "5"), request={"Tags": [{"Key": "team", "Value": "a"}]})
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Completed", shown
    found = trials(name)
    assert [each["TunedHyperParameters"] for each in found] == [{"x": x} for x in "12345"]
    assert scores(found) == [-4, -1, 0, -1, -4]
    best = shown["BestTrainingJob"]
    assert best == found[2]
    assert shown["TrainingJobStatusCounters"]["Completed"] == shown["ObjectiveStatusCounters"]["Succeeded"] == 5
    training = answer(backend, "DescribeTrainingJob", {"TrainingJobName": best["TrainingJobName"]})
    assert training["TuningJobArn"] == shown["HyperParameterTuningJobArn"]
    assert aws.keys(f"out/{best['TrainingJobName']}/") == [f"out/{best['TrainingJobName']}/output/model.tar.gz"]
    assert list(aws.lines(GROUP, best["TrainingJobName"]).values()) == [["score=0;"]]


def test_a_training_job_gets_its_static_and_tuned_hyperparameters_and_the_objective(create, end_of, trials, definition, aws):
    script = "cat /opt/ml/input/config/hyperparameters.json; echo; echo score=1"
    static = definition(StaticHyperParameters={"epochs": "3"})
    name = create(script, values("a"), request={"TrainingJobDefinition": static})
    end_of(name)
    (lines,) = aws.lines(GROUP, trials(name)[0]["TrainingJobName"]).values()
    assert lines[0] == '{"epochs": "3", "x": "a", "_tuning_objective_metric": "score"}'


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_a_seed_repeats_a_tuning_job(create, end_of, trials, strategy):
    seeded = {"Strategy": strategy, "RandomSeed": 3, "goal": "Minimize"}
    names = [create(SCORE, integers(1, 1000), 4, 1, **seeded) for _ in range(2)]
    first, second = ([each["TunedHyperParameters"] for each in trials(name)] for name in names if end_of(name))
    assert first == second
    assert len(first) == 4
    best = end_of(names[0])["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == min(int(each["x"]) for each in first)


def stop_training(backend: Backend, summary: dict[str, Any]) -> None:
    answer(backend, "StopTrainingJob", {"TrainingJobName": summary["TrainingJobName"]})


def test_as_many_run_at_a_time_as_may(create, until, described, trials, backend):
    name = create(f"echo score=1; {WAIT}", values("1", "2", "3"), parallel=2)
    until(lambda: described(name)["TrainingJobStatusCounters"]["InProgress"] == 2)
    until(lambda: all(running(backend, each) for each in trials(name)))
    stop_training(backend, trials(name)[0])
    until(lambda: len(trials(name)) == 3)
    first, second, third = trials(name)
    assert third["CreationTime"] >= first["TrainingEndTime"]
    assert second["TrainingJobStatus"] == "InProgress"
    assert first["ObjectiveStatus"] == "Succeeded", "a stopped training job keeps the objective that it had"


def test_never_more_run_at_a_time_than_may(create, end_of, trials):
    name = create(f"sleep 0.2; {SCORE}", values(*"123456"), parallel=2)
    assert end_of(name)["TrainingJobStatusCounters"]["Completed"] == 6
    found = trials(name)
    for each in found:
        at_once = [other for other in found if other["CreationTime"] <= each["CreationTime"] < other["TrainingEndTime"]]
        assert len(at_once) <= 2


def test_tuning_goes_on_when_a_training_job_fails_or_says_nothing(create, end_of, trials):
    script = f"case $(value x) in 1) echo score=9; echo bad > /opt/ml/output/failure; exit 3;; 2) ;; *) {SCORE};; esac"
    name = create(script, values("1", "2", "3"))
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Completed"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Failed", "Completed", "Completed"]
    assert [each["ObjectiveStatus"] for each in trials(name)] == ["Failed", "Failed", "Succeeded"]
    assert trials(name)[0]["FailureReason"] == "AlgorithmError: bad, exit code: 3"
    assert shown["BestTrainingJob"]["TunedHyperParameters"] == {"x": "3"}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "All training jobs failed. Please take a look at the training jobs failures to get more details."),
        (
            "echo score=nothing",
            "No objective metrics found after running 2 training jobs. Please ensure that the custom algorithm is emitting "
            "the objective metric as defined by the regular expression provided.",
        ),
    ],
)
def test_without_any_objective_it_fails(create, end_of, script, reason):
    shown = end_of(create(script, values("1", "2")))
    assert (shown["HyperParameterTuningJobStatus"], shown["FailureReason"]) == ("Failed", reason)
    assert "BestTrainingJob" not in shown


def test_after_five_failures_and_nothing_else_it_gives_up(create, end_of, trials):
    name = create("exit 1", values(*"1234567"), parallel=1)
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Failed"
    assert shown["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Failed"] * 5


def test_the_last_value_is_the_objective(create, end_of):
    best = end_of(create("for s in 5 9 2; do echo score=$s; done", values("1")))["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 2


def test_early_stopping_ends_what_is_worse_than_the_median(create, end_of, trials):
    """The first three end by themselves; the fourth would run for ever, and is worse from its first value on."""
    script = f"echo score=$(value x); [ $(value x) != 1 ] && exit 0; {WAIT}"
    name = create(script, values("7", "8", "9", "1"), parallel=1, TrainingJobEarlyStoppingType="Auto")
    shown = end_of(name)
    assert shown["HyperParameterTuningJobStatus"] == "Completed"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Completed", "Completed", "Completed", "Stopped"]
    assert shown["ObjectiveStatusCounters"]["Succeeded"] == 4, "its last value is its objective"
    assert shown["BestTrainingJob"]["TunedHyperParameters"] == {"x": "9"}


def test_hyperband_ends_what_goes_beyond_its_resources(create, end_of, trials):
    script = f"printf 'score=%s\\n' 1 2 3 4; {WAIT}"
    strategy = {"HyperbandStrategyConfig": {"MinResource": 3, "MaxResource": 3}}
    name = create(script, integers(1, 9), 2, Strategy="Hyperband", StrategyConfig=strategy, RandomSeed=1)
    assert end_of(name)["HyperParameterTuningJobStatus"] == "Completed"
    assert [each["TrainingJobStatus"] for each in trials(name)] == ["Stopped", "Stopped"]
    assert scores(trials(name)) == [4, 4]


def test_a_warm_start_goes_on_from_its_parent(create, end_of, trials, backend):
    sampled = {"Strategy": "Bayesian", "RandomSeed": 1}
    parent = create(SCORE, integers(0, 99), 3, **sampled)
    end_of(parent)
    parents = [{"HyperParameterTuningJobName": parent}]
    warm = {"WarmStartType": "IdenticalDataAndAlgorithm", "ParentHyperParameterTuningJobs": parents}
    child = create(SCORE, integers(0, 99), 1, 1, request={"WarmStartConfig": warm}, **sampled)
    shown = end_of(child)

    told = backend.records.get("HyperParameterTuningJob", child).work.parents
    assert [(each.tuned_hyperparameters, each.value) for each in told] == [
        (each["TunedHyperParameters"], score) for each, score in zip(trials(parent), scores(trials(parent)), strict=True)
    ]
    best = max(trials(parent) + trials(child), key=tuning_jobs.value_of)
    assert shown["OverallBestTrainingJob"]["TrainingJobName"] == best["TrainingJobName"]
    assert best["TrainingJobName"].startswith(shown["OverallBestTrainingJob"]["TuningJobName"])
    assert shown["BestTrainingJob"] == trials(child)[0]


def test_several_definitions_take_turns_with_their_own_ranges_and_objectives(create, end_of, trials, definition):
    def named(name: str, metric: str, ranges: dict[str, Any]) -> dict[str, Any]:
        made = definition(DefinitionName=name, HyperParameterRanges=ranges)
        made["TuningObjective"] = {"Type": "Maximize", "MetricName": metric}
        made["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": metric, "Regex": f"{metric}=([0-9.]+)"}]
        return made

    script = "echo score=$(value x); echo accuracy=$(value y)"
    several = [named("first", "score", values("1", "2", "3")), named("second", "accuracy", values("9", name="y"))]
    name = create(script, {}, parallel=1, request={"TrainingJobDefinitions": several})
    shown = end_of(name)
    found = [(each["TrainingJobDefinitionName"], each["TunedHyperParameters"]) for each in trials(name)]
    assert found == [("first", {"x": "1"}), ("second", {"y": "9"}), ("first", {"x": "2"}), ("first", {"x": "3"})]
    best = shown["BestTrainingJob"]
    assert best["TrainingJobDefinitionName"] == "second"
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {"Type": "Maximize", "MetricName": "accuracy", "Value": 9}


def test_a_fault_ends_a_tuning_job_before_its_training_jobs(create, end_of, trials, backend):
    backend.faults.add([Rule(fault="job_failure", job="tune-*", reason="InternalServerError")])
    shown = end_of(create(SCORE, values("1")))
    assert (shown["HyperParameterTuningJobStatus"], shown["FailureReason"]) == ("Failed", "InternalServerError")
