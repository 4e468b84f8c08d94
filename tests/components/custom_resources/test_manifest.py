"""Requests as custom resources, and custom resources as descriptions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.custom_resources.manifest import STATUS, described, object_name, to_manifest
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.hyper_parameter_tuning_job import HYPER_PARAMETER_TUNING_JOB
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.resources.training_job import TRAINING_JOB
from kfp_sagemaker.service_model.requests import differences

FINAL = {one["kind"]: one for one in json.loads((Path(__file__).parents[2] / "data/ack_final_objects.json").read_text())}
REQUEST = {
    "TrainingJobName": "Job-A",
    "RoleArn": "arn:aws:iam::111122223333:role/r",
    "AlgorithmSpecification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
    "HyperParameters": {"MixedCase_key": "1"},
    "InputDataConfig": [{
        "ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/t", "S3DataType": "S3Prefix"}}}],
    "OutputDataConfig": {"S3OutputPath": "s3://b/o", "KmsKeyId": "key"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30, "VolumeKmsKeyId": None},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    "EnableNetworkIsolation": False,
}


def manifest(resource: Resource, request: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    name = request[resource.name_member]
    return to_manifest(resource, request, name=name, namespace="kubeflow", **({"labels": {}, "annotations": {}} | metadata))


def test_a_request_becomes_a_manifest() -> None:
    made = manifest(TRAINING_JOB, REQUEST, labels={"a": "b"}, annotations={"services.k8s.aws/region": "eu-west-1"})

    assert made == {
        "apiVersion": "sagemaker.services.k8s.aws/v1alpha1",
        "kind": "TrainingJob",
        "metadata": {"name": "job-a", "namespace": "kubeflow", "labels": {"a": "b"},
                     "annotations": {"services.k8s.aws/region": "eu-west-1"}},
        "spec": {
            "trainingJobName": "Job-A",
            "roleARN": "arn:aws:iam::111122223333:role/r",
            "algorithmSpecification": {"trainingImage": "image:1", "trainingInputMode": "File"},
            "hyperParameters": {"MixedCase_key": "1"},
            "inputDataConfig": [{"channelName": "train", "dataSource": {"s3DataSource": {
                "s3URI": "s3://b/t", "s3DataType": "S3Prefix"}}}],
            "outputDataConfig": {"s3OutputPath": "s3://b/o", "kmsKeyID": "key"},
            "resourceConfig": {"instanceType": "ml.m5.large", "instanceCount": 1, "volumeSizeInGB": 30},
            "stoppingCondition": {"maxRuntimeInSeconds": 3600},
            "enableNetworkIsolation": False,
        },
    }


def test_no_labels_and_annotations_leave_no_trace() -> None:
    assert set(manifest(MODEL, {"ModelName": "m"})["metadata"]) == {"name", "namespace"}


def test_nothing_is_dropped_silently() -> None:
    with pytest.raises(ValueError, match="ServerlessJobConfig"):
        manifest(TRAINING_JOB, {**REQUEST, "ServerlessJobConfig": {}})


@pytest.mark.parametrize(("name", "expected"), [
    ("TrainingJob-abc", "trainingjob-abc"),
    ("a", "a"),
    ("1", "1"),
])
def test_an_object_has_the_name_in_lower_case(name: str, expected: str) -> None:
    assert object_name(name) == expected


@pytest.mark.parametrize("name", ["my_features", "trailing-", "_", "ä", "x" * 300])
def test_other_names_become_ones_that_kubernetes_takes(name: str) -> None:
    made = object_name(name)

    assert made == object_name(name)
    assert len(made) <= 253
    assert all(character.isascii() and (character.isalnum() or character == "-") for character in made)
    assert made[0].isalnum()
    assert made[-1].isalnum()


def test_two_names_do_not_become_one() -> None:
    assert len({object_name(name) for name in ("a_b", "a-b", "a__b", "a.b")}) == 4


@pytest.mark.parametrize("resource", [TRAINING_JOB, MODEL, ENDPOINT, HYPER_PARAMETER_TUNING_JOB], ids=lambda one: one.kind)
def test_recorded_objects_are_described_by_the_words_of_the_api(resource: Resource) -> None:
    told = described(resource, FINAL[resource.kind])

    assert told[resource.arn_member] == FINAL[resource.kind]["status"]["ackResourceMetadata"]["arn"]
    assert told[resource.name_member]
    assert resource.state(told).value == "succeeded"


def test_times_are_times() -> None:
    assert described(TRAINING_JOB, FINAL["TrainingJob"])["CreationTime"] == datetime(2026, 11, 22, 0, 38, 35, tzinfo=UTC)


def test_members_of_the_status_at_every_depth() -> None:
    assert described(TRAINING_JOB, FINAL["TrainingJob"])["ModelArtifacts"] == {
        "S3ModelArtifacts": "s3://b/o/tj/output/model.tar.gz"}


def test_what_was_asked_for_comes_back_as_it_was() -> None:
    made = manifest(TRAINING_JOB, {**REQUEST, "Tags": [{"Key": "a", "Value": "b"}]})
    told = described(TRAINING_JOB, made)

    assert "Tags" not in told  # Describe does not tell them either.
    assert "TrainingJobArn" not in told
    assert not differences("DescribeTrainingJob", REQUEST, told)
    assert differences("DescribeTrainingJob", {**REQUEST, "RoleArn": "another"}, told)


@pytest.mark.parametrize("object_", [{}, {"spec": None, "status": None}])
def test_before_the_controllers_first_look(object_: dict[str, Any]) -> None:
    assert described(TRAINING_JOB, object_) == {STATUS: {}}


def test_the_status_itself_is_there_for_what_is_none_of_the_apis() -> None:
    assert described(TRAINING_JOB, FINAL["TrainingJob"])[STATUS] == FINAL["TrainingJob"]["status"]


def test_a_job_whose_beginning_is_not_told_began_when_the_object_was_made() -> None:
    assert described(PROCESSING_JOB, FINAL["ProcessingJob"])["CreationTime"] == datetime(2026, 11, 22, 0, 38, 35, tzinfo=UTC)
