"""The digits sample: it compiles, runs from images to an accuracy, and leaves no endpoint, whatever happens."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import sagemaker_local
import yaml

SAMPLE = Path(__file__).parents[2] / "samples" / "digits"
IMAGE = "digits-sample:1"
COMMAND = [sys.executable, "-c", "from kfp_sagemaker.cli import main; main()", "local", "run"]


ENDLESS = """
    print("fitting for ever", flush=True)
    __import__("time").sleep(3600)
    classifier.fit("""


def container_with(folder: Path, program: str, old: str, new: str) -> Path:
    """A copy of the sample's container folder in which a text of one program is another."""
    copied = shutil.copytree(SAMPLE / "container", folder)
    text = (copied / program).read_text()
    assert old in text
    (copied / program).write_text(text.replace(old, new))
    return copied


@pytest.fixture(scope="module")
def sagemaker(tmp_path_factory: pytest.TempPathFactory, container_runner: str) -> Iterator[sagemaker_local.LocalSageMaker]:
    """A local SageMaker with the sample's image, one that cannot predict and one that never ends its training."""
    folder = tmp_path_factory.mktemp("images")
    images = {
        IMAGE: SAMPLE / "container",
        "wrong:1": container_with(folder / "wrong", "serve", "self.answer(200, ", "self.answer(500, "),
        "endless:1": container_with(folder / "endless", "train", "    classifier.fit(", ENDLESS),
    }
    with sagemaker_local.start(sagemaker_local.Settings(images=images, runner=container_runner)) as local:
        yield local


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compiled") / "digits.yaml"
    program = [sys.executable, "-c", "from kfp.cli.__main__ import main; main()"]
    command = [*program, "dsl", "compile", "--py", str(SAMPLE / "pipeline.py"), "--output", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return path


def client(local: sagemaker_local.LocalSageMaker, service: str) -> Any:
    environment = local.environment()
    return boto3.session.Session().client(
        service,
        endpoint_url=local.url,
        region_name=local.region,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def mutations(local: sagemaker_local.LocalSageMaker, since: int) -> list[str]:
    """SageMaker operations that change something, in the order of the calls."""
    verbs = ("Create", "Update", "Delete", "Stop")
    return [call.operation for call in local.calls[since:] if call.service == "sagemaker" and call.operation.startswith(verbs)]


def test_the_exit_task_is_not_cached_and_knows_the_endpoint_by_the_runs_id(compiled: Path) -> None:
    tasks = yaml.safe_load(compiled.read_text())["root"]["dag"]["tasks"]
    task = tasks["sagemaker-delete-endpoint"]
    assert task["triggerPolicy"]["strategy"] == "ALL_UPSTREAM_TASKS_COMPLETED"
    assert task["inputs"]["parameters"]["endpoint_name"]["runtimeValue"]["constant"] == "{{$.pipeline_job_uuid}}"
    assert not task["cachingOptions"]


def test_it_runs_from_source_with_a_local_sagemaker_of_its_own(tmp_path: Path, container_runner: str) -> None:
    command = [*COMMAND, str(SAMPLE / "pipeline.py"), "--image", f"{IMAGE}={SAMPLE / 'container'}", "--json"]
    command += ["--runner", container_runner]
    result = subprocess.run(
        [*command, "--output", str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    steps = {step["name"]: step for step in document["steps"]}
    assert list(steps) == ["plan", "split", "train", "register", "deploy", "evaluate", "take down"]
    assert steps["evaluate"]["parameters"]["accuracy"] > 0.9
    assert steps["evaluate"]["artifacts"]["metrics"]["metadata"] == {
        "accuracy": steps["evaluate"]["parameters"]["accuracy"],
        "images": 360,
    }
    assert steps["train"]["artifacts"]["metrics"]["metadata"]["validation:accuracy"] > 0.9
    assert document["run_id"] == steps["deploy"]["parameters"]["endpoint_name"]
    assert [arn.split(":")[5].split("/")[0] for arn in steps["take down"]["parameters"]["deleted"]] == [
        "endpoint",
        "endpoint-config",
        "model",
    ]
    assert "train: 1167 images" in result.stderr, "the job's own log is followed"


def test_jobs_are_really_created_and_the_endpoint_is_taken_down_when_the_body_fails(
    sagemaker: sagemaker_local.LocalSageMaker, compiled: Path, tmp_path: Path
) -> None:
    since = len(sagemaker.calls)
    options = ["--endpoint-url", sagemaker.url, "--arg", "image=wrong:1", "--json", "--output", str(tmp_path)]
    result = subprocess.run([*COMMAND, str(compiled), *options], capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 1, result.stderr
    document = json.loads(result.stdout)
    assert [step["name"] for step in document["steps"] if step["status"] == "failed"] == ["evaluate"]
    made = mutations(sagemaker, since)
    assert [operation for operation in made if operation.startswith("Create")] == [
        "CreateProcessingJob",
        "CreateTrainingJob",
        "CreateModel",
        "CreateEndpointConfig",
        "CreateEndpoint",
    ]
    assert {"DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"} <= set(made)
    (train,) = (step for step in document["steps"] if step["name"] == "train")
    api = client(sagemaker, "sagemaker")
    job = api.describe_training_job(TrainingJobName=train["parameters"]["job_name"])
    assert job["TrainingJobStatus"] == "Completed"
    assert job["AlgorithmSpecification"]["TrainingImage"] == "wrong:1"
    with pytest.raises(api.exceptions.ClientError, match="Could not find endpoint"):
        api.describe_endpoint(EndpointName=document["run_id"])


def test_ctrl_c_stops_the_training_job(sagemaker: sagemaker_local.LocalSageMaker, compiled: Path, tmp_path: Path) -> None:
    since = len(sagemaker.calls)
    options = ["--endpoint-url", sagemaker.url, "--arg", "image=endless:1", "--output", str(tmp_path)]
    process = subprocess.Popen(
        [*COMMAND, str(compiled), *options], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=dict(os.environ)
    )
    guard = threading.Timer(120, process.kill)
    guard.start()
    seen = []
    for line in process.stderr or ():
        seen.append(line)
        if "fitting for ever" in line:
            process.send_signal(signal.SIGINT)
    guard.cancel()
    assert process.wait() == 130, "".join(seen)
    (stop,) = (call for call in sagemaker.calls[since:] if call.operation == "StopTrainingJob")
    assert "train interrupted" in "".join(seen)
    assert "Traceback" not in "".join(seen)
    api = client(sagemaker, "sagemaker")
    job = api.describe_training_job(TrainingJobName=stop.parameters["TrainingJobName"])
    assert job["TrainingJobStatus"] in {"Stopping", "Stopped"}
