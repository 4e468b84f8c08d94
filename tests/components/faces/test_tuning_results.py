"""What is told of a tuning job that has ended: the best training job, typed hyperparameters, a table of all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kfp_sagemaker.faces.face import Call, Collected, Ended
from kfp_sagemaker.faces.tuning_results import collect, lookups

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:111122223333"
MODEL_URL = "s3://b/models/tune-002/output/model.tar.gz"


def trial(number: int, objective: float | None = None, **members: Any) -> dict[str, Any]:
    metric = {"Type": "Maximize", "MetricName": "accuracy", "Value": objective}
    return {
        "TrainingJobName": f"tune-{number:03}", "TrainingJobArn": f"{ARN}:training-job/tune-{number:03}",
        "TrainingJobStatus": "Completed", "TunedHyperParameters": {"depth": str(number), "eta": "0.1", "booster": "dart"},
        **({"FinalHyperParameterTuningJobObjectiveMetric": metric} if objective is not None else {}), **members}


BEST = trial(2, 0.97)
DEFINITION = {"StaticHyperParameters": {"seed": "1"}, "AlgorithmSpecification": {"TrainingImage": "the-image"},
              "OutputDataConfig": {"S3OutputPath": "s3://b/models/"}}
RANGES = {"IntegerParameterRanges": [{"Name": "depth"}], "ContinuousParameterRanges": [{"Name": "eta"}],
          "CategoricalParameterRanges": [{"Name": "booster", "Values": ["dart"]}]}
DESCRIBED = {
    "HyperParameterTuningJobName": "tune", "HyperParameterTuningJobArn": f"{ARN}:hyper-parameter-tuning-job/tune",
    "HyperParameterTuningJobStatus": "Completed",
    "HyperParameterTuningJobConfig": {
        "ParameterRanges": RANGES, "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "accuracy"}},
    "TrainingJobDefinition": DEFINITION,
    "TrainingJobStatusCounters": {"Completed": 2, "InProgress": 0, "NonRetryableError": 1, "Stopped": 0},
    "BestTrainingJob": BEST,
    "CreationTime": BEGAN, "HyperParameterTuningEndTime": BEGAN + timedelta(minutes=5),
}
TRAINED = {
    "HyperParameters": {"depth": "2", "eta": "0.1", "booster": "dart", "seed": "1", "_tuning_objective_metric": "accuracy"},
    "ModelArtifacts": {"S3ModelArtifacts": MODEL_URL}, "AlgorithmSpecification": {"TrainingImage": "the-image@sha256:1"},
    "FinalMetricDataList": [{"MetricName": "accuracy", "Value": 0.97}, {"MetricName": "loss", "Value": 0.25}],
}
LISTED = {"TrainingJobSummaries": [trial(1, 0.9), BEST, trial(3, TrainingJobStatus="Failed")]}


def collected(*answers: Any, **described: Any) -> Collected:
    return collect(Ended({**DESCRIBED, **described}, {}, answers or (LISTED, TRAINED)))


class TestLookups:
    def test_are_the_list_and_the_best(self) -> None:
        assert lookups(DESCRIBED, {}) == (
            Call("ListTrainingJobsForHyperParameterTuningJob", {"HyperParameterTuningJobName": "tune"}),
            Call("DescribeTrainingJob", {"TrainingJobName": "tune-002"}))

    def test_are_the_list_alone_without_a_best(self) -> None:
        described = {name: value for name, value in DESCRIBED.items() if name != "BestTrainingJob"}
        assert [call.operation for call in lookups(described, {})] == ["ListTrainingJobsForHyperParameterTuningJob"]


class TestOutputs:
    def test_of_a_tuning_job(self) -> None:
        told = collected()
        assert told.parameters == {
            "hpo_job_name": "tune", "arn": DESCRIBED["HyperParameterTuningJobArn"], "best_job_name": "tune-002",
            "model_artifact_url": MODEL_URL, "training_image": "the-image@sha256:1",
            "best_hyperparameters": {"depth": 2, "eta": 0.1, "booster": "dart", "seed": "1"},
        }
        assert told.artifacts["model"].metadata == {"resourceName": f"{ARN}:training-job/tune-002", "modelDataUrl": MODEL_URL}
        assert told.artifacts["metrics"].metadata == {"accuracy": 0.97, "loss": 0.25}
        assert told.failure == ""

    def test_when_the_lookups_were_denied(self) -> None:
        """What Describe tells of the best is told all the same, and the model is where the service puts it."""
        told = collected({}, {})
        assert told.parameters["best_hyperparameters"] == {"depth": 2, "eta": 0.1, "booster": "dart", "seed": "1"}
        assert (told.parameters["training_image"], told.parameters["model_artifact_url"]) == ("the-image", MODEL_URL)
        assert told.artifacts["metrics"].metadata == {"accuracy": 0.97}
        assert told.body == ""

    def test_a_model_that_is_no_archive_is_not_guessed(self) -> None:
        output = {"S3OutputPath": "s3://b/models", "CompressionType": "NONE"}
        told = collected({}, {}, TrainingJobDefinition={**DEFINITION, "OutputDataConfig": output})
        assert told.parameters["model_artifact_url"] == ""

    def test_before_any_lookup(self) -> None:
        """As for a step that is being terminated."""
        told = collect(Ended({**DESCRIBED, "HyperParameterTuningJobStatus": "Stopping"}, {}))
        assert told.parameters["best_job_name"] == "tune-002"

    @pytest.mark.parametrize(("name", "text", "value"), [
        ("depth", "6", 6), ("depth", "-3", -3), ("depth", "9007199254740993", 9007199254740993), ("depth", "6.5", "6.5"),
        ("eta", "0.1", 0.1), ("eta", "1", 1.0), ("eta", "1e-05", 1e-05), ("eta", "nan", "nan"), ("eta", "x", "x"),
        ("booster", "32", "32"), ("seed", "1", "1"), ("other", "7", "7"),
    ])
    def test_hyperparameters_are_typed_by_the_ranges(self, name: str, text: str, value: Any) -> None:
        told = collected(LISTED, {**TRAINED, "HyperParameters": {name: text}}).parameters["best_hyperparameters"]
        assert told == {name: value}
        assert type(told[name]) is type(value)

    def test_of_several_definitions_the_ranges_of_the_bests_count(self) -> None:
        shallow = {"DefinitionName": "shallow", "HyperParameterRanges": {"IntegerParameterRanges": [{"Name": "eta"}]}}
        deep = {"DefinitionName": "deep", "HyperParameterRanges": RANGES}
        told = collected(TrainingJobDefinition=None, TrainingJobDefinitions=[shallow, deep],
                         HyperParameterTuningJobConfig={}, BestTrainingJob={**BEST, "TrainingJobDefinitionName": "deep"})
        assert told.parameters["best_hyperparameters"]["depth"] == 2


NOT_SUCCEEDED = {"Completed": 0, "NonRetryableError": 2, "Stopped": 1}


class TestWithoutABest:
    def test_a_completed_job_is_a_failure_that_says_why(self) -> None:
        told = collected({"TrainingJobSummaries": [trial(1, TrainingJobStatus="Failed")]}, BestTrainingJob=None,
                         TrainingJobStatusCounters=NOT_SUCCEEDED)
        assert "tune completed without a best training job (1 stopped, 2 failed)" in told.failure
        assert "hyper-tuning-jobs/tune" in told.failure
        assert "no training job ended with a value of accuracy" in told.failure.splitlines()[-1]

    def test_outputs_are_empty(self) -> None:
        told = collected({"TrainingJobSummaries": []}, BestTrainingJob=None)
        assert told.parameters == {
            "hpo_job_name": "tune", "arn": DESCRIBED["HyperParameterTuningJobArn"], "best_job_name": "",
            "model_artifact_url": "", "training_image": "", "best_hyperparameters": {}}
        assert told.figures["Best training job"] == "none"
        assert told.artifacts["metrics"].metadata == {}

    @pytest.mark.parametrize("status", ["Stopped", "Stopping", "InProgress"])
    def test_a_stopped_job_has_no_other_failure(self, status: str) -> None:
        assert collected({}, BestTrainingJob=None, HyperParameterTuningJobStatus=status).failure == ""

    def test_describe_may_leave_out_everything_optional(self) -> None:
        told = collect(Ended({"HyperParameterTuningJobStatus": "Completed"}, {}))
        assert told.failure
        parameters = dict(told.parameters)
        assert parameters.pop("best_hyperparameters") == {}
        assert set(parameters.values()) == {""}


def rows(body: str) -> list[list[str]]:
    """Cells of the table's lines below its head."""
    lines = [line for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class TestTable:
    def test_the_best_is_first_then_by_objective_then_those_without_one(self) -> None:
        jobs = [trial(4, TrainingJobStatus="Failed"), trial(3, 0.5), trial(1, 0.9), BEST]
        assert rows(collected({"TrainingJobSummaries": jobs}, TRAINED).body) == [
            ["tune-002", "Completed", "0.97", "booster=dart, depth=2, eta=0.1"],
            ["tune-001", "Completed", "0.9", "booster=dart, depth=1, eta=0.1"],
            ["tune-003", "Completed", "0.5", "booster=dart, depth=3, eta=0.1"],
            ["tune-004", "Failed", "", "booster=dart, depth=4, eta=0.1"],
        ]

    def test_the_smallest_is_first_where_it_is_to_be_small(self) -> None:
        def small(number: int, value: float) -> dict[str, Any]:
            metric = {"Type": "Minimize", "MetricName": "loss", "Value": value}
            return trial(number, FinalHyperParameterTuningJobObjectiveMetric=metric)

        jobs = [small(1, 0.3), small(2, 0.1), small(3, 0.2)]
        told = collected({"TrainingJobSummaries": jobs}, TRAINED, BestTrainingJob=jobs[1])
        assert [row[0] for row in rows(told.body)] == ["tune-002", "tune-003", "tune-001"]

    @pytest.mark.parametrize(("count", "counted", "shown", "more"), [
        (100, 100, 100, ""), (101, 101, 100, "1 more are not shown."), (1000, 1500, 100, "1400 more are not shown.")])
    def test_has_a_hundred_rows_at_most_and_says_how_many_more(
        self, count: int, counted: int, shown: int, more: str
    ) -> None:
        jobs = [trial(number, number / 10_000) for number in range(count)]
        body = collected({"TrainingJobSummaries": jobs}, TRAINED, TrainingJobStatusCounters={"Completed": counted}).body
        assert len(rows(body)) == shown
        assert body.endswith(more or " |")

    def test_a_value_cannot_break_out_of_its_cell(self) -> None:
        odd = trial(1, TunedHyperParameters={"a": "x | y\n# heading"})
        (row,) = [line for line in collected({"TrainingJobSummaries": [odd]}, TRAINED).body.splitlines() if "tune-001" in line]
        assert "x \\| y # heading" in row

    def test_figures(self) -> None:
        figures = collected().figures
        assert figures["Training jobs"] == "2 completed, 1 failed"
        assert figures["Best training job"] == "`tune-002`"
        assert figures["accuracy"] == "0.97"
        assert figures["Ran for"] == "5 min 0 s"
