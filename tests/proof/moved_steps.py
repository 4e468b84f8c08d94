"""A moved step as a task of a run: its process is the container step, and its job leaves what such a job leaves in S3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kfp_sagemaker.container_step.encoding import encode
from kfp_sagemaker.container_step.step_spec import JobSettings, Service, StepSpec
from sagemaker_local.scripted import JobScript

from .component_table import COMPONENTS, MODEL_URL
from .lab import Lab
from .steps import RUN_ID, Task

BUCKET = "moved-steps"
FACES = {Service.PROCESSING: "v1/process", Service.TRAINING: "v1/train"}
LEFT_OUT = b'{"artifacts": {}}'
SPEC = StepSpec(
    "image:1", ("sh", "-c", "a\nb"), outputs={"parameters": {"loss": {"parameterType": "STRING"}}},
    job=JobSettings(role="arn:aws:iam::123456789012:role/jobs"))


@dataclass
class MovedTask(Task):
    """A task whose container is the container step. Its own files are in a folder of the test, its artifacts in S3."""

    step: str = ""
    data_uri: str = f"s3://{BUCKET}/in/data"

    @property
    def uri(self) -> str:
        return f"s3://{BUCKET}/{self.directory.parent.name}/digits/{RUN_ID}/the-task"

    def executor_input(self) -> str:
        data = {"name": "data", "uri": self.data_uri, "type": {"schemaTitle": "system.Dataset"}}
        model = {"name": "model", "uri": f"{self.uri}/model", "type": {"schemaTitle": "system.Model"}}
        return json.dumps({
            "inputs": {"parameterValues": {}, "artifacts": {"data": {"artifacts": [data]}}},
            "outputs": {"outputFile": str(self.root / "executor_output.json"),
                        "parameters": {"loss": {"outputFile": str(self.root / "parameters" / "loss")}},
                        "artifacts": {"model": {"artifacts": [model]}}},
        })

    def arguments(self) -> list[str]:
        return ["step", "--executor-input", self.executor_input(), "--step", self.step]


def moved(lab: Lab, directory: Path, service: Service = Service.PROCESSING, executor_output: bytes = LEFT_OUT) -> MovedTask:
    """A task with its input in S3, whose job leaves what such a job leaves there when it ends, however it ends."""
    encoded = encode(replace(SPEC, service=service))
    task = MovedTask(COMPONENTS[FACES[service]], {}, directory / "moved", lab.environment(), step=encoded)
    lab._tasks.append(task)
    put(lab, {f"s3://{BUCKET}/in/data": b"x", f"s3://{BUCKET}/in/data_of_others": b"y"})
    for names, script in lab.script.jobs.items():
        left = {"kfp-sagemaker.loss.parameter": b"0.5", "executor_output.json": executor_output}
        lab.script.jobs[names] = leaving(lab, place_of(task, service), script, left)
    return task


def place_of(task: MovedTask, service: Service) -> str:
    """Where the job leaves its files: with training, below what is to become its name."""
    return task.uri if service is Service.PROCESSING else MODEL_URL


def leaving(lab: Lab, place: str, script: JobScript, files: Mapping[str, bytes]) -> JobScript:
    """The script of a job that leaves these files at a place."""
    return replace(script, before_end=lambda _: put(lab, {f"{place}/{path}": body for path, body in files.items()}))


def put(lab: Lab, objects: Mapping[str, bytes]) -> None:
    s3 = lab.client("s3")
    for uri, body in objects.items():
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=key, Body=body)


def files_of(lab: Lab, task: MovedTask) -> set[str]:
    """Paths below the task root."""
    prefix = f"{task.uri.removeprefix(f's3://{BUCKET}/')}/"
    listed = lab.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())
    return {entry["Key"].removeprefix(prefix) for entry in listed}
