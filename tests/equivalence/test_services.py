"""Steps as training jobs with what only those have: converted, run by the local SageMaker, and what they leave."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from conversions import CONFIGURATION, moved_by
from kfp_sagemaker_converter.configuration.configuration import Job
from observation import Observation
from runs import Lab, compiled
from sagemaker_local.fault_rules import parse_rules
from waiting import until

SPOT = {"spot_instance": True, "max_run_time": 2_000_000, "max_wait_time": 2_400_000}
VPC = {"subnets": ("subnet-1",), "security_group_ids": ("sg-1",)}
CREDENTIALS = "arn:aws:lambda:us-east-1:123456789012:function:registry"


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of training jobs and their containers forward, by seconds."""
    leapt = [0.0]
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + sum(leapt), time=time.time, sleep=time.sleep)
    for name in ("training_job", "container_group"):
        monkeypatch.setattr(f"sagemaker_local.execution.{name}.time", clock)
    return leapt.append


@pytest.fixture
def faults(lab: Lab) -> Iterator[Callable[..., None]]:
    yield lambda *rules: lab.sagemaker.faults.add(parse_rules(list(rules)))
    lab.sagemaker.faults.clear()


@pytest.fixture
def run(lab: Lab, tmp_path: Path) -> Callable[..., Observation]:
    """Compile a pipeline, convert it with these settings of its jobs, and run it."""

    def run_it(pipeline: str, job: Job | None = None, placement: str = "all", **arguments: Any) -> Observation:
        ir = compiled("services", pipeline, tmp_path)
        target = moved_by(ir, tmp_path / "moved.yaml", defaults=job or Job(), placement=placement)
        return lab.observed_run(target, arguments, f"{tmp_path.name}-{pipeline}")

    return run_it


def described(lab: Lab, before: int) -> list[dict[str, Any]]:
    """The training jobs that were created after so many calls."""
    sagemaker: Any = boto3.session.Session().client(
        "sagemaker", endpoint_url=lab.sagemaker.url, region_name=lab.sagemaker.region, aws_access_key_id="x",
        aws_secret_access_key="x")
    names = [call.name for call in lab.sagemaker.calls[before:] if call.operation == "CreateTrainingJob"]
    return [sagemaker.describe_training_job(TrainingJobName=name) for name in names]


def statuses_of(job: dict[str, Any]) -> list[str]:
    return [each["Status"] for each in job["SecondaryStatusTransitions"]]


def keys(lab: Lab, bucket: str) -> list[str]:
    pages = lab.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", ())]


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({}, "/opt/ml/checkpoints"),
        ({"checkpoint_local_path": "/work/points", "checkpoint_s3_uri": "s3://points/of/this"}, "/work/points"),
    ],
)
def test_an_interrupted_spot_job_goes_on_from_its_checkpoint(
    lab: Lab, run: Callable[..., Observation], faults: Callable[..., None], leap: Callable[[float], None],
    settings: dict[str, str], place: str,
) -> None:
    bucket, ending = ("points", "of/this/state.json") if settings else ("kfp-artifacts", "/checkpoints/state.json")
    lab.s3.create_bucket(Bucket=bucket)
    faults({"fault": "spot_interruption", "after": 600})

    def interrupt_with_a_checkpoint() -> None:
        """The step hears of it, below its shells, and has the time to write another one."""
        until(lambda: [key for key in keys(lab, bucket) if key.endswith(ending)])
        leap(600)

    before = len(lab.sagemaker.calls)
    watching = threading.Thread(target=interrupt_with_a_checkpoint)
    watching.start()
    ran = run("interrupted", Job(**SPOT, **settings), folder=place if settings else "")
    watching.join()

    assert ran.trace == ("trains",), ran.progress
    assert ran.jobs == {"CreateTrainingJob": 1}
    assert ran.values() == {"trains.Output": {"epoch": 4, "place": place}}
    assert ran.steps[0].artifacts["model"].files == {"": b"trained from epoch 4"}
    (job,) = described(lab, before)
    assert statuses_of(job) == ["Starting", "Downloading", "Training", "Interrupted", "Starting", "Downloading", "Training",
                                "Uploading", "Completed"]
    assert job["EnableManagedSpotTraining"] is True
    assert 0 < job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]
    assert f"{job['TrainingTimeInSeconds']} s trained, {job['BillableTimeInSeconds']} s billed" in ran.progress


