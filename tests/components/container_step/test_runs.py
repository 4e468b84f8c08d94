"""Moved steps, run: what a pipeline gives is the same whether its steps run in the cluster or as SageMaker jobs.

The jobs really run, in namespaces of this machine. Each comparison counts the jobs, since two runs that do nothing are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from kfp_sagemaker import run_on_sagemaker
from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy
from sagemaker_local import LocalSageMaker

from . import moved_pipelines
from .conftest import Ran
from .executor_inputs import ROLE

Run = Callable[..., Ran]
TEXT = "a'b\"c$(d) `e` é\\\n漢"


def stay(component: Any, **_: Any) -> Any:
    return component


def move(component: Any, **settings: Any) -> Any:
    return run_on_sagemaker(component, role=ROLE, **settings)


def parameters(ran: Ran) -> dict[str, Any]:
    return {step["task"]: step["parameters"] for step in ran.document["steps"]}


def artifacts(ran: Ran) -> dict[tuple[str, str], Any]:
    return {
        (step["task"], name): (artifact["type"], artifact["metadata"], artifact["uri"].rpartition("/")[2],
                               ran.contents(step["task"], name) if artifact["path"] else None)
        for step in ran.document["steps"] for name, artifact in step["artifacts"].items()
    }


def test_moved_steps_give_what_they_gave(run_pipeline: Run) -> None:
    moved = run_pipeline(moved_pipelines.everything(move), text=TEXT)
    assert moved.status == 0, moved.progress
    assert moved.jobs == ("CreateProcessingJob", "CreateProcessingJob", "CreateTrainingJob")
    stayed = run_pipeline(moved_pipelines.everything(stay), text=TEXT)
    assert stayed.status == 0, stayed.progress
    assert stayed.jobs == ()

    echo = {"number": 3, "ratio": 0.25, "flag": True, "items": [1, "é"], "table": {"k": [1, 2.5]}, "optional": None,
            "default": "d'é\"$(x)\n", "own": True}
    assert parameters(moved)["make"] == {"echo": {**echo, "env": "red"}, "uri": "model", "side": "beside\n"}
    assert parameters(stayed)["make"]["echo"] == {**echo, "env": ""}
    for task in ("read", "shell"):
        assert parameters(moved)[task] == parameters(stayed)[task]
    assert parameters(moved)["read"]["Output"] == f"{TEXT} ['weights.bin'] none True"
    assert parameters(moved)["shell"]["result"] == f"--text={TEXT};|--extra|e|none|$(date) '\"\\ é|"
    assert artifacts(moved) == artifacts(stayed)
    assert artifacts(moved)["make", "metrics"][1] == {"accuracy": 0.5}
    assert artifacts(moved)["make", "page"][2:] == ("page.html", {".": "<b>é</b>".encode()})
    assert artifacts(moved)["shell", "copy"][3] == {".": TEXT.encode()}
    assert "LINE OF THE PROGRAM" in moved.progress


def test_more_artifacts_than_a_job_has_inputs_and_images_without_a_shell(run_pipeline: Run) -> None:
    ran = run_pipeline(moved_pipelines.many_inputs(move))
    assert ran.status == 0, ran.progress
    assert ran.jobs == ("CreateProcessingJob",) * 3
    assert ran.step("joined")["parameters"]["names"] == "abcdefghijmodel2"
    assert ran.contents("copied", "copy") == {".": b"a"}
    assert ran.contents("copied-by-entrypoint", "copy") == {".": b"b"}


def test_without_links_the_program_sees_the_mounts_and_kfp_its_own_uris(run_pipeline: Run, local: LocalSageMaker) -> None:
    manager = boto3.session.Session().client(
        "secretsmanager", endpoint_url=local.url, region_name=local.region, aws_access_key_id="x", aws_secret_access_key="x")
    arn = manager.create_secret(Name="of-a-moved-step", SecretString='{"color": "s3cr3t \'green\'"}')["ARN"]
    secret = Secret("COLOR", SecretPolicy.SECRETS_MANAGER, arn, "color")
    ran = run_pipeline(moved_pipelines.unlinked(move, (secret,)), text="some text")
    assert ran.status == 0, ran.progress
    assert ran.jobs == ("CreateProcessingJob", "CreateTrainingJob")
    assert ran.step("make")["parameters"]["echo"]["env"] == "s3cr3t 'green'"
    assert ran.step("make")["parameters"]["echo"]["own"] is False
    assert ran.step("read")["parameters"]["Output"] == "some text ['weights.bin'] none False"
    for name, artifact in ran.step("make")["artifacts"].items():
        assert artifact["uri"].startswith("s3://kfp-artifacts/v2/artifacts/unlinked/"), name
    assert ran.contents("make", "page") == {".": "<b>é</b>".encode()}


def test_what_only_training_jobs_have_makes_the_step_one(run_pipeline: Run, s3: Any) -> None:
    s3.create_bucket(Bucket="points")
    settings = {"checkpoint_local_path": "/work/points", "checkpoint_s3_uri": "s3://points/mine", "keep_alive": 600}
    ran = run_pipeline(moved_pipelines.with_checkpoints(move, settings))
    assert ran.status == 0, ran.progress
    assert ran.jobs == ("CreateTrainingJob",)
    assert ran.step("keeps-a-checkpoint")["parameters"]["Output"] == "/work/points"
    assert s3.get_object(Bucket="points", Key="mine/state")["Body"].read() == b"epoch 1"


def test_a_program_that_fails_fails_its_step(run_pipeline: Run) -> None:
    ran = run_pipeline(moved_pipelines.failing(move))
    assert ran.status == 1
    assert ran.jobs == ("CreateProcessingJob",)
    assert ran.step("fail")["status"] == "failed"
    assert ran.step("fail")["artifacts"] == {}
    assert "it went wrong" in ran.progress
    assert "AlgorithmError" in ran.progress


@pytest.mark.parametrize("setting", ["role"])
def test_a_setting_that_is_missing_fails_the_step_before_a_job_is_made(run_pipeline: Run, setting: str) -> None:
    ran = run_pipeline(moved_pipelines.failing(run_on_sagemaker))
    assert ran.status == 1
    assert ran.jobs == ()
    assert f"sagemaker_{setting}: required, and not given" in ran.progress


@pytest.mark.parametrize(("text", "count", "is_large"), [("ab\n", 100_000, True), ("é'", 10, False)])
def test_large_values_go_from_step_to_step_by_way_of_s3(
    run_pipeline: Run, s3: Any, text: str, count: int, is_large: bool
) -> None:
    ran = run_pipeline(moved_pipelines.large_values(move), text=text, count=count)
    assert ran.status == 0, ran.progress
    assert ran.step("measure")["parameters"]["Output"] == [len(text) * count, count, (text * 2)[:3]]
    whole = ran.step("repeat")["parameters"]["whole"]
    if not is_large:
        assert whole == text * count
        return
    bucket, _, key = whole.removeprefix("s3://").partition("/")
    assert key.startswith("v2/artifacts/large-values/kfp-sagemaker.values/")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() == text * count
