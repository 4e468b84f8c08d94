"""``v1/batch_transform``: from inputs to a request, and the objects that a job made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.batch_transform import BATCH_TRANSFORM, collect, lookups
from kfp_sagemaker.faces.face import Call, Ended
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.service_model.validate import UNRESOLVED

LEAST = {"model_name": "digits", "input_location": "s3://in/digits", "output_location": "s3://out/predictions"}


def request(**inputs: Any) -> Any:
    return prepare(BATCH_TRANSFORM, {**LEAST, **inputs}).requests["CreateTransformJob"]


def test_the_least() -> None:
    assert request(job_name="transform") == {
        "TransformJobName": "transform",
        "ModelName": "digits",
        "MaxConcurrentTransforms": 0,
        "MaxPayloadInMB": 6,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://in/digits"}},
            "SplitType": "None", "CompressionType": "None"},
        "TransformOutput": {"S3OutputPath": "s3://out/predictions"},
        "TransformResources": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1},
        "DataProcessing": {"JoinSource": "None"},
    }


CAPTURE = {"DestinationS3Uri": "s3://out/captured"}
CLIENT = {"InvocationsTimeoutInSeconds": 60, "InvocationsMaxRetries": 0}


@pytest.mark.parametrize(("inputs", "path", "value"), [
    ({"max_concurrent": 0}, "MaxConcurrentTransforms", 0),
    ({"max_payload": "0"}, "MaxPayloadInMB", 0),
    ({"batch_strategy": "SingleRecord"}, "BatchStrategy", "SingleRecord"),
    ({"content_type": "text/csv"}, "TransformInput.ContentType", "text/csv"),
    ({"split_type": "RecordIO"}, "TransformInput.SplitType", "RecordIO"),
    ({"data_type": "ManifestFile"}, "TransformInput.DataSource.S3DataSource.S3DataType", "ManifestFile"),
    ({"accept": "text/csv"}, "TransformOutput.Accept", "text/csv"),
    ({"assemble_with": "Line"}, "TransformOutput.AssembleWith", "Line"),
    ({"output_encryption_key": "alias/a"}, "TransformOutput.KmsKeyId", "alias/a"),
    ({"resource_encryption_key": "alias/b"}, "TransformResources.VolumeKmsKeyId", "alias/b"),
    ({"input_filter": "$[1:]"}, "DataProcessing.InputFilter", "$[1:]"),
    ({"output_filter": "$[0]"}, "DataProcessing.OutputFilter", "$[0]"),
    ({"join_source": "Input"}, "DataProcessing.JoinSource", "Input"),
    ({"environment": {"A": ""}}, "Environment", {"A": ""}),
    ({"data_capture_config": CAPTURE}, "DataCaptureConfig", CAPTURE),
    ({"model_client_config": CLIENT}, "ModelClientConfig", CLIENT),
])
def test_where_an_input_goes(inputs: dict[str, Any], path: str, value: Any) -> None:
    found = request(**inputs)
    for name in path.split("."):
        found = found[name]
    assert found == value


@pytest.mark.parametrize(("inputs", "refused"), [
    ({"batch_strategy": "Foo"}, "batch_strategy"),
    ({"split_type": "Comma"}, "split_type"),
    ({"instance_count": 0}, "instance_count"),
    ({"max_payload": -1}, "max_payload"),
    ({"output_location": "predictions"}, "output_location"),
    ({"model_client_config": {"InvocationsMaxRetries": 4}}, "model_client_config"),
    ({"data_capture_config": {"KmsKeyId": "alias/a"}}, "data_capture_config"),
])
def test_refusals_name_the_input(inputs: dict[str, Any], refused: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        request(**inputs)
    assert {violation.input for violation in raised.value.violations} == {refused}


def test_what_is_known_later_fits_everywhere() -> None:
    inputs = {declared.name: UNRESOLVED for declared in BATCH_TRANSFORM.inputs}
    assert prepare(BATCH_TRANSFORM, inputs).warnings == ()


CREATED = datetime(2026, 1, 1, 12, 0, 0, 700_000, tzinfo=UTC)
LATER, BEFORE = CREATED.replace(microsecond=0), CREATED - timedelta(seconds=1)


def described(
    source: str = "s3://in/digits", data_type: str = "S3Prefix", output: str = "s3://out/predictions"
) -> dict[str, Any]:
    return {
        "TransformJobName": "transform", "TransformJobArn": "arn:aws:sagemaker:eu-west-1:111122223333:transform-job/transform",
        "ModelName": "digits", "CreationTime": CREATED, "TransformStartTime": CREATED,
        "TransformEndTime": CREATED + timedelta(seconds=90), "TransformOutput": {"S3OutputPath": output},
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": data_type, "S3Uri": source}}},
    }


class TestLookups:
    @pytest.mark.parametrize("output", ["s3://out/predictions", "s3://out/predictions/"])
    def test_are_the_objects_of_output_and_input(self, output: str) -> None:
        assert lookups(described(output=output), {}) == (
            Call("ListObjectsV2", {"Bucket": "out", "Prefix": "predictions/"}, service="s3"),
            Call("ListObjectsV2", {"Bucket": "in", "Prefix": "digits"}, service="s3"))

    def test_a_whole_bucket_has_no_prefix(self) -> None:
        assert lookups(described(output="s3://out"), {})[0].request == {"Bucket": "out", "Prefix": ""}

    def test_what_a_manifest_lists_is_not_read(self) -> None:
        assert len(lookups(described(data_type="ManifestFile"), {})) == 1

    def test_locations_that_are_no_s3_uris_are_not_listed(self) -> None:
        assert lookups(described(output="https://out.s3.amazonaws.com/predictions"), {}) == ()


def listing(*objects: tuple[str, datetime] | str, **more: Any) -> dict[str, Any]:
    pairs = [(each, LATER) if isinstance(each, str) else each for each in objects]
    return {"Contents": [{"Key": key, "LastModified": modified} for key, modified in pairs], **more}


INPUT = listing("digits/a.csv", "digits/part/b.csv")


@pytest.mark.parametrize(("outputs", "inputs", "found"), [
    (listing("predictions/a.csv.out", "predictions/part/b.csv.out"), INPUT, ["a.csv.out", "part/b.csv.out"]),
    (listing("predictions/a.csv.out", "predictions/other.csv.out", "predictions/a.csv"), INPUT, ["a.csv.out"]),
    (listing(("predictions/a.csv.out", BEFORE)), INPUT, []),
    (listing("predictions/x.csv.out", "predictions/x.json"), {}, ["x.csv.out"]),
    (listing("predictions/x.csv.out"), {**INPUT, "NextToken": "more"}, ["x.csv.out"]),
    ({}, INPUT, []),
    ({}, {}, []),
], ids=["both", "others are not the job's", "older ones are not", "denied input", "more input than listed", "denied output",
        "all denied"])
def test_output_objects(outputs: dict[str, Any], inputs: dict[str, Any], found: list[str]) -> None:
    told = collect(Ended(described(), {}, (outputs, inputs)))
    assert told.parameters["output_objects"] == [f"s3://out/predictions/{name}" for name in found]
    assert told.figures["Output objects"].partition(" ")[0] == str(len(found))


def test_an_incomplete_listing_is_said_on_the_card() -> None:
    told = collect(Ended(described(), {}, (listing("predictions/a.csv.out", NextToken="more"), INPUT)))
    assert told.figures["Output objects"] == "1 among the first 1000 under the output location"


def test_outputs() -> None:
    told = collect(Ended(described(), {}))
    assert told.parameters == {
        "output_location": "s3://out/predictions", "output_objects": [], "job_name": "transform",
        "arn": "arn:aws:sagemaker:eu-west-1:111122223333:transform-job/transform"}
    assert told.figures["Ran for"] == "1 min 30 s"


def test_the_output_location_is_that_of_the_request_where_describe_tells_none() -> None:
    made = {"CreateTransformJob": request()}
    without = {name: value for name, value in described().items() if name != "TransformOutput"}
    assert collect(Ended(without, made)).parameters["output_location"] == "s3://out/predictions"
    assert lookups(without, made)[0].request["Bucket"] == "out"
