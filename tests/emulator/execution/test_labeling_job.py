"""Labeling jobs, finished by labels from a call or a file: the output manifest, the counters, what is refused, stop."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runners_here import RUNNERS
from sagemaker_local.execution import ContainerExecution
from sagemaker_local.runners import choose_runner

pytestmark = pytest.mark.parametrize("runner", RUNNERS[-1:])

OBJECTS = [{"source-ref": "s3://bucket/cat.png"}, {"source-ref": "s3://bucket/dog.png", "id": 2}]


@pytest.fixture
def labels(tmp_path):
    """The folder of labels."""
    folder = tmp_path / "labels"
    folder.mkdir()
    return folder


@pytest.fixture
def execution(runner, aws, labels, tmp_path):
    made = ContainerExecution(aws.services, choose_runner(runner), tmp_path / "data", {}, labels=labels)
    yield made
    made.close()


@pytest.fixture
def start_labeling(start_job, aws):
    def start(manifest: str | None = "".join(json.dumps(each) + "\n" for each in OBJECTS), **source):
        if manifest is not None:
            aws.put(**{"in.manifest": manifest})
        function = "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass"
        request = {
            "LabelAttributeName": "animal",
            "InputConfig": {"DataSource": source or {"S3DataSource": {"ManifestS3Uri": aws.uri("in.manifest")}}},
            "OutputConfig": {"S3OutputPath": aws.uri("labeled/")},
            "HumanTaskConfig": {"PreHumanTaskLambdaArn": function},
        }
        return start_job("LabelingJob", request)

    return start


def written(aws, job):
    return [json.loads(line) for line in aws.get(f"labeled/{job.name}/manifests/output/output.manifest").splitlines()]


def test_labels_are_joined_to_the_objects_of_the_manifest(start_labeling, execution, aws, until):
    job = start_labeling()
    until(lambda: job.statuses[-1:] == ["InProgress"])
    assert job.status is None
    metadata = {"class-name": "dog", "confidence": 0.9}

    execution.finish_labeling_job(job, [0, {"label": 1, "metadata": metadata}])

    assert job.status == "Completed"
    uri = aws.uri(f"labeled/{job.name}/manifests/output/output.manifest")
    counters = {"TotalLabeled": 2, "HumanLabeled": 2, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0}
    assert job.end["describe"] == {"LabelCounters": counters, "LabelingJobOutput": {"OutputDatasetS3Uri": uri}}
    cat, dog = written(aws, job)
    assert (cat["source-ref"], cat["animal"]) == ("s3://bucket/cat.png", 0)
    assert cat["animal-metadata"]["type"] == "groundtruth/image-classification"
    assert cat["animal-metadata"]["job-name"] == f"labeling-job/{job.name}"
    assert cat["animal-metadata"]["human-annotated"] == "yes"
    assert (dog["id"], dog["animal"]) == (2, 1)
    assert dog["animal-metadata"].items() >= metadata.items()


def test_an_object_without_a_label_is_one_that_failed(start_labeling, execution, aws, until):
    job = start_labeling()
    execution.finish_labeling_job(job, [0, None])
    assert job.end["describe"]["LabelCounters"]["FailedNonRetryableError"] == 1
    _, dog = written(aws, job)
    assert "animal" not in dog
    assert "no annotation was received" in dog["animal-metadata"]["failure-reason"]


def test_a_file_of_labels_finishes_the_job_of_its_name(start_labeling, labels, aws, until):
    job = start_labeling()
    until(lambda: job.statuses[-1:] == ["InProgress"])
    unfinished = labels / "new"
    unfinished.write_text('"cat"\n"dog"\n')
    unfinished.rename(labels / f"{job.name}.json")
    assert job.wait().status == "Completed"
    assert [each["animal"] for each in written(aws, job)] == ["cat", "dog"]


def test_labels_that_do_not_fit_leave_the_job_running(start_labeling, execution, aws, until):
    job = start_labeling()
    with pytest.raises(ValueError, match="The input manifest has 2 objects and there are 1 labels"):
        execution.finish_labeling_job(job, [0])
    assert job.status is None
    assert aws.keys("labeled/") == []


def test_a_file_of_labels_that_cannot_be_used_fails_the_job(start_labeling, labels: Path, until):
    job = start_labeling()
    until(lambda: job.statuses[-1:] == ["InProgress"])
    (labels / "new").write_text("{")
    (labels / "new").rename(labels / f"{job.name}.json")
    assert job.wait().status == "Failed"
    assert "The labels are neither a JSON list nor JSON Lines" in job.end["failure_reason"]


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (None, "Failed to read the input manifest s3://"),
        ("not json", "is not in JSON Lines format"),
        ('{"image": 1}\n', "must be an object with source-ref or source"),
        ("", "must be an object with source-ref or source"),
    ],
)
def test_a_manifest_that_cannot_be_used_fails_the_job(start_labeling, manifest, sentence):
    job = start_labeling(manifest).wait()
    assert job.status == "Failed"
    assert sentence in job.end["failure_reason"]


def test_a_streaming_job_takes_no_labels(start_labeling, execution, until):
    job = start_labeling(None, SnsDataSource={"SnsTopicArn": "arn:aws:sns:us-east-1:123456789012:topic"})
    until(lambda: job.statuses[-1:] == ["InProgress"])
    with pytest.raises(ValueError, match="SnsDataSource has no manifest"):
        execution.finish_labeling_job(job, [])


def test_stop_ends_the_waiting(start_labeling, until):
    job = start_labeling()
    until(lambda: job.statuses[-1:] == ["InProgress"])
    job.stop_requested.set()
    assert job.wait().status == "Stopped"
