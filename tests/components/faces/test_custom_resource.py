"""Components of custom resources: inputs from the request's members, outputs from the status, and what they cannot say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from kfp_sagemaker.custom_resources.check import lacks
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.custom_resources.manifest import described, to_manifest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.custom_resource_kinds import DEFAULTS, DESCRIPTIONS, KINDS
from kfp_sagemaker.faces.face import BackEnd, Ended
from kfp_sagemaker.faces.prepare import Run, prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.examples import example_of
from kfp_sagemaker.names import RunLabels
from kfp_sagemaker.service_model.model import input_shape

FINAL = {one["kind"]: one for one in json.loads((Path(__file__).parents[2] / "data/ack_final_objects.json").read_text())}
each_kind = pytest.mark.parametrize("component", component_ids("v2"))
TRAINING = {
    "training_job_name": "j",
    "role_arn": "arn:aws:iam::111122223333:role/r",
    "algorithm_specification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
    "output_data_config": {"S3OutputPath": "s3://b/o"},
    "resource_config": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "stopping_condition": {"MaxRuntimeInSeconds": 3600},
}


def request(component: str, inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
    (call,) = prepare(find_face(component), inputs, **options).calls
    return dict(call.request)


def test_there_is_a_component_of_every_kind_of_the_controller_that_has_a_table() -> None:
    assert set(KINDS) == set(component_ids("v2"))
    assert {kind.resource.kind for kind in KINDS.values()} == {path.stem for path in (
        Path(__file__).parents[3] / "components/kfp_sagemaker/custom_resources/tables").glob("*.json")}


@each_kind
class TestInputs:
    def test_every_member_that_the_custom_resource_has_is_an_input(self, component: str) -> None:
        face = find_face(component)
        shape: Any = input_shape(face.resource.create)
        members = {member for member in shape.members if member in field_table(face.resource.kind).spec.members}

        assert {declared.name for declared in face.inputs if declared.targets} == {xform_name(name) for name in members}

    def test_none_is_about_calls_that_the_controller_makes(self, component: str) -> None:
        names = {declared.name for declared in find_face(component).inputs}

        assert not names & {"endpoint_url", "assume_role", "external_id", "role_session_name"}
        assert {"region", "namespace", "cleanup", "timeout", "on_existing", "on_terminate"} <= names

    def test_every_one_is_told_of(self, component: str) -> None:
        for declared in find_face(component).inputs:
            member = "".join(target.rpartition(".")[2] for target in declared.targets)
            assert declared.description not in (f"{member}.", f"{member}, as in the API.")

    def test_what_is_required_is_what_the_api_or_the_custom_resource_requires(self, component: str) -> None:
        face, kind = find_face(component), KINDS[component]
        shape: Any = input_shape(face.resource.create)
        required = {*shape.required_members, *field_table(face.resource.kind).required} - {face.resource.name_member}
        required &= set(field_table(face.resource.kind).spec.members)
        expected = set() if kind.all_optional else {xform_name(member) for member in required}

        assert {declared.name for declared in face.inputs if declared.default is None} == expected


def test_words_are_of_members_that_there_are() -> None:
    known = {member for kind in KINDS.values() for member in input_shape(kind.resource.create).members}

    assert {name.rpartition(".")[2] for name in (*DESCRIPTIONS, *DEFAULTS)} <= known


@each_kind
def test_the_example_can_be_said_by_a_custom_resource(component: str) -> None:
    face = find_face(component)
    (call,) = prepare(face, example_of(face), run=Run("identity", RunLabels("p", "r", "t"))).calls
    name = str(call.request[face.resource.name_member])

    assert to_manifest(face.resource, call.request, name=name, namespace="n", labels={}, annotations={})["kind"] == (
        face.resource.kind)


class TestSpellings:
    def test_the_custom_resources_spelling_counts_as_the_apis(self) -> None:
        old = {**TRAINING,
               "algorithm_specification": {"trainingImage": "image:1", "trainingInputMode": "File"},
               "output_data_config": {"s3OutputPath": "s3://b/o", "kmsKeyID": "k"},
               "input_data_config": [{"channelName": "c", "dataSource": {"s3DataSource": {
                   "s3URI": "s3://b/t", "s3DataType": "S3Prefix"}}}],
               "tags": [{"key": "team", "value": "vision"}]}
        made = request("v2/TrainingJob", old)

        assert made["OutputDataConfig"] == {"S3OutputPath": "s3://b/o", "KmsKeyId": "k"}
        assert made["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://b/t"
        assert made["Tags"] == [{"Key": "team", "Value": "vision"}]

    def test_keys_of_maps_stay(self) -> None:
        made = request("v2/TrainingJob", {**TRAINING, "hyper_parameters": {"roleArn": "x", "epochs": 6.0}})

        assert made["HyperParameters"] == {"roleArn": "x", "epochs": "6"}

    def test_twice_the_same_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="S3OutputPath is given twice, once as s3OutputPath"):
            request("v2/TrainingJob", {**TRAINING, "output_data_config": {"S3OutputPath": "s3://a/", "s3OutputPath": "s3://b/"}})


class TestWhatItCannotSay:
    @pytest.mark.parametrize(("component", "inputs", "member", "kind"), [
        ("v2/TrainingJob", {**TRAINING, "algorithm_specification": {
            "trainingImage": "i", "TrainingInputMode": "File", "ContainerEntrypoint": ["a"]}},
         "CreateTrainingJob.AlgorithmSpecification.ContainerEntrypoint", "TrainingJob"),
        ("v2/flat/train", {**example_of(find_face("v1/train")), "extra_request": {
            "ResourceConfig": {"TrainingPlanArn": "arn:aws:sagemaker:us-east-1:111122223333:training-plan/x"}}},
         "CreateTrainingJob.ResourceConfig.TrainingPlanArn", "TrainingJob"),
        ("v2/flat/endpoint", {**example_of(find_face("v1/endpoint")), "shadow_production_variants": [{
            "VariantName": "s", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]},
         "CreateEndpointConfig.ShadowProductionVariants", "EndpointConfig"),
    ])
    def test_is_refused_naming_the_member_and_the_component_that_can(
        self, component: str, inputs: dict[str, Any], member: str, kind: str
    ) -> None:
        face = find_face(component)
        with pytest.raises(InvalidInput) as raised:
            prepare(face, {**inputs, "validation": "warn"})

        (violation,) = raised.value.violations
        assert violation.member == member
        assert violation.problem == f"{lacks(kind)}; {face.alternative} calls the SageMaker API and can say it"

    def test_what_the_controller_always_does_may_be_asked_for(self) -> None:
        inputs = {**example_of(find_face("v1/endpoint")), "retain_all_variant_properties": True}
        prepare(find_face("v2/flat/endpoint"), inputs)
        with pytest.raises(InvalidInput, match="RetainDeploymentConfig"):
            prepare(find_face("v2/flat/endpoint"), {**inputs, "retain_deployment_config": True})


class TestFlat:
    @pytest.mark.parametrize("component", component_ids("v2.flat"))
    def test_it_is_the_face_of_the_component_on_the_api(self, component: str) -> None:
        face = find_face(component)
        v1 = find_face(face.alternative)

        assert face.backend is BackEnd.ACK
        assert [replace(declared, description="") for declared in face.inputs[:len(v1.inputs)]] == [
            replace(declared, description="") for declared in v1.inputs]
        assert all(declared.default is not None for declared in face.inputs[len(v1.inputs):])
        assert face.outputs == v1.outputs
        assert prepare(face, example_of(face)).requests == prepare(v1, example_of(v1)).requests

    def test_there_is_one_for_every_component_whose_kind_the_controller_has(self) -> None:
        assert {component.replace("v2/flat/", "v1/") for component in component_ids("v2.flat")} == {
            *component_ids("v1")} - {"v1/workteam"}

    @pytest.mark.parametrize("name", ["endpoint_url", "assume_role", "external_id", "role_session_name"])
    def test_inputs_about_calls_of_the_api_are_refused(self, name: str) -> None:
        with pytest.raises(InvalidInput, match=f"{name}: cannot be followed: .*v1/train"):
            prepare(find_face("v2/flat/train"), {**example_of(find_face("v1/train")), name: "x"})


@each_kind
class TestOutputs:
    def test_out_of_an_object_of_the_real_controller(self, component: str) -> None:
        face = find_face(component)
        object_ = FINAL[face.resource.kind]
        (call,) = prepare(face, example_of(face)).calls
        collected = face.collect(Ended(described(face.resource, object_), {call.operation: call.request}))
        told = collected.parameters

        assert told["arn"] == object_["status"]["ackResourceMetadata"]["arn"]
        assert told["ack_resource_metadata"] == object_["status"]["ackResourceMetadata"]
        assert told["conditions"] == object_["status"]["conditions"]
        assert told["sagemaker_resource_name"]
        assert json.loads(json.dumps(told)) == told
        for member, field in field_table(face.resource.kind).status.members.items():
            assert told.get(xform_name(member)) == object_["status"].get(field.name), member
        assert set(told) <= {output.name for output in face.outputs}

    def test_out_of_an_object_that_the_controller_has_not_looked_at(self, component: str) -> None:
        face = find_face(component)
        (call,) = prepare(face, example_of(face)).calls

        told = described(face.resource, {"metadata": {"creationTimestamp": "2026-11-22T00:38:35Z"}})
        assert face.collect(Ended(told, {call.operation: call.request})).parameters["arn"] == ""


def test_what_a_component_on_the_api_tells_besides() -> None:
    face = find_face("v2/TrainingJob")
    collected = face.collect(Ended(described(face.resource, FINAL["TrainingJob"]), {}))

    assert collected.parameters["model_artifact_url"] == "s3://b/o/tj/output/model.tar.gz"
    assert collected.artifacts["model"].metadata["modelDataUrl"] == "s3://b/o/tj/output/model.tar.gz"