def test_the_next_step_like_it_runs_on_the_same_instances(lab: Lab, run: Callable[..., Observation]) -> None:
    before = len(lab.sagemaker.calls)
    ran = run("one_after_the_other", Job(keep_alive=600))
    assert ran.values() == {"counts-runs.Output": 1, "counts-runs-2.Output": 2}, ran.progress
    first, second = described(lab, before)
    assert (first["WarmPoolStatus"]["Status"], first["WarmPoolStatus"]["ReusedByJob"]) == ("Reused", second["TrainingJobName"])
    assert second["WarmPoolStatus"] == {"Status": "Available"}


@pytest.mark.parametrize("credentials", [None, CREDENTIALS])
def test_an_image_of_a_private_registry(lab: Lab, run: Callable[..., Observation], credentials: str | None) -> None:
    before = len(lab.sagemaker.calls)
    ran = run("of_a_private_registry", Job(registry_access="Vpc", registry_credentials_arn=credentials, **VPC))
    assert ran.values() == {"told.told": "it's here"}, ran.progress
    (job,) = described(lab, before)
    assert job["AlgorithmSpecification"]["TrainingImage"] == "registry.example.com/team/tool:1"
    by = {"TrainingRepositoryAuthConfig": {"TrainingRepositoryCredentialsProviderArn": credentials}} if credentials else {}
    assert job["AlgorithmSpecification"]["TrainingImageConfig"] == {"TrainingRepositoryAccessMode": "Vpc", **by}
    assert job["VpcConfig"] == {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}


def test_a_private_registry_without_a_vpc_is_refused_before_anything_is_sent(run: Callable[..., Observation]) -> None:
    """The configuration names the VPC, and the run takes it away."""
    job = Job(registry_access="Vpc", subnets=("subnet-1",), security_group_ids=("sg-1",))
    ran = run("of_a_private_registry", job, sagemaker_subnets="", sagemaker_security_group_ids="")
    assert (ran.trace, ran.jobs) == (("told!",), {})
    assert "a private registry is reached through a VPC: give subnets and security_group_ids" in ran.progress


def test_eight_gpus_are_of_a_training_job(lab: Lab, run: Callable[..., Observation]) -> None:
    before = len(lab.sagemaker.calls)
    ran = run("eight_gpus", placement=CONFIGURATION.placement)
    assert ran.values() == {"on-gpus.Output": "ml.p4de.24xlarge"}, ran.progress
    (job,) = described(lab, before)
    assert job["ResourceConfig"]["InstanceType"] == "ml.p4de.24xlarge"


@pytest.mark.parametrize("service", ["training", "processing"])
def test_artifacts_of_more_than_ten_buckets(lab: Lab, run: Callable[..., Observation], service: str) -> None:
    for name in "abcdefghijk":
        lab.s3.create_bucket(Bucket=f"bucket-of-{name}")
        lab.s3.put_object(Bucket=f"bucket-of-{name}", Key="data", Body=name.encode())
    ran = run("from_eleven_buckets", Job(service=service))
    if service == "training":
        assert ran.values() == {"joins.told": "abcdefghijk"}, ran.progress
        assert ran.jobs == {"CreateTrainingJob": 1}
    else:
        assert (ran.trace[-1], ran.jobs) == ("joins!", {})
        assert "a processing job takes those of 9: set service: training, which takes those of 19" in ran.progress
