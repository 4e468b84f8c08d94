"""Tuning jobs as the API shows them, with scripted training jobs: counters, the best, the list, warm start, stop."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step

Make = Callable[..., Any]


def score(value: float, **members: Any) -> JobScript:
    """A training job that ends with that objective."""
    describe = {"FinalMetricDataList": [{"MetricName": "score", "Value": value, "Timestamp": 1.0}]}
    return JobScript(describe=describe, **members)


FOUR = tuple({"x": str(number)} for number in range(1, 5))
HELD = JobScript((Step("Training", HOLD),), training_jobs=FOUR)

SCRIPTS = {
    "*-001-*": score(0.25),
    "*-002-*": score(0.75),
    "*-003-*": score(0.9, status="Failed", failure_reason="AlgorithmError: , exit code: 1"),
    "*-004-*": JobScript(),
    "held-running": JobScript((Step("Training", HOLD),), training_jobs=({}, {}, {}, {}, {"x": "5"})),
    "*-005-*": JobScript((Step("Training", HOLD),)),
    "held-*": HELD,
    "done-*": JobScript((Step("Training", 0.3),), training_jobs=FOUR),
    "bad-*": JobScript(status="Failed", failure_reason="All training jobs failed."),
    "told-*": JobScript(
        training_jobs=FOUR,
        describe={"BestTrainingJob": {"TrainingJobName": "as-told"}, "ConsumedResources": {"RuntimeInSeconds": 77}},
    ),
}


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    return ScriptedExecution(jobs=SCRIPTS)


@pytest.fixture
def tune(sagemaker: Any, make_request: Make, until: Make) -> Make:
    """Creates a tuning job and returns what Describe shows once it has or has not ended and its training jobs are all
    there and ended, but for the ``pending`` ones."""

    def run(name: str, jobs: int = 4, pending: int = 0, ended: bool = False, **members: Any) -> dict[str, Any]:
        sagemaker.create_hyper_parameter_tuning_job(**make_request("HyperParameterTuningJob", name, **members))

        def shown() -> dict[str, Any] | None:
            found: dict[str, Any] = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
            has_ended = found["HyperParameterTuningJobStatus"] != "InProgress"
            counters = found["ObjectiveStatusCounters"]
            settled = sum(counters.values()) == jobs and counters["Pending"] == pending
            return found if has_ended == ended and settled else None

        found: dict[str, Any] = until(shown)
        return found

    return run


def listed(sagemaker: Any, name: str, **params: Any) -> list[str]:
    """The numbers of the training jobs, in the list's order."""
    answer = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name, **params)
    return [summary["TrainingJobName"].split("-")[-2] for summary in answer["TrainingJobSummaries"]]


def test_training_jobs_are_counted_and_the_best_is_shown(tune: Make) -> None:
    shown = tune("held-running", jobs=5, pending=1)
    assert shown["TrainingJobStatusCounters"] == {
        "Completed": 3, "InProgress": 1, "RetryableError": 0, "NonRetryableError": 1, "Stopped": 0
    }
    assert shown["ObjectiveStatusCounters"] == {"Succeeded": 2, "Pending": 1, "Failed": 2}
    assert "HyperParameterTuningEndTime" not in shown
    best = shown["BestTrainingJob"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {"Type": "Maximize", "MetricName": "score", "Value": 0.75}
    assert (best["TrainingJobStatus"], best["ObjectiveStatus"]) == ("Completed", "Succeeded")
    assert best["CreationTime"] <= best["TrainingStartTime"] <= best["TrainingEndTime"]
    assert best["TrainingJobArn"].endswith(f":training-job/{best['TrainingJobName']}")


def test_a_minimum_may_be_the_best(tune: Make, make_request: Make) -> None:
    config = make_request("HyperParameterTuningJob", "x")["HyperParameterTuningJobConfig"]
    config["HyperParameterTuningJobObjective"]["Type"] = "Minimize"
    best = tune("held-min", HyperParameterTuningJobConfig=config)["BestTrainingJob"]
    assert best["TunedHyperParameters"] == {"x": "1"}


def test_training_jobs_are_real_ones_with_the_tags_of_the_tuning_job(sagemaker: Any, tune: Make) -> None:
    shown = tune("held-real", Tags=[{"Key": "team", "Value": "a"}])
    best = shown["BestTrainingJob"]
    assert re.fullmatch(r"held-real-002-[0-9a-f]{8}", best["TrainingJobName"])
    training = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    assert training["TuningJobArn"] == shown["HyperParameterTuningJobArn"]
    assert training["HyperParameters"] == {"x": "2", "_tuning_objective_metric": "score"}
    assert sagemaker.list_tags(ResourceArn=best["TrainingJobArn"])["Tags"] == [{"Key": "team", "Value": "a"}]
    assert len(sagemaker.list_training_jobs(NameContains="held-real")["TrainingJobSummaries"]) == 4


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({}, ["001", "002", "003", "004"]),
        ({"SortOrder": "Descending"}, ["004", "003", "002", "001"]),
        ({"SortBy": "CreationTime", "SortOrder": "Ascending"}, ["001", "002", "003", "004"]),
        ({"SortBy": "Status"}, ["001", "002", "004", "003"]),
        ({"SortBy": "FinalObjectiveMetricValue"}, ["001", "002"]),
        ({"SortBy": "FinalObjectiveMetricValue", "SortOrder": "Descending"}, ["002", "001"]),
        ({"StatusEquals": "Failed"}, ["003"]),
        ({"MaxResults": 3}, ["001", "002", "003"]),
        ({"MaxResults": 3, "NextToken": "3"}, ["004"]),
    ],
)
def test_the_list_of_training_jobs(sagemaker: Any, tune: Make, params: dict[str, Any], numbers: list[str]) -> None:
    name = "held-list"
    try:
        sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    except ClientError:
        tune(name)
    assert listed(sagemaker, name, **params) == numbers


