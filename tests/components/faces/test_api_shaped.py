"""Components with the API's own fields: every member of the request has an input of its name and type, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import Ended, Lifecycle
from kfp_sagemaker.faces.inputs import InputType
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.generate.examples import EXAMPLES
from kfp_sagemaker.service_model.model import input_shape

DEFINITIONS = {
    "v1/data_quality_job_definition": "DataQuality",
    "v1/model_bias_job_definition": "ModelBias",
    "v1/model_explainability_job_definition": "ModelExplainability",
    "v1/model_quality_job_definition": "ModelQuality",
}
DELETIONS = ("v1/delete_model", "v1/delete_monitoring_schedule")
API_SHAPED = ("v1/endpoint", "v1/endpoint_config", "v1/monitoring_schedule", *DEFINITIONS, *DELETIONS)
COMMON = {declared.name for declared in (*CONNECTION_INPUTS, *STEP_INPUTS)}
TYPES = {"structure": InputType.OBJECT, "map": InputType.OBJECT, "list": InputType.ARRAY, "string": InputType.STRING,
         "boolean": InputType.BOOL, "integer": InputType.INTEGER, "float": InputType.FLOAT}


def members(component: str) -> dict[str, Any]:
    """Members of all requests of a component, by their operation and name."""
    return {f"{operation}.{name}": shape for operation in find_face(component).request_operations
            for name, shape in input_shape(operation).members.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("component", API_SHAPED)
class TestInputs:
    def test_every_member_has_an_input_of_its_name_and_type(self, component: str) -> None:
        declared = {target: each for each in find_face(component).inputs for target in each.targets}
        for path, shape in members(component).items():
            name = path.partition(".")[2]
            if name == "Tags":
                continue  # The common input, an object.
            assert declared[path].name == xform_name(name)
            assert declared[path].type is TYPES[shape.type_name]

    def test_there_are_no_others(self, component: str) -> None:
        own = {declared.name for declared in find_face(component).inputs} - COMMON

        assert own == {xform_name(path.partition(".")[2]) for path in members(component)} - {"tags"}

    def test_those_that_the_api_requires_are_required_but_for_names(self, component: str) -> None:
        face = find_face(component)
        required = {xform_name(name) for operation in face.operations
                    for name in input_shape(operation).required_members}  # type: ignore[attr-defined]
        names = set() if face.deletes else {xform_name(resource.name_member) for resource in face.resources}

        assert {declared.name for declared in face.inputs if declared.default is None} == required - names


@pytest.mark.parametrize("component", [component for component in API_SHAPED if component not in DELETIONS])
def test_a_nameless_one_gets_a_name_of_its_kind(component: str) -> None:
    face = find_face(component)
    name = xform_name(face.resource.name_member)
    inputs = {key: value for key, value in EXAMPLES[component].items() if key != name}

    request = prepare(face, inputs).requests[face.resource.create]

    assert str(request[face.resource.name_member]).startswith(f"{face.resource.kind}-")
    assert len(str(request[face.resource.name_member])) <= face.resource.name_limit


@pytest.mark.parametrize(("component", "kind"), DEFINITIONS.items())
class TestJobDefinitions:
    def test_the_example_is_sent_as_it_is(self, component: str, kind: str) -> None:
        example = EXAMPLES[component]
        (call,) = prepare(find_face(component), {**example, "job_definition_name": "mine", "tags": {"team": "vision"}}).calls

        assert call.operation == f"Create{kind}JobDefinition"
        assert {xform_name(name): value for name, value in call.request.items()} == {
            **example, "job_definition_name": "mine", "tags": [{"Key": "team", "Value": "vision"}]}

    def test_a_problem_names_the_input(self, component: str, kind: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            prepare(find_face(component), {**EXAMPLES[component], "stopping_condition": {"MaxRuntimeInSeconds": 86401}})

        assert [violation.input for violation in raised.value.violations] == ["stopping_condition"]

    def test_outputs(self, component: str, kind: str) -> None:
        described = {"JobDefinitionName": "mine", "JobDefinitionArn": "the-arn",
                     f"{kind}AppSpecification": {"ImageUri": "the-image"},
                     f"{kind}JobInput": {"EndpointInput": {"EndpointName": "the-endpoint"}}}
        collected = find_face(component).collect(Ended(described, {}))

        assert collected.parameters == {"job_definition_name": "mine", "arn": "the-arn"}
        assert collected.figures == {"Image": "`the-image`", "Endpoint": "`the-endpoint`"}


@pytest.mark.parametrize("component", [*DEFINITIONS, "v1/monitoring_schedule", "v1/delete_monitoring_schedule"])
def test_model_monitor_is_for_those_who_used_it_before(component: str) -> None:
    assert find_face(component).lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY


class TestMonitoringSchedule:
    FACE = find_face("v1/monitoring_schedule")

    def test_create_and_update_have_the_same_name_and_config(self) -> None:
        made = prepare(self.FACE, EXAMPLES[self.FACE.id]).requests

        assert list(made) == ["CreateMonitoringSchedule", "UpdateMonitoringSchedule"]
        assert made["CreateMonitoringSchedule"] == made["UpdateMonitoringSchedule"]

    def test_outputs(self) -> None:
        described = {"MonitoringScheduleName": "s", "MonitoringScheduleArn": "the-arn", "MonitoringType": "DataQuality",
                     "MonitoringScheduleConfig": {"ScheduleConfig": {"ScheduleExpression": "NOW"}}}
        collected = self.FACE.collect(Ended(described, {}))

        assert collected.parameters == {"monitoring_schedule_name": "s", "arn": "the-arn"}
        assert collected.figures == {"Schedule": "`NOW`", "Monitoring type": "`DataQuality`"}


class TestEndpointConfig:
    @pytest.mark.parametrize(("variant", "figure"), [
        ({"ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}, "`m` on 2 x ml.m5.large"),
        ({"ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 1024}}, "`m`, serverless, 1024 MB"),
        ({"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}, "inference components on 1 x ml.m5.large"),
    ])
    def test_outputs(self, variant: dict[str, Any], figure: str) -> None:
        described = {"EndpointConfigName": "c", "EndpointConfigArn": "the-arn",
                     "ProductionVariants": [{"VariantName": "v", **variant}]}
        collected = find_face("v1/endpoint_config").collect(Ended(described, {}))

        assert collected.parameters == {"endpoint_config_name": "c", "arn": "the-arn"}
        assert collected.figures == {"Variant v": figure}


@pytest.mark.parametrize("component", DELETIONS)
class TestDeletions:
    def test_the_request_is_the_name(self, component: str) -> None:
        face = find_face(component)
        (call,) = prepare(face, EXAMPLES[component]).calls

        assert call.operation == face.resource.delete
        assert dict(call.request) == {face.resource.name_member: next(iter(EXAMPLES[component].values()))}

    @pytest.mark.parametrize(("deleted", "arn"), [(["the-arn"], "the-arn"), ([], "")])
    def test_outputs(self, component: str, deleted: list[str], arn: str) -> None:
        collected = find_face(component).collect(Ended({"deleted": deleted}, {}))

        assert collected.parameters == {"deleted": deleted, "arn": arn}
        assert ("nothing" in collected.figures["Deleted"]) is not bool(deleted)
