"""Labeling jobs from the side of the API: their statuses, and the call that finishes one; and the forms of labels."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.labels import parse_labels
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step


@pytest.fixture(scope="module")
def execution() -> ScriptedExecution:
    scripts = {
        "initial": JobScript((Step("Initializing", HOLD),)),
        "waiting-*": JobScript((Step("InProgress", HOLD),)),
        "deaf": JobScript((Step("InProgress", HOLD),), heeds_stop=False),
        "failing": JobScript(status="Failed", failure_reason="ClientError: the manifest is empty"),
    }
    return ScriptedExecution(jobs=scripts)


@pytest.fixture
def create(sagemaker: Any, make_request: Callable[..., Any], until: Any) -> Callable[[str, str], dict[str, Any]]:
    """Creates a labeling job and returns what Describe shows once it is in a status."""

    def run(name: str, status: str, **members: Any) -> dict[str, Any]:
        sagemaker.create_labeling_job(**make_request("LabelingJob", name, **members))
        found: dict[str, Any] = until(lambda: in_status(sagemaker, name, status))
        return found

    return run


def in_status(sagemaker: Any, name: str, status: str) -> dict[str, Any] | None:
    shown: dict[str, Any] = sagemaker.describe_labeling_job(LabelingJobName=name)
    return shown if shown["LabelingJobStatus"] == status else None


def finish(local: LocalSageMaker, name: str, body: str) -> tuple[int, dict[str, Any]]:
    call = urllib.request.Request(f"{local.url}/_local/labeling-jobs/{name}/finish", body.encode(), method="POST")
    try:
        with urllib.request.urlopen(call) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize(
    ("name", "status"),
    [("initial", "Initializing"), ("waiting-1", "InProgress"), ("failing", "Failed"), ("plain", "Completed")],
)
def test_statuses(create: Callable[..., Any], name: str, status: str) -> None:
    shown = create(name, status, Tags=[{"Key": "a", "Value": "b"}])
    assert shown["JobReferenceCode"]
    assert shown["Tags"] == [{"Key": "a", "Value": "b"}]
    assert shown["LabelCounters"]["TotalLabeled"] == 0
    assert ("LabelingJobOutput" in shown) == (status == "Completed")


def test_stop(sagemaker: Any, create: Callable[..., Any], until: Callable[..., Any]) -> None:
    create("deaf", "InProgress")
    sagemaker.stop_labeling_job(LabelingJobName="deaf")
    assert in_status(sagemaker, "deaf", "Stopping")
    create("waiting-stop", "InProgress")
    sagemaker.stop_labeling_job(LabelingJobName="waiting-stop")
    until(lambda: in_status(sagemaker, "waiting-stop", "Stopped"))
    with pytest.raises(ClientError, match="the labeling job is in status Stopped"):
        sagemaker.stop_labeling_job(LabelingJobName="waiting-stop")


def test_the_summary_is_flat(sagemaker: Any, create: Callable[..., Any]) -> None:
    create("waiting-listed", "InProgress")
    (summary,) = sagemaker.list_labeling_jobs(NameContains="waiting-listed")["LabelingJobSummaryList"]
    assert summary["WorkteamArn"].endswith("workteam/private-crowd/team")
    assert summary["AnnotationConsolidationLambdaArn"].endswith("ACS-ImageMultiClass")


def test_a_call_finishes_a_job_with_labels(local: LocalSageMaker, sagemaker: Any, create: Callable[..., Any]) -> None:
    create("waiting-labels", "InProgress")
    assert finish(local, "waiting-labels", '["cat", null, "dog"]') == (200, {})
    shown = sagemaker.describe_labeling_job(LabelingJobName="waiting-labels")
    assert shown["LabelingJobStatus"] == "Completed"
    assert (shown["LabelCounters"]["HumanLabeled"], shown["LabelCounters"]["FailedNonRetryableError"]) == (2, 1)
    uri = "s3://bucket/labels/waiting-labels/manifests/output/output.manifest"
    assert shown["LabelingJobOutput"]["OutputDatasetS3Uri"] == uri


def test_a_call_makes_a_job_fail(local: LocalSageMaker, sagemaker: Any, create: Callable[..., Any]) -> None:
    create("waiting-failure", "InProgress")
    assert finish(local, "waiting-failure", '{"failure_reason": "nobody came"}') == (200, {})
    shown = sagemaker.describe_labeling_job(LabelingJobName="waiting-failure")
    assert (shown["LabelingJobStatus"], shown["FailureReason"]) == ("Failed", "nobody came")


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("waiting-refused", "{", "The labels are neither a JSON list nor JSON Lines"),
        ("ended", "[]", "the labeling job is in status Completed"),
        ("absent", "[]", "Could not find requested job with name: absent"),
    ],
)
def test_a_call_that_cannot_finish_a_job_says_why(
    local: LocalSageMaker, create: Callable[..., Any], name: str, body: str, sentence: str
) -> None:
    if name != "absent":
        create(name, "Completed" if name == "ended" else "InProgress")
    status, answer = finish(local, name, body)
    assert status == 400
    assert sentence in answer["error"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [("[1, null]", [1, None]), ('"a"\n\n{"label": 2}\n', ["a", {"label": 2}]), ('{"label": 1}', [{"label": 1}]), ("", [])],
)
def test_labels_are_a_list_or_lines(text: str, labels: list[Any]) -> None:
    assert parse_labels(text) == labels