def test_a_failed_training_job_says_why_in_the_list(sagemaker: Any, tune: Make) -> None:
    tune("held-why")
    (failed,) = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="held-why", StatusEquals="Failed"
    )["TrainingJobSummaries"]
    assert failed["FailureReason"] == "AlgorithmError: , exit code: 1"
    assert failed["ObjectiveStatus"] == "Failed"
    assert "FinalHyperParameterTuningJobObjectiveMetric" not in failed


@pytest.mark.parametrize(
    "operation", ["list_training_jobs_for_hyper_parameter_tuning_job", "describe_hyper_parameter_tuning_job"]
)
def test_an_absent_tuning_job_is_not_found(sagemaker: Any, operation: str) -> None:
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="can't find a tuning job with the name absent"):
        getattr(sagemaker, operation)(HyperParameterTuningJobName="absent")


def test_the_list_of_tuning_jobs_shows_their_strategy_and_counters(sagemaker: Any, tune: Make) -> None:
    tune("held-summary")
    (summary,) = sagemaker.list_hyper_parameter_tuning_jobs(NameContains="held-summary")["HyperParameterTuningJobSummaries"]
    assert summary["Strategy"] == "Random"
    assert summary["ResourceLimits"] == {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1}
    assert summary["TrainingJobStatusCounters"]["Completed"] == 3
    assert summary["ObjectiveStatusCounters"]["Failed"] == 2


def test_a_tuning_job_ends_as_the_execution_says(tune: Make) -> None:
    bad = tune("bad-1", jobs=0, ended=True)
    assert (bad["HyperParameterTuningJobStatus"], bad["FailureReason"]) == ("Failed", "All training jobs failed.")
    assert bad["HyperParameterTuningEndTime"] >= bad["CreationTime"]
    assert "BestTrainingJob" not in bad


def test_a_script_may_say_what_describe_shows(tune: Make) -> None:
    told = tune("told-1", ended=True)
    assert told["BestTrainingJob"]["TrainingJobName"] == "as-told"
    assert told["ConsumedResources"] == {"RuntimeInSeconds": 77}


def test_stop(sagemaker: Any, tune: Make, until: Make) -> None:
    tune("held-stop")
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="held-stop")

    def status() -> str:
        shown = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="held-stop")
        return str(shown["HyperParameterTuningJobStatus"])

    until(lambda: status() == "Stopped")
    with pytest.raises(ClientError, match="the hyper parameter tuning job is in status Stopped"):
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="held-stop")


def test_deleting_a_tuning_job_keeps_its_training_jobs(sagemaker: Any, tune: Make) -> None:
    best = tune("done-delete", ended=True)["BestTrainingJob"]
    sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="done-delete")
    assert sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])["TrainingJobStatus"] == "Completed"


def warm(kind: str, *parents: str) -> dict[str, Any]:
    named = [{"HyperParameterTuningJobName": parent} for parent in parents]
    return {"WarmStartType": kind, "ParentHyperParameterTuningJobs": named}


def test_a_warm_start_shows_the_best_of_parents_and_child(tune: Make) -> None:
    parent = tune("done-parent", ended=True)
    child = tune("bad-child", jobs=0, ended=True, WarmStartConfig=warm("IdenticalDataAndAlgorithm", "done-parent"))
    assert child["OverallBestTrainingJob"] == {**parent["BestTrainingJob"], "TuningJobName": "done-parent"}
    grandchild = tune("held-grandchild", WarmStartConfig=warm("IdenticalDataAndAlgorithm", "bad-child"))
    assert grandchild["BestTrainingJob"]["TrainingJobName"].startswith("held-grandchild-002-")
    assert grandchild["OverallBestTrainingJob"]["TuningJobName"] == "held-grandchild"
    transfer = tune("held-transfer", WarmStartConfig=warm("TransferLearning", "done-parent"))
    assert "OverallBestTrainingJob" not in transfer


@pytest.mark.parametrize(
    ("parent", "metric", "sentence"),
    [
        ("absent", "score", "can't find a tuning job with the name absent"),
        ("held-parent", "score", "The parent tuning job held-parent is in status InProgress"),
        ("done-other", "loss", "The parent tuning job done-other must have the same objective: Maximize loss"),
    ],
)
def test_a_parent_must_exist_have_ended_and_have_the_same_objective(
    sagemaker: Any, make_request: Make, tune: Make, parent: str, metric: str, sentence: str
) -> None:
    if parent != "absent":
        tune(parent, ended=parent.startswith("done"))
    request = make_request("HyperParameterTuningJob", "child", WarmStartConfig=warm("TransferLearning", parent))
    request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["MetricName"] = metric
    request["TrainingJobDefinition"]["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": metric, "Regex": "."}]
    with pytest.raises(ClientError, match=sentence) as caught:
        sagemaker.create_hyper_parameter_tuning_job(**request)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
