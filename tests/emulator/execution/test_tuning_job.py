"""Tuning jobs that really run their training jobs, in containers, from Create to what Describe shows of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from runners_here import ONE
from sagemaker_local import tuning_jobs
from sagemaker_local.backend import Backend
from sagemaker_local.fault_rules import Rule
from sagemaker_local.faults import FaultScript
from sagemaker_local.operations import answer
from sagemaker_local.records import Records

pytestmark = pytest.mark.parametrize("runner", ONE)

GROUP = "/aws/sagemaker/TrainingJobs"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
READ = 'value() { sed "s/.*\\"$1\\": \\"\\([^\\"]*\\)\\".*/\\1/" /opt/ml/input/config/hyperparameters.json; }\n'
"""A shell function that gives a hyperparameter."""

SCORE = "echo score=$(value x)"
PARABOLA = 'x=$(value x); echo "score=$(( -(x - 3) * (x - 3) ));"'
WAIT = 'trap "exit 0" TERM; while :; do sleep 0.05; done'
ENDED = ("Completed", "Failed", "Stopped")

_numbers = itertools.count()


def integers(least: int, most: int) -> dict[str, Any]:
    return {"IntegerParameterRanges": [{"Name": "x", "MinValue": str(least), "MaxValue": str(most)}]}


def values(*texts: str, name: str = "x") -> dict[str, Any]:
    return {"CategoricalParameterRanges": [{"Name": name, "Values": list(texts)}]}


@pytest.fixture
def backend(execution: Any) -> Backend:
    return Backend("us-east-1", "123456789012", Records(), FaultScript(), execution)


@pytest.fixture
def definition(aws: Any) -> Callable[..., dict[str, Any]]:
    """A training job definition that runs a shell script; the image's program, since a definition has no entrypoint."""

    def make(**members: Any) -> dict[str, Any]:
        return {
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": "train:1",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([-0-9.]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": aws.uri("out")},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **members,
        }

    return make


@pytest.fixture
def create(backend: Backend, definition: Callable[..., Any], image_folder: Any) -> Callable[..., str]:
    """Creates a tuning job whose training jobs run a shell script, and returns its name; members of its config as keywords.

    ``request`` has other members of the request.
    """

    def run(script: str, ranges: dict[str, Any], most: int | None = None, parallel: int = 2, **members: Any) -> str:
        program = image_folder / "train"
        program.write_text(f"#!/bin/sh\n{READ}{script}\n")
        program.chmod(0o755)
        with (image_folder / "Dockerfile").open("a") as dockerfile:
            dockerfile.write('COPY train /train\nENTRYPOINT ["/train"]\n')
        limits = {"MaxParallelTrainingJobs": parallel, **({"MaxNumberOfTrainingJobs": most} if most else {})}
        request, goal = members.pop("request", {}), members.pop("goal", "Maximize")
        config = {"Strategy": "Grid", "ResourceLimits": limits, **members}
        if "TrainingJobDefinitions" not in request:
            config |= {
                "ParameterRanges": ranges,
                "HyperParameterTuningJobObjective": {"Type": goal, "MetricName": "score"},
            }
            request = {"TrainingJobDefinition": definition(), **request}
        name = f"tune-{next(_numbers)}"
        request = {"HyperParameterTuningJobName": name, "HyperParameterTuningJobConfig": config, **request}
        answer(backend, "CreateHyperParameterTuningJob", request)
        return name

    return run


@pytest.fixture
def described(backend: Backend) -> Callable[[str], dict[str, Any]]:
    return lambda name: answer(backend, "DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": name})


@pytest.fixture
def end_of(described: Callable[[str], dict[str, Any]], until: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """What Describe shows of a tuning job once it has ended."""

    def wait(name: str) -> dict[str, Any]:
        until(lambda: described(name)["HyperParameterTuningJobStatus"] in ENDED)
        return described(name)

    return wait


@pytest.fixture
def trials(backend: Backend) -> Callable[..., list[dict[str, Any]]]:
    """The summaries of a tuning job's training jobs, in the order of their creation."""

    def found(name: str) -> list[dict[str, Any]]:
        request = {"HyperParameterTuningJobName": name, "MaxResults": 100}
        summaries: list[dict[str, Any]] = answer(backend, "ListTrainingJobsForHyperParameterTuningJob", request)[
            "TrainingJobSummaries"
        ]
        return summaries

    return found


def scores(summaries: list[dict[str, Any]]) -> list[float | None]:
    return [tuning_jobs.value_of(summary) for summary in summaries]


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


def running(backend: Backend, summary: dict[str, Any]) -> bool:
    """Whether the training job's container has written its first objective."""
    job = backend.records.get("TrainingJob", summary["TrainingJobName"])
    return job is not None and bool(job.work.metric_values("score"))


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
