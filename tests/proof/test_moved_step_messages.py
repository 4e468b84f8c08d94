"""What the pod's log says at its end when a moved step fails: the step, or its artifact, and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sagemaker_local.scripted import JobScript, Step

from .lab import Lab
from .moved_steps import moved


def failed(reason: str, **more: Any) -> JobScript:
    return JobScript(steps=(Step("Training"),), status="Failed", failure_reason=reason, **more)


@pytest.mark.parametrize(
    ("script", "lines", "told"),
    [
        (failed("AlgorithmError: See job logs for more information, exit code: 127"), ["exec: \"sh\": not found"],
         "the image image:1 has no sh, by which a step is started: set shell: false"),
        (failed("AlgorithmError: See job logs for more information, exit code: 127"), ["sh: 1: python3: not found"],
         "the image image:1 has no Python"),
        (failed("AlgorithmError: See job logs for more information, exit code: 137"), ["Killed"],
         "ml.m5.xlarge has too little memory"),
        (failed("CapacityError: Unable to provision requested ML compute capacity."), [], "no free ml.m5.xlarge now"),
        (failed("ClientError: Cannot find repository: image in registry ID: 123456789012"), [],
         "the image image:1 is not in Amazon ECR"),
    ],
)  # fmt: skip
def test_a_job_that_fails(lab: Lab, tmp_path: Path, script: JobScript, lines: list[str], told: str) -> None:
    def write(name: str) -> None:
        lab.write_log("/aws/sagemaker/ProcessingJobs", f"{name}/algo-1-1", *lines)

    task = moved(lab, tmp_path)
    lab.script.jobs["*"] = replace(script, before_end=write if lines else None)
    last = task.run().check(1).last_line
    assert "What to do about step the-task: " in last
    assert told in last


def test_the_message_of_a_container_is_told_beside_the_reason(lab: Lab, tmp_path: Path) -> None:
    task = moved(lab, tmp_path)
    lab.script.jobs["*"] = failed("AlgorithmError: See job logs for more information, exit code: 70", exit_message="no room")
    told = task.run().check(1).stderr.splitlines()
    assert told[-2].endswith("Its container left the message: no room")
    assert told[-1].endswith("exit code: 70")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"operation": "CreateProcessingJob", "fault": "capacity"}, "your account's quota for ml.m5.xlarge in processing"),
        ({"operation": "CreateProcessingJob", "fault": "access_denied"},
         "`kfp-sagemaker iam step --role arn:aws:iam::123456789012:role/jobs --bucket moved-steps` prints"),
        ({"operation": "s3:PutObject", "fault": "access_denied"}, "the pod lacks a right: `kfp-sagemaker iam step"),
    ],
)  # fmt: skip
def test_a_call_that_is_refused(lab: Lab, tmp_path: Path, rule: dict[str, Any], told: str) -> None:
    task = moved(lab, tmp_path)
    lab.faults(rule)
    assert told in task.run().check(1).last_line


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("gs://b/data", "data: this input artifact is at gs://b/data. SageMaker reads S3 only: copy it there and import it"),
        ("minio://b/data", "data: this input artifact is at minio://b/data. SageMaker reads and writes S3 only. Set the"),
        ("s3://b/../data", "data: this input artifact is at s3://b/../data, whose key cannot be a path"),
    ],
)  # fmt: skip
def test_an_artifact_that_no_job_can_reach(lab: Lab, tmp_path: Path, uri: str, told: str) -> None:
    task = moved(lab, tmp_path)
    task.data_uri = uri
    ended = task.run().check(2)
    assert "step the-task: 1 problem in the inputs; nothing was sent to SageMaker" in ended.stderr
    assert told in ended.last_line
    assert lab.calls() == []
