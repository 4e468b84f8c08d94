"""What a person reads in the pod's log when a moved step fails: what went wrong, of which step, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kfp_sagemaker.container_step.hints import naming_the_step, with_hints
from kfp_sagemaker.container_step.job import Job, plan_job
from kfp_sagemaker.container_step.step_spec import JobSettings, Service, StepSpec
from kfp_sagemaker.errors import AccessDenied, CapacityUnavailable, InvalidInput, RemoteFailure, StepError, Violation

from .executor_inputs import ROLE, ROOT, executor_input

SPEC = StepSpec("trainer:1", ("python3", "-c", "x"), job=JobSettings(role=ROLE, instance_type="ml.g5.xlarge"))
FAILED = "ProcessingJob x ended as Failed\nAlgorithmError: See job logs for more information, exit code: "


def job(spec: StepSpec = SPEC) -> Job:
    return plan_job(spec, executor_input())


@pytest.mark.parametrize(
    ("error", "log", "hint"),
    [
        (RemoteFailure(f"{FAILED}127"), ["exec sh failed", "bwrap: execvp sh: No such file or directory"],
         "the image trainer:1 has no sh, by which a step is started: set shell: false"),
        (RemoteFailure('ClientError: exec: "sh": executable file not found in $PATH'), [], "has no sh, by which"),
        (RemoteFailure(f"{FAILED}127"), ["/opt/ml/processing/input/step/run.sh: 17: exec: python3: not found"],
         "the image trainer:1 has no Python, which this step runs: give it one that has"),
        (RemoteFailure(f"{FAILED}127"), ["sh: No such file or directory"], "has no sh, by which"),
        (RemoteFailure(f"{FAILED}127"), ["sh: python: command not found"], "has no Python"),
        (RemoteFailure(f"{FAILED}127"), ["sh: 1: mktemp: not found"], "exit code 127: a program was not found in the image"),
        (RemoteFailure(f"{FAILED}126"), [], "the program python3 of the image trainer:1 cannot be run"),
        (RemoteFailure(f"{FAILED}126"), ["sh: 12: train: Argument list too long"],
         "was given more than 131,071 bytes as one argument, or some 2 MiB in all, which Linux takes"),
        (RemoteFailure(f"{FAILED}137"), [], "mostly because ml.g5.xlarge has too little memory"),
        (RemoteFailure("TrainingJob x ended as Stopped (MaxRuntimeExceeded)"), [],
         "the job took longer than it may, 86400 seconds: set max_run_time for the step"),
        (RemoteFailure("ClientError: The processing job ran longer than its MaxRuntimeInSeconds."), [], "longer than it may"),
        (RemoteFailure("TrainingJob x ended as Stopped (MaxWaitTimeExceeded)"), [], "longer than max_wait_time allows"),
        (RemoteFailure("CapacityError: Unable to provision"), [], "no free ml.g5.xlarge now: choose another instance_type"),
        (CapacityUnavailable("CreateProcessingJob x: ResourceLimitExceeded: The account-level service limit"), [],
         "your account's quota for ml.g5.xlarge in processing jobs is used up, or 0: ask for more"),
        (AccessDenied("access denied: arn:aws:sts::1:x may not sagemaker:CreateProcessingJob on y."), [],
         f"`kfp-sagemaker iam step --role {ROLE} --bucket artifacts` prints the policy of moved steps"),
        (AccessDenied("access denied: arn:aws:sts::1:x may not iam:PassRole on y."), [],
         f"the pod may not give jobs the role {ROLE}"),
        (RemoteFailure("Could not assume role arn:x. Please"), [], "its trust policy must name sagemaker.amazonaws.com"),
        (RemoteFailure("ClientError: Data download failed: s3://b/k: Access denied (AccessDenied)"), [],
         "`kfp-sagemaker iam step --for job --bucket artifacts` prints its policy"),
        (RemoteFailure("x was refused: ValidationException: Invalid image URI trainer:1"), [],
         "the image trainer:1 is not in Amazon ECR, from which SageMaker pulls: copy it there and name the copy"),
        (RemoteFailure("ClientError: Cannot find repository: trainer in registry ID: 1"), [], "is not in Amazon ECR"),
    ],
)  # fmt: skip
def test_what_to_do_is_said_after_the_error(error: StepError, log: list[str], hint: str) -> None:
    told = with_hints(error, job(), log)
    assert type(told) is type(error)
    first, last = str(told).rsplit("\n", 1)
    assert first == str(error)
    assert last.startswith("What to do about step train: ")
    assert hint in last


@pytest.mark.parametrize(
    ("text", "log"),
    [
        (f"{FAILED}1", ["python3: not found, said the program", "image not found"]),
        ("ProcessingJob x ended as Failed\nAlgorithmError: this image has something at /s3, exit code: 70", []),
    ],
)
def test_where_nothing_is_known_nothing_is_said(text: str, log: list[str]) -> None:
    assert str(with_hints(RemoteFailure(text), job(), log)) == text


@pytest.mark.parametrize(
    "spec",
    [
        replace(SPEC, image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/trainer:1"),
        replace(SPEC, image="123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/trainer@sha256:ab"),
        replace(SPEC, service=Service.TRAINING, job=replace(SPEC.job, registry_access="Vpc")),
    ],
)
def test_an_image_that_can_be_pulled_is_not_blamed(spec: StepSpec) -> None:
    text = "ClientError: Cannot find repository: trainer"
    assert str(with_hints(RemoteFailure(text), job(spec))) == text


def test_a_refused_step_is_named_and_a_missing_setting_says_where_to_give_it() -> None:
    refused = InvalidInput("step", [Violation("sagemaker_role", "required, and not given"), Violation("data", "is at minio://x")])
    assert str(naming_the_step(refused, ROOT)).splitlines() == [
        "step train: 2 problems in the inputs; nothing was sent to SageMaker",
        "  sagemaker_role: required, and not given: pass the pipeline parameter sagemaker_role, or set role in "
        "kfp-sagemaker.yaml (by hand: run_on_sagemaker(..., role=...))",
        "  data: is at minio://x",
    ]
    region = InvalidInput("region", [Violation("region", "not given, and the environment names none")])
    assert "sagemaker_region: not given, and the environment names none: pass" in str(naming_the_step(region, ROOT))
    other = InvalidInput("--step", [Violation("--step", "not the text of a specification")])
    assert str(naming_the_step(other, "/tmp")) == str(other)
