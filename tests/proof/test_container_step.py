"""A moved step is followed by the engine of all components: one job whenever it is killed, a Stop when it is terminated."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from kfp_sagemaker.container_step.encoding import bundle
from kfp_sagemaker.container_step.step_spec import Service
from sagemaker_local.scripted import JobScript
from waiting import until

from .component_table import MODEL_URL
from .killing import killed_after, killed_before
from .lab import FINISHED, RUNNING, Lab
from .moved_steps import BUCKET, LEFT_OUT, MovedTask, files_of, leaving, moved, place_of, put
from .steps import Task


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


@pytest.mark.parametrize(("body", "told"), [
    (b"{", "is not JSON"), (b"[]", "is not a JSON object"),
    (b'{"artifacts": {"model": {"artifacts": [{"custom_path": "/tmp/m"}]}}}', "its content was left at /tmp/m"),
])
def test_a_result_that_cannot_be_read_fails_the_step(lab: Lab, tmp_path: Path, body: bytes, told: str) -> None:
    task = moved(lab, tmp_path, executor_output=body)
    assert told in task.run().check(1).stderr
    assert not task.has_outputs


def test_results_of_a_training_job_are_moved_and_not_doubled(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path, Service.TRAINING)
    task.run().check()
    listed = lab.client("s3").list_objects_v2(Bucket=MODEL_URL.split("/")[2], Prefix=MODEL_URL.split("/", 3)[3])
    assert listed["KeyCount"] == 0
    assert {"executor_output.json", "kfp-sagemaker.loss.parameter"} <= files_of(lab, task)
    (task.root / "executor_output.json").unlink()

    check_run_again(lab, task)


def tried_twice(lab: Lab, directory: Path, service: Service, first: JobScript) -> MovedTask:
    """A task whose first job ends by ``first`` and leaves the file ``old``, and whose second leaves ``new`` and succeeds."""
    lab.script.jobs.pop("*")
    task = moved(lab, directory, service)
    old = {"model/old": b"1", "executor_output.json": b'{"parameterValues": {"loss": "old"}}'}
    new = {"model/new": b"2", "kfp-sagemaker.loss.parameter": b"0.5", "executor_output.json": LEFT_OUT}
    lab.script.jobs["*-r1"] = leaving(lab, place_of(task, service), FINISHED, new)
    own = "" if service is Service.PROCESSING else "/kfp-sagemaker.files/output/the-first/output/model"
    lab.script.jobs["*"] = leaving(lab, f"{task.uri}{own}", first, old)
    return task


def check_that_only_the_second_counts(lab: Lab, task: MovedTask) -> None:
    assert {path for path in files_of(lab, task) if path.endswith(("/old", "/new"))} == {"model/new"}
    assert len(lab.carried_out(task.component.resource.create)) == 2
    check_outputs(task)


@pytest.mark.parametrize("service", Service)
def test_what_a_failed_attempt_left_is_not_in_the_results_of_the_next(lab: Lab, tmp_path: Path, service: Service) -> None:
    task = tried_twice(lab, tmp_path, service, JobScript(status="Failed", failure_reason="AlgorithmError: half way"))
    put(lab, {f"{task.uri}/executor-logs-0": b"of KFP"})
    assert "half way" in task.run().check(1).stderr
    assert "removed 2 objects that an earlier attempt left" in task.run().check().stderr
    check_that_only_the_second_counts(lab, task)
    assert "executor-logs-0" in files_of(lab, task)


def test_what_a_terminated_attempt_left_is_not_in_the_results_of_the_next(lab: Lab, tmp_path: Path) -> None:
    task = tried_twice(lab, tmp_path, Service.PROCESSING, RUNNING)
    process = task.start()
    lab.until_called("DescribeProcessingJob", times=2)
    process.send(signal.SIGTERM)
    process.wait().check(143)
    task.run().check()
    check_that_only_the_second_counts(lab, task)


def test_killed_while_it_removes_what_is_left(lab: Lab, tmp_path: Path) -> None:
    task = tried_twice(lab, tmp_path, Service.PROCESSING, JobScript(status="Failed", failure_reason="bad"))
    task.run().check(1)
    killed_before(lab, task, "DeleteObject")
    task.run().check()
    check_that_only_the_second_counts(lab, task)


def test_what_is_left_and_may_not_be_removed_fails_the_step(lab: Lab, tmp_path: Path) -> None:
    task = tried_twice(lab, tmp_path, Service.PROCESSING, JobScript(status="Failed", failure_reason="bad"))
    task.run().check(1)
    lab.faults({"operation": "s3:DeleteObject", "fault": "access_denied"})
    told = task.run().check(1).stderr
    assert f"an earlier attempt of this step left 2 objects at {task.uri}" in told
    assert "`kfp-sagemaker iam step` prints the policy" in told
    assert len(lab.carried_out("CreateProcessingJob")) == 1
