"""A step of the component ``v1/train`` in its image, as a pod runs it, against a local SageMaker whose job is a container too.

The container sees the files that KFP mounts or makes, the machine's network, and the variables that lead an AWS SDK to the
local SageMaker; nothing of the checkout.
"""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from docker_engine import ComponentImage
from sagemaker_local import LocalSageMaker, Settings, start

PARAMETERS = ("model_artifact_url", "job_name", "training_image", "arn")
ARTIFACTS = {"model": "system.Model", "metrics": "system.Metrics", "card": "system.Markdown"}
OUTPUT_FILE = "/tmp/kfp_outputs/output_metadata.json"

ADD_UP = "; ".join([  # a line, because the API takes no other entrypoint
    "import pathlib",
    "numbers = pathlib.Path('/opt/ml/input/data/train/numbers').read_text().split()",
    "print('added', len(numbers), 'numbers')",
    "pathlib.Path('/opt/ml/model/sum').write_text(str(sum(map(int, numbers))))",
])
MOUNTS = ("/s3", "/tmp/kfp", "/tmp/kfp_outputs")


@dataclass(frozen=True)
class Pod:
    """Where the files of a step's container lie on this machine. Its user is not this machine's, so all may write there."""

    directory: Path

    def options(self) -> list[str]:
        options = []
        for target in MOUNTS:
            source = self.here(target)
            source.mkdir(parents=True, exist_ok=True)
            source.chmod(0o777)
            options += ["--volume", f"{source}:{target}"]
        return options

    def here(self, path: str) -> Path:
        return self.directory / path.lstrip("/")


@pytest.fixture
def sagemaker(image: ComponentImage, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSageMaker]:
    monkeypatch.setenv("DOCKER_HOST", image.engine.environment["DOCKER_HOST"])
    with start(Settings(runner="docker")) as running:
        yield running


def test_a_training_step_runs_its_job_and_leaves_its_outputs(
    image: ComponentImage, sagemaker: LocalSageMaker, tmp_path: Path
) -> None:
    storage, bucket = client(sagemaker, "s3"), sagemaker.settings.default_bucket
    storage.put_object(Bucket=bucket, Key="numbers/numbers", Body=b"1 2 3 4\n")
    pod, root = Pod(tmp_path), f"s3://{bucket}/pipelines/sums/run-1/train/execution-1"

    ended = run_step(image, sagemaker, pod, executor_input(root, {
        "role": "arn:aws:iam::123456789012:role/training",
        "image": image.base,
        "channels": [channel(f"s3://{bucket}/numbers/")],
        "model_artifact_path": f"s3://{bucket}/models",
        "instance_type": "ml.m5.large",
        "volume_size": 1,
        "max_run_time": 300,
        "extra_request": {"AlgorithmSpecification": {"ContainerEntrypoint": ["python3", "-c", ADD_UP]}},
    }))

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "added 4 numbers" in ended.stdout + ended.stderr
    created = [call for call in sagemaker.calls if call.operation == "CreateTrainingJob"]
    assert len(created) == 1
    job = client(sagemaker, "sagemaker").describe_training_job(TrainingJobName=created[0].parameters["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed"
    written = {name: pod.here(f"/tmp/kfp/outputs/{name}").read_text() for name in PARAMETERS}
    assert written == {
        "model_artifact_url": job["ModelArtifacts"]["S3ModelArtifacts"],
        "job_name": job["TrainingJobName"],
        "training_image": image.base,
        "arn": job["TrainingJobArn"],
    }
    assert model_files(storage, written["model_artifact_url"]) == {"sum": b"10"}
    merged = json.loads(pod.here(OUTPUT_FILE).read_text())["artifacts"]
    assert {name: merged[name]["artifacts"][0]["uri"] for name in merged} == {name: f"{root}/{name}" for name in ARTIFACTS}
    assert job["TrainingJobName"] in pod.here(f"{root}/card".replace("s3://", "/s3/")).read_text()


def test_a_step_whose_job_fails_says_why(image: ComponentImage, sagemaker: LocalSageMaker, tmp_path: Path) -> None:
    bucket = sagemaker.settings.default_bucket
    client(sagemaker, "s3").put_object(Bucket=bucket, Key="numbers/numbers", Body=b"1 two 3\n")

    ended = run_step(image, sagemaker, Pod(tmp_path), executor_input(f"s3://{bucket}/pipelines/sums/run-2/train/execution-1", {
        "role": "arn:aws:iam::123456789012:role/training",
        "image": image.base,
        "channels": [channel(f"s3://{bucket}/numbers/")],
        "model_artifact_path": f"s3://{bucket}/models",
        "instance_type": "ml.m5.large",
        "extra_request": {"AlgorithmSpecification": {"ContainerEntrypoint": ["python3", "-c", ADD_UP]}},
    }))

    assert ended.returncode == 1
    assert "ValueError: invalid literal for int() with base 10: 'two'" in ended.stdout + ended.stderr  # the job's own log
    assert "AlgorithmError" in ended.stderr
    assert 'File "/opt/kfp-sagemaker' not in ended.stdout + ended.stderr


def run_step(image: ComponentImage, sagemaker: LocalSageMaker, pod: Pod, document: str) -> subprocess.CompletedProcess[str]:
    variables = [word for name, value in sagemaker.environment().items() for word in ("--env", f"{name}={value}")]
    return image.run("python3", "-m", "kfp_sagemaker", "v1/train", "--executor-input", document,
                     options=("--network", "host", *variables, *pod.options()))


def executor_input(root: str, parameters: dict[str, Any]) -> str:
    """What KFP's launcher passes for ``{{$}}``."""
    artifacts = {
        name: {"artifacts": [{"name": name, "type": {"schemaTitle": title, "schemaVersion": "0.0.1"}, "uri": f"{root}/{name}",
                              "metadata": {}}]}
        for name, title in ARTIFACTS.items()
    }
    return json.dumps({
        "inputs": {"parameterValues": parameters},
        "outputs": {
            "parameters": {name: {"outputFile": f"/tmp/kfp/outputs/{name}"} for name in PARAMETERS},
            "artifacts": artifacts,
            "outputFile": OUTPUT_FILE,
        },
    })


def channel(uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": "train", "DataSource": {"S3DataSource": source}}


def client(sagemaker: LocalSageMaker, service: str) -> Any:
    variables = sagemaker.environment()
    session: Any = boto3.Session(
        variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name=variables["AWS_REGION"]
    )
    return session.client(service, endpoint_url=variables["AWS_ENDPOINT_URL"])


def model_files(storage: Any, uri: str) -> dict[str, bytes]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = storage.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        return {Path(member.name).name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]
