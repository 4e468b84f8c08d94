"""The request of a moved step's job: what is asked of SageMaker, under which name, and what is refused first."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kfp_sagemaker.container_step.job import plan_job, prepared_job
from kfp_sagemaker.container_step.step_spec import (
    Candidate,
    JobSettings,
    Resources,
    Secret,
    SecretPolicy,
    Service,
    StepSpec,
    UriMode,
)
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.kfp_io import parse_executor_input

from .executor_inputs import ROLE, ROOT, RUN_ID, executor_input
from .job_requests import SPEC, TRAINING, request, with_job


def test_a_processing_job_runs_the_script_and_uploads_to_the_task_root() -> None:
    made = request(SPEC, executor_input(artifacts={"data": "s3://b/k", "more": "s3://c/k"}))
    assert made["AppSpecification"] == {
        "ImageUri": "python:3.11", "ContainerEntrypoint": ["sh", "/opt/ml/processing/input/step/run.sh"]}
    script, artifacts, more = made["ProcessingInputs"]
    assert script["S3Input"]["S3Uri"].startswith(f"{ROOT}/kfp-sagemaker.files/step-")
    assert (script["S3Input"]["LocalPath"], script["S3Input"]["S3DataType"]) == ("/opt/ml/processing/input/step", "S3Prefix")
    assert artifacts["S3Input"]["S3Uri"] == f"{ROOT}/kfp-sagemaker.files/artifacts.manifest"
    assert artifacts["S3Input"]["S3DataType"] == "ManifestFile"
    assert more["S3Input"]["LocalPath"] == "/opt/ml/processing/input/artifacts-1"
    (output,) = made["ProcessingOutputConfig"]["Outputs"]
    assert output["S3Output"] == {
        "S3Uri": ROOT, "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}
    assert made["ProcessingResources"]["ClusterConfig"] == {
        "InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert not made["NetworkConfig"]["EnableNetworkIsolation"]
    assert {"Key": "kfp:run-id", "Value": RUN_ID} in made["Tags"]
    assert "Environment" not in made


def test_a_training_job_leaves_its_outputs_uncompressed_below_the_task_root() -> None:
    made = request(TRAINING, executor_input(artifacts={"data": "s3://b/k"}))
    assert made["AlgorithmSpecification"] == {
        "TrainingImage": "python:3.11", "TrainingInputMode": "File",
        "ContainerEntrypoint": ["sh", "/opt/ml/input/data/step/run.sh"]}
    assert [channel["ChannelName"] for channel in made["InputDataConfig"]] == ["step", "artifacts"]
    assert made["OutputDataConfig"] == {"S3OutputPath": f"{ROOT}/kfp-sagemaker.files/output", "CompressionType": "NONE"}


def test_twelve_artifacts_take_one_input() -> None:
    given = executor_input(artifacts={f"a{index}": f"s3://b/{index}" for index in range(12)})
    assert len(request(SPEC, given)["ProcessingInputs"]) == 2


def test_a_bucket_without_objects_gets_no_input() -> None:
    given = executor_input(artifacts={"data": "s3://b/k", "more": "s3://c/k"})
    made = request(SPEC, given, frozenset({"b"}))
    assert [each["InputName"] for each in made["ProcessingInputs"]] == ["step", "artifacts-1"]


def test_settings_may_come_when_the_step_runs() -> None:
    spec = StepSpec("i", ("c",), job=JobSettings(volume_size="{{$.inputs.parameters['gib']}}", tags={"team": "a"}))
    given = executor_input({
        "sagemaker_role": ROLE, "sagemaker_region": "us-west-2", "sagemaker_instance_type": "ml.c5.xlarge", "gib": 50.0,
        "sagemaker_subnets": "subnet-1,subnet-2", "sagemaker_security_group_ids": "sg-1"})
    made = request(spec, given)
    assert made["RoleArn"] == ROLE
    assert made["ProcessingResources"]["ClusterConfig"]["InstanceType"] == "ml.c5.xlarge"
    assert made["ProcessingResources"]["ClusterConfig"]["VolumeSizeInGB"] == 50
    assert made["NetworkConfig"]["VpcConfig"] == {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    assert {"Key": "team", "Value": "a"} in made["Tags"]


def test_all_that_is_wrong_with_the_settings_is_told_by_the_names_that_a_pipeline_knows() -> None:
    job = JobSettings(role="{{$.inputs.parameters['sagemaker_role_2']}}", instance_count="many", volume_size=99_999)
    with pytest.raises(InvalidInput) as refused:
        request(StepSpec("i", ("c",), job=job), executor_input({"sagemaker_subnets": "subnet-1"}))
    text = str(refused.value)
    for expected in ("sagemaker_role_2: required", "instance_count = 'many'", "volume_size = 99999", "the maximum is 16384",
                     "sagemaker_security_group_ids: required when vpc_subnets is given"):
        assert expected in text
    assert text.startswith("step: ")


def test_the_name_depends_on_the_task_root_and_the_request_alone() -> None:
    one, same, other_step, other_root = (
        request(SPEC, executor_input({"x": 1})), request(SPEC, executor_input({"x": 1})),
        request(SPEC, executor_input({"x": 1}, root=f"{ROOT[:-1]}1")),
        request(replace(SPEC, args=("more",)), executor_input({"x": 1})))
    assert one == same
    assert len({made["ProcessingJobName"] for made in (one, other_step, other_root)}) == 3


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (Resources(cpu="500m", memory="2Gi"), "ml.small"), (Resources(cpu="3"), "ml.large"), (Resources(), "ml.small"),
        (Resources(memory="16G"), "ml.large"), (Resources(memory="{{$.inputs.parameters['memory']}}"), "ml.large"),
        (Resources(memory="2Gi {{$.inputs.parameters['memory']}}"), "ml.large"), (Resources(cpu="3 1"), "ml.large"),
        (Resources(memory="null 2Gi"), "ml.small"), (Resources(accelerator_count="1"), "ml.gpu"),
        (Resources(cpu="{{$.inputs.parameters['absent']}}"), "ml.small"),
    ],
)
def test_an_instance_type_is_chosen_for_resources_known_at_run_time(
    asked: Resources, chosen: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    candidates = (Candidate("ml.small", 2, 8), Candidate("ml.large", 8, 32), Candidate("ml.gpu", 4, 16, 1))
    spec = replace(SPEC, job=replace(SPEC.job, resources=asked, candidates=candidates))
    assert plan_job(spec, executor_input({"memory": "9Gi"})).settings.instance_type == chosen
    assert f"instance type {chosen}: the smallest that has " in caplog.text
    fixed = replace(spec, job=replace(spec.job, instance_type="ml.fixed"))
    assert plan_job(fixed, executor_input({"memory": "9Gi"})).settings.instance_type == "ml.fixed"


@pytest.mark.parametrize(
    ("kind", "count", "chosen"),
    [
        ("nvidia-tesla-t4", "1", "ml.g4dn.xlarge"), ("NVIDIA_TESLA_V100", "1", "ml.p3.2xlarge"),
        ("nvidia.com/gpu", "1", "ml.g4dn.xlarge"), ("nvidia-tesla-t4", "", "ml.m5.large"),
        ("{{$.inputs.parameters['kind']}}", "1", "ml.p3.2xlarge"),
        ("{{$.inputs.parameters['absent']}}", "1", "ml.g4dn.xlarge"),
    ],
)
def test_accelerators_are_of_the_kind_that_is_asked_for(kind: str, count: str, chosen: str) -> None:
    asked = Resources(accelerator_type=kind, accelerator_count=count)
    candidates = (Candidate("ml.m5.large", 2, 8), Candidate("ml.g4dn.xlarge", 4, 16, 1), Candidate("ml.p3.2xlarge", 8, 61, 1))
    spec = replace(SPEC, job=replace(SPEC.job, resources=asked, candidates=candidates))
    assert plan_job(spec, executor_input({"kind": "nvidia-tesla-v100"})).settings.instance_type == chosen


@pytest.mark.parametrize(
    ("asked", "problem"),
    [(Resources(cpu="100"), "cpu 100: more than the largest type"), (Resources(memory="much"), "'much' is no quantity"),
     (Resources(memory="1Gi much"), "'much' is no quantity"), (Resources(cpu="1e999"), "'1e999' is no quantity"),
     (Resources(accelerator_type="tpu-v4", accelerator_count="1"), "SageMaker has no such accelerator")],
)
def test_resources_that_no_candidate_has_are_refused(asked: Resources, problem: str) -> None:
    spec = replace(SPEC, job=replace(SPEC.job, resources=asked, candidates=(Candidate("ml.small", 2, 8),)))
    with pytest.raises(InvalidInput, match=problem):
        plan_job(spec, executor_input())


DIRECT = StepSpec("i", ("/bin/program", "--in", "{{$.inputs.artifacts['data'].path}}", "--out",
                        "{{$.outputs.artifacts['model'].path}}"), env=(("A", "1"),), shell=False, job=SPEC.job)
DIRECT_INPUT = executor_input(artifacts={"data": "s3://b/k"}, output_artifacts=("model",))


def test_an_image_without_a_shell_is_started_directly() -> None:
    made = request(DIRECT, DIRECT_INPUT)
    assert made["AppSpecification"]["ContainerEntrypoint"] == ["/bin/program"]
    assert made["AppSpecification"]["ContainerArguments"] == [
        "--in", "/opt/ml/processing/input/artifacts/k", "--out", "/opt/ml/processing/output/model"]
    assert made["Environment"] == {"A": "1"}
    assert [each["InputName"] for each in made["ProcessingInputs"]] == ["artifacts"]


def test_an_image_without_a_shell_may_train() -> None:
    made = request(replace(DIRECT, service=Service.TRAINING), DIRECT_INPUT)
    assert made["AlgorithmSpecification"]["ContainerEntrypoint"] == ["/bin/program"]
    assert made["Environment"] == {"A": "1"}


def test_a_step_without_a_command_keeps_its_images_entry_point() -> None:
    made = request(StepSpec("i", args=("--x", "1"), job=SPEC.job))
    assert made["AppSpecification"] == {"ImageUri": "i", "ContainerArguments": ["--x", "1"]}


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (StepSpec("i", args=("x" * 257,)), "element 1 of the command: has 257 characters.*name that entry point"),
        (StepSpec("i", args=("a\nb",)), "element 1 of the command: has a line break.*name that entry point"),
        (StepSpec("i", ("p", "x" * 257), shell=False), r"element 2 of the command.*shell: false"),
        (StepSpec("i", ("p",) * 101, shell=False), "command: has 101 elements"),
        (StepSpec("i", ("p",), shell=False, secrets=(Secret("T", SecretPolicy.SECRETS_MANAGER, "arn"),)), "secret T"),
    ],
)
def test_what_would_need_a_shell_is_refused_with_the_reason(spec: StepSpec, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        plan_job(spec, executor_input())


def test_a_secret_is_in_the_environment_only_by_its_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cr3t")
    monkeypatch.setenv("OTHER", "0ther")
    spec = replace(SPEC, secrets=(Secret("TOKEN", SecretPolicy.ENVIRONMENT),))
    assert request(spec)["Environment"] == {"TOKEN": "s3cr3t"}
    manager = Secret("OTHER", SecretPolicy.SECRETS_MANAGER, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:o")
    made, job = request(replace(SPEC, secrets=(manager,))), plan_job(replace(SPEC, secrets=(manager,)), executor_input())
    assert "Environment" not in made
    assert "0ther" not in (job.script or "")
    monkeypatch.delenv("TOKEN")
    with pytest.raises(InvalidInput, match=r"secret TOKEN: .* the pod has no such variable"):
        request(spec)


def test_other_inputs_of_the_component_may_be_given() -> None:
    spec = with_job(SPEC, more={"timeout": 60, "extra_request": {"ExperimentConfig": {"TrialName": "t"}}})
    job = plan_job(spec, executor_input())
    assert prepared_job(job).settings.timeout == 60
    assert request(spec)["ExperimentConfig"] == {"TrialName": "t"}
    training = with_job(TRAINING, more={"extra_request": {"RetryStrategy": {"MaximumRetryAttempts": 2}}})
    made = request(training)
    assert made["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert made["OutputDataConfig"]["CompressionType"] == "NONE"


def test_in_mode_local_nothing_is_linked() -> None:
    job = plan_job(replace(SPEC, uri_mode=UriMode.LOCAL), executor_input(output_artifacts=("model",)))
    assert job.script is not None
    assert "/s3/" not in job.script


def test_an_executor_input_of_any_shape_is_used_or_refused() -> None:
    """Each part of one replaced by each of these: what is no ExecutorInput gets a message, and no traceback."""
    whole = executor_input({"x": 1}, {"data": "s3://b/k"}, outputs=("y",), output_artifacts=("model",))
    for path in [path for path in paths(whole) if path]:
        for value in (None, 5, "x", [], {}, [5], {"artifacts": 5}, {"a": {}}, "\0", True, {"artifacts": []}):
            changed = copy.deepcopy(whole)
            parent: Any = changed
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]] = value
            with contextlib.suppress(InvalidInput):
                parse_executor_input(json.dumps(changed))
                prepared_job(plan_job(SPEC, changed))


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from paths(value[key], (*path, key))
