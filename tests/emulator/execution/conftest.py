"""Jobs and endpoints run for real, against S3 and CloudWatch Logs of moto; what the execution reports is recorded."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from recorders import REGION, Aws, Endpoint, Job
from sagemaker_local.events import JobFaults, Services
from sagemaker_local.execution import ContainerExecution, Limits
from sagemaker_local.runners import choose_runner
from waiting import PATIENCE

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
DOCKER_BASE = "sagemaker-local-tests:debian"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def clients(moto_url: str) -> tuple[Any, Any]:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return tuple(session.client(name, endpoint_url=moto_url) for name in ("s3", "logs"))  # type: ignore[return-value]


_numbers = itertools.count()


@pytest.fixture
def aws(moto_url: str, clients: tuple[Any, Any]) -> Aws:
    s3, logs = clients
    bucket = f"bucket-{next(_numbers)}"
    s3.create_bucket(Bucket=bucket)
    environment = {"AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    return Aws(Services(moto_url, REGION, "123456789012", client_environment=environment), s3, logs, bucket)


@pytest.fixture(scope="session")
def docker_base() -> str:
    """The image that the docker tests build on, made without a registry."""
    script = Path(__file__).parents[3] / "scripts" / "docker-engine"
    subprocess.run([script, "base-image", DOCKER_BASE], check=True, capture_output=True)
    return DOCKER_BASE


@pytest.fixture
def image_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of the image that every URI stands for: a base with nothing in it, unless the test adds something."""
    base = request.getfixturevalue("docker_base") if request.getfixturevalue("runner") == "docker" else "scratch"
    folder = tmp_path / "image"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {base}\n")
    return folder


@pytest.fixture
def stop_grace() -> float:
    """Seconds; enough where it does not matter what ends a container. The tests of SIGTERM's handlers wait for them."""
    return 0.2


@pytest.fixture
def file_system(tmp_path: Path) -> Path:
    """The folder that stands for the file system fs-12345678."""
    folder = tmp_path / "file-system"
    folder.mkdir()
    return folder


@pytest.fixture
def execution(
    runner: str, aws: Aws, image_folder: Path, tmp_path: Path, stop_grace: float, file_system: Path
) -> Iterator[ContainerExecution]:
    """On the runner that the test names. Nothing is left behind."""
    limits = Limits(stop_grace, endpoint_stop_grace=0.2, startup_health_check=PATIENCE, synchronisation=0.1, log_flush=0.1)
    data = tmp_path / "data"
    made = ContainerExecution(
        aws.services, choose_runner(runner), data, {"*": image_folder}, limits, file_systems={"fs-12345678": file_system}
    )
    yield made
    made.close()
    assert list(data.iterdir()) == []


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of the jobs that run forward, by seconds: for limits of time, however slow the machine is."""
    leapt = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + sum(leapt), time=time.time, sleep=time.sleep)
    for name in ("context", "training_job", "processing_job", "tuning_job"):
        monkeypatch.setattr(f"sagemaker_local.execution.{name}.time", clock)
    return leapt.append


@pytest.fixture
def start_training(execution: ContainerExecution, aws: Aws) -> Callable[..., Job]:
    """Start a training job that runs a shell script; other members of the request as keywords."""

    def start(script: str | None = "true", faults: JobFaults | None = None, warm_pool: str = "", **members: Any) -> Job:
        algorithm = {"TrainingImage": "train:1", "TrainingInputMode": "File", **members.pop("AlgorithmSpecification", {})}
        if script is not None:
            algorithm |= {"ContainerEntrypoint": ["sh", "-c"], "ContainerArguments": [script]}
        request = {
            "RoleArn": ROLE,
            "AlgorithmSpecification": algorithm,
            "OutputDataConfig": {"S3OutputPath": aws.uri("out")},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **members,
        }
        job = Job("TrainingJob", request, f"train-{next(_numbers)}", faults or JobFaults(), warm_pool=warm_pool)
        execution.start_job(job)
        return job

    return start


@pytest.fixture
def start_processing(execution: ContainerExecution) -> Callable[..., Job]:
    """Start a processing job that runs a shell script; other members of the request as keywords."""

    def start(script: str | None = "true", faults: JobFaults | None = None, **members: Any) -> Job:
        application: dict[str, Any] = {"ImageUri": "process:1"}
        if script is not None:
            application |= {"ContainerEntrypoint": ["sh", "-c"], "ContainerArguments": [script]}
        cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
        request = {
            "RoleArn": ROLE,
            "AppSpecification": application,
            "ProcessingResources": {"ClusterConfig": cluster},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **members,
        }
        job = Job("ProcessingJob", request, f"process-{next(_numbers)}", faults or JobFaults())
        execution.start_job(job)
        return job

    return start


@pytest.fixture
def start_job(execution: ContainerExecution) -> Callable[..., Job]:
    """Start a job of any kind; ``models`` are those that it names."""

    def start(kind: str, request: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]] | None = None) -> Job:
        name = f"{kind.lower()}-{next(_numbers)}"
        job = Job(kind, {f"{kind}Name": name, "RoleArn": ROLE, **request}, name, models=models or {})
        execution.start_job(job)
        return job

    return start


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """A processing job to be started by the test itself."""

    def make(members: Mapping[str, Any]) -> Job:
        cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
        request = {"RoleArn": ROLE, "ProcessingResources": {"ClusterConfig": cluster}, **members}
        return Job("ProcessingJob", request, f"process-{next(_numbers)}")

    return make


@pytest.fixture
def deploy(execution: ContainerExecution) -> Callable[..., Endpoint]:
    """Create (or update) an endpoint whose variants are given as name to (model request, weight), ``members`` more of each."""

    def start(
        name: str, variants: Mapping[str, tuple[Mapping[str, Any], float]], *, update: bool = False, **members: Any
    ) -> Endpoint:
        members |= {"InitialInstanceCount": 1}
        config = [
            {"VariantName": variant, "ModelName": variant, "InitialVariantWeight": weight, **members}
            for variant, (_, weight) in variants.items()
        ]
        models = {variant: {"ModelName": variant, **model} for variant, (model, _) in variants.items()}
        endpoint = Endpoint(name, {"EndpointConfigName": "config", "ProductionVariants": config}, models)
        (execution.update_endpoint if update else execution.start_endpoint)(endpoint)
        return endpoint

    return start


@pytest.fixture(scope="session")
def channel() -> Callable[..., dict[str, Any]]:
    """A channel of InputDataConfig."""

    def make(name: str, uri: str, **members: Any) -> dict[str, Any]:
        source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
        source |= members.pop("S3DataSource", {})
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **members}

    return make
