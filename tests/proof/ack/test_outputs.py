"""Steps of custom resources as processes: the outputs that they leave, and what they refuse before anything is applied.

That every kind is made, found again and updated is in ``test_every_kind``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.service_model.model import snake_case

from .lab import AckLab

#: A kind, an output of its own, and what the controller reports for that.
KINDS: Mapping[str, tuple[str, Any, dict[str, Any]]] = {
    "TrainingJob": ("model_artifacts", {"s3ModelArtifacts": "s3://b/m"}, {"modelArtifacts": {"s3ModelArtifacts": "s3://b/m"}}),
    "Endpoint": ("production_variants", [{"variantName": "v"}], {"productionVariants": [{"variantName": "v"}]}),
    "ModelPackage": ("model_package_status", "Completed", {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_status_of_the_custom_resource_is_handed_on(lab: AckLab, kind: str) -> None:
    output, expected, more = KINDS[kind]
    lab.controller.more[kind] = more
    task = lab.custom_resource(kind)

    task.run().check()

    custom = lab.the(kind)
    task.check_outputs("")
    assert task.parameter("ack_resource_metadata") == custom["status"]["ackResourceMetadata"]
    assert {one["type"] for one in task.parameter("conditions")} >= {"ACK.ResourceSynced", "Ready"}
    assert task.parameter("arn") == custom["status"]["ackResourceMetadata"]["arn"]
    assert task.parameter("sagemaker_resource_name")
    assert task.parameter(output) == expected
    for member, value in task.inputs.items():
        field = next(each for each in field_table(kind).spec.members.items() if snake_case(each[0]) == member)[1]
        assert field.name in custom["spec"], value


def test_what_it_cannot_say_is_refused_before_the_cluster_is_asked(lab: AckLab) -> None:
    serverless = {"BaseModelArn": "arn:aws:sagemaker:us-east-1:aws:hub-content/x/Model/y/1.0.0", "JobType": "FineTuning"}
    ended = lab.custom_resource("TrainingJob", extra_request={"ServerlessJobConfig": serverless}).run().check(2)

    assert "CreateTrainingJob.ServerlessJobConfig: the custom resource TrainingJob" in ended.stderr
    assert "v1/train calls the SageMaker API and can say it" in ended.stderr
    assert lab.server.requests == []
