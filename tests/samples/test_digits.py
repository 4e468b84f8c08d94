"""The digits sample: it compiles, runs from images to an accuracy, and leaves no endpoint, whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sagemaker_local
import yaml
from sample_runs import (
    COMMAND,
    SAMPLES,
    client,
    compile_sample,
    mutations,
    read_object,
    request_of,
    run_sample,
    steps_by_name,
)

SAMPLE = SAMPLES / "digits"
IMAGE = "digits-sample:1"

ENDLESS = """
    __import__("time").sleep(3600)
    classifier.fit("""

WRONG_AS_AN_ENDPOINT = 'self.answer(200 if os.environ.get("SAGEMAKER_BATCH") else 500, '


def container_with(folder: Path, program: str, old: str, new: str) -> Path:
    """A copy of the sample's container folder in which a text of one program is another."""
    copied = shutil.copytree(SAMPLE / "container", folder)
    path = copied / "programs" / program
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return copied


@pytest.fixture(scope="module")
def sagemaker(tmp_path_factory: pytest.TempPathFactory, container_runner: str) -> Iterator[sagemaker_local.LocalSageMaker]:
    """A local SageMaker with the sample's image, one whose endpoints cannot predict and one that never ends its training."""
    folder = tmp_path_factory.mktemp("images")
    images = {
        IMAGE: SAMPLE / "container",
        "wrong:1": container_with(folder / "wrong", "serve", "self.answer(200, ", WRONG_AS_AN_ENDPOINT),
        "endless:1": container_with(folder / "endless", "train", "    classifier.fit(", ENDLESS),
    }
    with sagemaker_local.start(sagemaker_local.Settings(images=images, runner=container_runner)) as local:
        yield local


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_sample(SAMPLE / "pipeline.py", tmp_path_factory.mktemp("compiled") / "digits.yaml")


def test_the_exit_task_is_not_cached_and_knows_the_endpoint_by_the_runs_id(compiled: Path) -> None:
    tasks = yaml.safe_load(compiled.read_text())["root"]["dag"]["tasks"]
    task = tasks["sagemaker-delete-endpoint"]
    assert task["triggerPolicy"]["strategy"] == "ALL_UPSTREAM_TASKS_COMPLETED"
    assert task["inputs"]["parameters"]["endpoint_name"]["runtimeValue"]["constant"] == "{{$.pipeline_job_uuid}}"
    assert not task["cachingOptions"]


def test_on_ack_it_is_the_same_pipeline_but_for_its_import(compiled: Path, tmp_path: Path) -> None:
    source = tmp_path / "pipeline.py"
    source.write_text((SAMPLE / "pipeline.py").read_text().replace("kfp_sagemaker.v1", "kfp_sagemaker.v2.flat"))
    here, there = (yaml.safe_load(path.read_text()) for path in (compiled, compile_sample(source, tmp_path / "ack.yaml")))

    assert there["root"] == here["root"]
    commands = [[executor["container"]["command"][-1] for executor in spec["deploymentSpec"]["executors"].values()
                 if executor["container"]["command"][:3] == ["python3", "-m", "kfp_sagemaker"]] for spec in (here, there)]
    assert len(commands[0]) >= 7
    assert commands[1] == [component.replace("v1/", "v2/flat/") for component in commands[0]]


def test_it_runs_from_source_with_a_local_sagemaker_of_its_own(
    tmp_path: Path, container_runner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--image", f"{IMAGE}={SAMPLE / 'container'}", "--runner", container_runner, "--output", str(tmp_path)]
    document, told = run_sample(SAMPLE / "pipeline.py", *options)
    steps = steps_by_name(document)
    assert steps.keys() == {
        "plan", "split", "tune", "train", "register", "deploy", "transform", "evaluate", "take down"
    }  # fmt: skip
    accuracy = steps["evaluate"]["parameters"]["accuracy"]
    assert accuracy > 0.9
    assert steps["evaluate"]["parameters"]["transform_accuracy"] == accuracy, "one model, one set of images"
    assert steps["evaluate"]["artifacts"]["metrics"]["metadata"] == {
        "accuracy": accuracy,
        "transform_accuracy": accuracy,
        "images": 360,
    }
    assert steps["train"]["artifacts"]["metrics"]["metadata"]["validation:accuracy"] > 0.9
    assert document["run_id"] == steps["deploy"]["parameters"]["endpoint_name"]
    assert [arn.split(":")[5].split("/")[0] for arn in steps["take down"]["parameters"]["deleted"]] == [
        "endpoint",
        "endpoint-config",
        "model",
    ]
    assert "train: 1167 images" in told, "the job's own log is followed"


def test_jobs_are_really_created_and_the_endpoint_is_taken_down_when_the_body_fails(
    sagemaker: sagemaker_local.LocalSageMaker, compiled: Path, tmp_path: Path
) -> None:
    since = len(sagemaker.calls)
    options = ["--endpoint-url", sagemaker.url, "--arg", "image=wrong:1", "--output", str(tmp_path)]
    document, _ = run_sample(compiled, *options, status=1)
    assert [step["name"] for step in document["steps"] if step["status"] == "failed"] == ["evaluate"]
    calls = sagemaker.calls[since:]
    assert mutations(calls) == {
        "CreateProcessingJob": 1,
        "CreateHyperParameterTuningJob": 1,
        "CreateTrainingJob": 1,
        "CreateModel": 1,
        "CreateTransformJob": 1,
        "CreateEndpointConfig": 1,
        "CreateEndpoint": 1,
        "DeleteEndpoint": 1,
        "DeleteEndpointConfig": 1,
        "DeleteModel": 1,
    }
    outputs = {name: step["parameters"] for name, step in steps_by_name(document).items() if step["parameters"]}
    api = client(sagemaker, "sagemaker")
    with pytest.raises(api.exceptions.ClientError, match="Could not find endpoint"):
        api.describe_endpoint(EndpointName=document["run_id"])

    tuning = api.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=outputs["tune"]["hpo_job_name"])
    assert tuning["TrainingJobStatusCounters"]["Completed"] == 4
    assert tuning["BestTrainingJob"]["TrainingJobName"] == outputs["tune"]["best_job_name"]
    best = tuning["BestTrainingJob"]["TunedHyperParameters"]
    assert best.keys() == {"C", "gamma"}
    sent = request_of(calls, "CreateTrainingJob")["HyperParameters"]
    assert {name: float(value) for name, value in sent.items()} == {name: float(value) for name, value in best.items()}
    job = api.describe_training_job(TrainingJobName=outputs["train"]["job_name"])
    assert job["TrainingJobStatus"] == "Completed"
    assert job["AlgorithmSpecification"]["TrainingImage"] == "wrong:1"
    (accuracy,) = (each["Value"] for each in job["FinalMetricDataList"] if each["MetricName"] == "validation:accuracy")
    assert accuracy == tuning["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]

    lines = read_object(sagemaker, f"{outputs['transform']['output_location']}/digits.csv.out").splitlines()
    expected = [line.partition(",")[0] for line in read_object(sagemaker, outputs["plan"]["test_images"]).splitlines()]
    assert [line.split(",")[0] for line in lines] == expected
    assert sum(digit == told for digit, told in (line.split(",") for line in lines)) > 0.9 * len(lines)


def test_ctrl_c_stops_the_tuning_job_and_its_training_jobs(
    sagemaker: sagemaker_local.LocalSageMaker, compiled: Path, tmp_path: Path
) -> None:
    since = len(sagemaker.calls)
    api = client(sagemaker, "sagemaker")
    options = ["--endpoint-url", sagemaker.url, "--arg", "image=endless:1", "--output", str(tmp_path)]
    process = subprocess.Popen(
        [*COMMAND, str(compiled), *options], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=dict(os.environ)
    )
    guard = threading.Timer(1200, process.kill)
    guard.start()
    seen = []
    for line in process.stderr or ():
        seen.append(line)
        if line.startswith("tune|") and "InProgress" in line:
            name = request_of(sagemaker.calls[since:], "CreateHyperParameterTuningJob")["HyperParameterTuningJobName"]
            while process.poll() is None and [job["TrainingJobStatus"] for job in jobs_of(api, name)] != ["InProgress"] * 2:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
    guard.cancel()
    assert process.wait() == 130, "".join(seen)
    assert request_of(sagemaker.calls[since:], "StopHyperParameterTuningJob") == {"HyperParameterTuningJobName": name}
    assert "tune interrupted" in "".join(seen)
    assert "Traceback" not in "".join(seen)
    stopped = api.get_waiter("training_job_completed_or_stopped")
    for job in jobs_of(api, name):
        stopped.wait(TrainingJobName=job["TrainingJobName"], WaiterConfig={"Delay": 0.2, "MaxAttempts": 3000})
    assert [job["TrainingJobStatus"] for job in jobs_of(api, name)] == ["Stopped"] * 2


def jobs_of(api: Any, name: str) -> list[Any]:
    listed = api.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    return list(listed["TrainingJobSummaries"])
