"""What a step looks up beside the description of its job: found, ridden out, denied, or telling that nothing came of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sagemaker_local.scripted import HOLD, JobScript, Step
from waiting import until

from .component_table import IMAGE, MODEL_URL
from .lab import Lab
from .steps import Task

TUNE, TRANSFORM = "v1/hyperparameter_tuning", "v1/batch_transform"
LIST, DESCRIBE = "ListTrainingJobsForHyperParameterTuningJob", "DescribeTrainingJob"
PASSING = ("throttle", "server_error", "drop_connection", "expired_token")


def child(accuracy: float) -> JobScript:
    """A training job of a tuning job, which ends at once."""
    return JobScript(steps=(), describe={
        "ModelArtifacts": {"S3ModelArtifacts": MODEL_URL},
        "FinalMetricDataList": [{"MetricName": name, "Value": value, "Timestamp": 1_700_000_000}
                                for name, value in (("accuracy", accuracy), ("loss", 0.25))]})


def tuned(lab: Lab) -> Task:
    """A tuning job whose three training jobs have ended, and the step that waits for it; the second one is the best."""
    trials = ({"depth": "3", "eta": "0.05"}, {"depth": "6", "eta": "0.1"}, {"depth": "9", "eta": "0.2"})
    lab.script.jobs = {
        f"{lab.name}-001-*": child(0.8),
        f"{lab.name}-002-*": child(0.97),
        f"{lab.name}-003-*": JobScript(steps=(), status="Failed", failure_reason="AlgorithmError: too deep"),
        lab.name: JobScript(steps=(Step("Training", HOLD),), training_jobs=trials),
        **lab.script.jobs,
    }
    return lab.task(TUNE, job_name=lab.name)


def run(lab: Lab, task: Task) -> str:
    """Run the step to its good end; returns what it logged."""
    process = task.start()
    until(lambda: sorted(job["TrainingJobStatus"] for job in children(lab)) == ["Completed", "Completed", "Failed"],
          "the training jobs ended")
    lab.script.release(lab.name)
    return process.wait().check().stderr


def children(lab: Lab) -> list[dict[str, Any]]:
    if not lab.carried_out("CreateHyperParameterTuningJob"):
        return []
    answer = lab.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=lab.name)
    return list(answer["TrainingJobSummaries"])


class TestTuning:
    def test_tells_the_best_training_job_and_all_of_them(self, lab: Lab) -> None:
        task = tuned(lab)

        run(lab, task)

        first, best, failed = sorted(str(job["TrainingJobName"]) for job in children(lab))
        assert task.parameter("best_job_name") == best
        assert task.parameter("best_hyperparameters") == {"depth": 6, "eta": 0.1, "seed": "1"}
        assert task.parameter("model_artifact_url") == MODEL_URL
        assert task.parameter("training_image") == IMAGE
        left = json.loads((task.root / "executor_output.json").read_text())
        assert left["artifacts"]["metrics"]["artifacts"][0]["metadata"] == {"accuracy": 0.97, "loss": 0.25}
        rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in (task.root / "card").read_text().splitlines()
                if line.startswith(f"| {lab.name}-")]
        assert rows == [[best, "Completed", "0.97"], [first, "Completed", "0.8"], [failed, "Failed", ""]]

    def test_rides_out_what_passes(self, lab: Lab) -> None:
        task = tuned(lab)
        lab.faults(*({"operation": operation, "fault": fault, "count": 1} for operation in (LIST, DESCRIBE)
                     for fault in PASSING))

        run(lab, task)

        for operation in (LIST, DESCRIBE):
            assert [call.fault for call in lab.calls(operation)] == [*PASSING, None]
        assert task.parameter("model_artifact_url") == MODEL_URL

    def test_that_is_denied_is_a_warning_and_what_describe_tells(self, lab: Lab) -> None:
        task = tuned(lab)
        lab.faults(*({"operation": operation, "fault": "access_denied"} for operation in (LIST, DESCRIBE)))

        log = run(lab, task)

        assert log.count("outputs are incomplete: access denied") == 2
        assert task.parameter("best_hyperparameters") == {"depth": 6, "eta": 0.1, "seed": "1"}
        assert task.parameter("model_artifact_url") == f"s3://bucket/models/{task.parameter('best_job_name')}/output/model.tar.gz"

    def test_that_found_nothing_is_a_failure_and_stays_one(self, lab: Lab) -> None:
        """Run again, the step finds its tuning job, and does not pay for another one."""
        lab.script.jobs = {"*": JobScript(steps=())}
        task = lab.task(TUNE)

        for _ in range(2):
            ended = task.run().check(1)
            assert "completed without a best training job" in ended.stderr
            assert "no training job ended with a value of accuracy" in ended.last_line

        assert len(lab.carried_out("CreateHyperParameterTuningJob")) == 1
        assert task.parameter("best_job_name") == ""
        assert "| Best training job | none |" in (task.root / "card").read_text()

    def test_that_was_stopped_before_it_found_anything_succeeds_when_asked(self, lab: Lab) -> None:
        lab.script.jobs = {"*": JobScript(steps=(), status="Stopped")}
        task = lab.task(TUNE, stopped_is="succeeded")

        task.run().check()

        assert task.parameter("best_hyperparameters") == {}


class TestTransform:
    @pytest.fixture
    def bucket(self, lab: Lab) -> Any:
        s3, name = lab.client("s3"), lab.name
        s3.create_bucket(Bucket=name)
        for key in ("input/a.csv", "input/part/b.csv", "output/of-another-job.csv.out"):
            s3.put_object(Bucket=name, Key=key, Body=b"1")
        return s3

    def transformed(self, lab: Lab, bucket: Any) -> tuple[Task, str]:
        """The step that waited for a job which put its outputs into the bucket, and what it logged."""
        lab.prepare(TRANSFORM)
        lab.hold()
        task = lab.task(TRANSFORM, input_location=f"s3://{lab.name}/input", output_location=f"s3://{lab.name}/output")
        process = task.start()
        lab.until_called("CreateTransformJob")
        for key in ("output/a.csv.out", "output/part/b.csv.out", "outputs/a.csv.out"):
            bucket.put_object(Bucket=lab.name, Key=key, Body=b"1")
        lab.script.release(lab.name_of("CreateTransformJob"))
        return task, process.wait().check().stderr

    def test_tells_the_objects_that_the_job_made(self, lab: Lab, bucket: Any) -> None:
        task, _ = self.transformed(lab, bucket)

        assert task.parameter("output_objects") == [
            f"s3://{lab.name}/output/a.csv.out", f"s3://{lab.name}/output/part/b.csv.out"]
        assert "| Output objects | 2 |" in (task.root / "card").read_text()

    def test_that_is_denied_is_a_warning_and_no_objects(self, lab: Lab, bucket: Any) -> None:
        lab.faults({"operation": "s3:ListObjectsV2", "fault": "access_denied"})

        task, log = self.transformed(lab, bucket)

        assert "outputs are incomplete" in log
        assert task.parameter("output_objects") == []
        assert task.parameter("output_location") == f"s3://{lab.name}/output"

    def test_of_a_bucket_that_is_not_there_is_a_warning(self, lab: Lab) -> None:
        lab.prepare(TRANSFORM)
        task = lab.task(TRANSFORM, output_location="s3://no-such-bucket-anywhere/output")

        assert "outputs are incomplete" in task.run().check().stderr
        assert task.parameter("output_objects") == []
