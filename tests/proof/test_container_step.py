"""A moved step is followed by the engine of all components: one job whenever it is killed, a Stop when it is terminated."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from kfp_sagemaker.container_step.encoding import bundle, encode
from kfp_sagemaker.container_step.step_spec import JobSettings, Service, StepSpec
from waiting import until

from .component_table import COMPONENTS, MODEL_URL
from .killing import killed_after, killed_before
from .lab import Lab
from .steps import RUN_ID, Task

BUCKET = "moved-steps"
FACES = {Service.PROCESSING: "v1/process", Service.TRAINING: "v1/train"}
SPEC = StepSpec(
    "image:1", ("sh", "-c", "a\nb"), outputs={"parameters": {"loss": {"parameterType": "STRING"}}},
    job=JobSettings(role="arn:aws:iam::123456789012:role/jobs"))


@dataclass
class MovedTask(Task):
    """A task whose container is the container step. Its own files are in a folder of the test, its artifacts in S3."""

    step: str = ""

    @property
    def uri(self) -> str:
        return f"s3://{BUCKET}/{self.directory.parent.name}/digits/{RUN_ID}/the-task"

    def executor_input(self) -> str:
        data = {"name": "data", "uri": f"s3://{BUCKET}/in/data", "type": {"schemaTitle": "system.Dataset"}}
        model = {"name": "model", "uri": f"{self.uri}/model", "type": {"schemaTitle": "system.Model"}}
        return json.dumps({
            "inputs": {"parameterValues": {}, "artifacts": {"data": {"artifacts": [data]}}},
            "outputs": {"outputFile": str(self.root / "executor_output.json"),
                        "parameters": {"loss": {"outputFile": str(self.root / "parameters" / "loss")}},
                        "artifacts": {"model": {"artifacts": [model]}}},
        })

    def arguments(self) -> list[str]:
        return ["step", "--executor-input", self.executor_input(), "--step", self.step]


def moved(lab: Lab, directory: Path, service: Service = Service.PROCESSING) -> MovedTask:
    """A task, and in S3 its input and what its job would leave there."""
    encoded = encode(replace(SPEC, service=service))
    task = MovedTask(COMPONENTS[FACES[service]], {}, directory / "moved", lab.environment(), step=encoded)
    lab._tasks.append(task)
    s3 = lab.client("s3")
    left = task.uri if service is Service.PROCESSING else MODEL_URL
    objects = {f"s3://{BUCKET}/in/data": b"x", f"s3://{BUCKET}/in/data_of_others": b"y",
               f"{left}/kfp-sagemaker.loss.parameter": b"0.5", f"{left}/executor_output.json": b'{"artifacts": {}}'}
    for uri, body in objects.items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    return task


def check_outputs(task: Task) -> None:
    assert (task.root / "parameters" / "loss").read_text() == "0.5"
    assert json.loads((task.root / "executor_output.json").read_text()) == {"artifacts": {}}


def check_run_again(lab: Lab, task: Task) -> None:
    task.run().check()
    assert len(lab.carried_out(task.component.resource.create)) == 1
    check_outputs(task)


@pytest.mark.parametrize("service", Service)
@pytest.mark.parametrize("killed", [killed_before, killed_after], ids=["in-flight", "carried-out"])
def test_killed_at_create(
    lab: Lab, tmp_path: Path, service: Service, killed: Callable[[Lab, Task, str], None]
) -> None:
    task = moved(lab, tmp_path, service)
    killed(lab, task, task.component.resource.create)
    assert len(lab.carried_out(task.component.resource.create)) == 1

    check_run_again(lab, task)


@pytest.mark.parametrize("operation", ["ListObjectsV2", "PutObject", "DescribeProcessingJob", "GetObject"])
def test_killed_at_another_call(lab: Lab, tmp_path: Path, operation: str) -> None:
    task = moved(lab, tmp_path)
    killed_before(lab, task, operation)
    assert not task.has_outputs

    check_run_again(lab, task)


def test_killed_while_the_job_runs(lab: Lab, tmp_path: Path) -> None:
    lab.hold()
    task = moved(lab, tmp_path)
    process = task.start()
    lab.until_called("DescribeProcessingJob", times=2)
    process.kill()

    again = task.start()
    lab.until_called("DescribeProcessingJob", times=5)
    lab.script.release(lab.name_of("CreateProcessingJob"))
    assert ": attach (" in again.wait().check().stderr
    assert len(lab.carried_out("CreateProcessingJob")) == 1
    check_outputs(task)


@pytest.mark.parametrize("service", Service)
def test_sigterm_stops_the_job(lab: Lab, tmp_path: Path, service: Service) -> None:
    lab.hold()
    task = moved(lab, tmp_path, service)
    process = task.start(KFP_SAGEMAKER_POLL_INTERVAL="5")  # It sleeps when the signal comes.
    lab.until_called(task.component.resource.create)
    name = lab.name_of(task.component.resource.create)
    until(lambda: f"INFO    {name}: " in process.stderr, "the status was told")

    process.send(signal.SIGTERM)

    assert "terminated; the remote job was asked to stop" in process.wait().check(143).stderr
    assert len(lab.carried_out(str(task.component.resource.stop))) == 1
    assert not task.has_outputs


def test_inputs_are_named_by_their_exact_keys(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path)
    task.run().check()
    (create,) = lab.carried_out("CreateProcessingJob")
    described = lab.describe("v1/process", str(create.name))
    manifest = described["ProcessingInputs"][1]["S3Input"]["S3Uri"]
    body = lab.client("s3").get_object(Bucket=BUCKET, Key=manifest.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    assert json.loads(body) == [{"prefix": f"s3://{BUCKET}/"}, "in/data"]


def test_a_long_specification_is_fetched_and_checked(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path)
    made = bundle(task.step, f"s3://{BUCKET}/steps")
    task.step = made.reference
    told = task.run().check(2).stderr
    assert "this step's specification is not there" in told
    key = made.uri.removeprefix(f"s3://{BUCKET}/")
    lab.client("s3").put_object(Bucket=BUCKET, Key=key, Body=made.content + b" ")
    assert "somebody replaced the object" in task.run().check(2).stderr
    lab.client("s3").put_object(Bucket=BUCKET, Key=key, Body=made.content)

    check_run_again(lab, task)


@pytest.mark.parametrize(
    ("step", "problem"), [("%%", "not the text of a specification"), ("", "not the text"), ("s3://b/k", "not the text")])
def test_a_specification_that_is_none_is_refused(lab: Lab, tmp_path: Path, step: str, problem: str) -> None:
    task = moved(lab, tmp_path)
    task.step = step
    assert problem in task.run().check(2).stderr
    assert lab.calls() == []


def test_a_result_that_cannot_be_read_fails_the_step(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path)
    key = f"{task.uri.removeprefix(f's3://{BUCKET}/')}/executor_output.json"
    for body, told in ((b"{", "is not JSON"), (b"[]", "is not a JSON object"), (
            b'{"artifacts": {"model": {"artifacts": [{"custom_path": "/tmp/m"}]}}}', "its content was left at /tmp/m")):
        lab.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        assert told in task.run().check(1).stderr
        assert not task.has_outputs


def test_results_of_a_training_job_are_moved_and_not_doubled(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path, Service.TRAINING)
    task.run().check()
    listed = lab.client("s3").list_objects_v2(Bucket=MODEL_URL.split("/")[2], Prefix=MODEL_URL.split("/", 3)[3])
    assert listed["KeyCount"] == 0
    copied = lab.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"{task.uri.removeprefix(f's3://{BUCKET}/')}/")
    names = {entry["Key"].rpartition("/")[2] for entry in copied["Contents"]}
    assert {"executor_output.json", "kfp-sagemaker.loss.parameter"} <= names
    (task.root / "executor_output.json").unlink()

    check_run_again(lab, task)
