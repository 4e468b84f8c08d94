"""What a custom resource cannot say of a request."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.custom_resources.check import findings
from kfp_sagemaker.service_model.validate import UNRESOLVED, Severity

MINIMAL = {
    "TrainingJobName": "j", "RoleArn": "r", "AlgorithmSpecification": {}, "OutputDataConfig": {}, "ResourceConfig": {},
    "StoppingCondition": {},
}


def paths(**members: Any) -> list[str]:
    return [finding.path for finding in findings("TrainingJob", "CreateTrainingJob", {**MINIMAL, **members})]


def test_what_it_can_say() -> None:
    assert paths(Tags=[{"Key": "k", "Value": "v"}], HyperParameters={"a": "1"}, EnableNetworkIsolation=True) == []


@pytest.mark.parametrize(("members", "path"), [
    ({"ServerlessJobConfig": {}}, "CreateTrainingJob.ServerlessJobConfig"),
    ({"AlgorithmSpecification": {"ContainerEntrypoint": ["a"]}},
     "CreateTrainingJob.AlgorithmSpecification.ContainerEntrypoint"),
    ({"InputDataConfig": [{}, {"DataSource": {"DatasetSource": {}}}]},
     "CreateTrainingJob.InputDataConfig[1].DataSource.DatasetSource"),
    ({"HyperParameters": {"a": 1}}, "CreateTrainingJob.HyperParameters.a"),
    ({"InputDataConfig": {}}, "CreateTrainingJob.InputDataConfig"),
    ({"EnableNetworkIsolation": 1}, "CreateTrainingJob.EnableNetworkIsolation"),
    ({"ResourceConfig": {"InstanceCount": True}}, "CreateTrainingJob.ResourceConfig.InstanceCount"),
    ({"ResourceConfig": {"InstanceCount": 1.5}}, "CreateTrainingJob.ResourceConfig.InstanceCount"),
    ({"StoppingCondition": None}, "CreateTrainingJob.StoppingCondition"),
])
def test_what_it_cannot_say(members: dict[str, Any], path: str) -> None:
    assert paths(**members) == [path]


def test_a_member_that_it_lacks_is_refused_whatever_the_validation() -> None:
    (finding,) = findings("TransformJob", "CreateTransformJob", {
        "ModelName": "m", "TransformJobName": "t", "TransformInput": {}, "TransformOutput": {}, "TransformResources": {},
        "DataCaptureConfig": {}})

    assert finding.severity is Severity.STRUCTURE
    assert finding.problem == "the custom resource TransformJob of ACK's SageMaker controller 1.9.1 has no such field"


def test_what_comes_later_fits_everything() -> None:
    assert paths(ResourceConfig=UNRESOLVED, HyperParameters={"a": UNRESOLVED}) == []


def test_whole_numbers_are_numbers() -> None:
    assert findings("ModelBiasJobDefinition", "CreateModelBiasJobDefinition", {
        "JobDefinitionName": "d", "JobResources": {}, "RoleArn": "r", "ModelBiasAppSpecification": {},
        "ModelBiasJobOutputConfig": {},
        "ModelBiasJobInput": {"EndpointInput": {"ProbabilityThresholdAttribute": 1}}}) == []
