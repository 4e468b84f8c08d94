"""Transform jobs that really run: what the model is sent, what becomes of its answers, failures, retries, stop."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from runners_here import ON_EVERY_RUNNER, ON_ONE
from transform_server import SERVER

GROUP = "/aws/sagemaker/TransformJobs"


@pytest.fixture
def start_transform(start_job: Any, aws: Any, image_folder: Any) -> Callable[..., Any]:
    """Start a transform job on the objects below ``in/``; members of TransformInput and TransformOutput are told by name."""
    (image_folder / "serve.py").write_text(SERVER)
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write('COPY serve.py /srv/serve.py\nENTRYPOINT ["python3", "/srv/serve.py"]\n')

    def start(uri: str | None = None, model_environment: dict[str, str] | None = None, **members: Any) -> Any:
        source = {"S3DataType": members.pop("S3DataType", "S3Prefix"), "S3Uri": uri or aws.uri("in/")}
        given = {"DataSource": {"S3DataSource": source}, "ContentType": members.pop("ContentType", "text/csv")}
        given |= {name: members.pop(name) for name in ("CompressionType", "SplitType") if name in members}
        wanted = {"S3OutputPath": aws.uri("out")}
        wanted |= {name: members.pop(name) for name in ("Accept", "AssembleWith") if name in members}
        container = {"Image": "serve:1", "Environment": model_environment or {}}
        request = {
            "ModelName": "model",
            "TransformInput": given,
            "TransformOutput": wanted,
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **members,
        }
        return start_job("TransformJob", request, {"model": {"ModelName": "model", "PrimaryContainer": container}})

    return start


def outputs(aws: Any) -> dict[str, str]:
    return {key.removeprefix("out/"): aws.get(key).decode() for key in aws.keys("out/")}


def logged(aws: Any, job: Any, *, data: bool = False) -> list[str]:
    """The lines of the container's stream, or of the data log."""
    [lines] = [lines for name, lines in aws.lines(GROUP, f"{job.name}/").items() if name.endswith("/data-log") == data]
    return lines


def bodies(aws: Any, job: Any) -> list[str]:
    """What the model was sent."""
    return [line.split(line[4])[1] for line in logged(aws, job) if line.startswith("got")]


LINES = {"SplitType": "Line", "AssembleWith": "Line"}


@ON_EVERY_RUNNER
def test_every_object_of_a_prefix_gets_an_output(start_transform, aws):
    aws.put(**{"in/a.csv": "1,2\n3,4\n", "in/deep/b.csv": "1\n", "other/c.csv": "1\n"})
    job = start_transform(Accept="text/csv").wait()
    assert (job.status, job.end) == ("Completed", {})
    assert job.statuses == ["Starting", "Downloading", "Training", "Uploading"]
    assert outputs(aws) == {"a.csv.out": "2\n2", "deep/b.csv.out": "1"}
    assert logged(aws, job)[2::2] == [r"got '1,2\n3,4\n' text/csv text/csv", r"got '1\n' text/csv text/csv"]
    assert logged(aws, job, data=True) == [
        "[sagemaker logs]: MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"
    ]


SPLITS = [
    ({"SplitType": "None"}, [r"1,1\n\n2,2\r\n3,3"], "2\n1\n2\n2"),
    ({"SplitType": "Line", "BatchStrategy": "SingleRecord"}, ["1,1", "2,2", "3,3"], "222"),
    ({**LINES, "BatchStrategy": "SingleRecord"}, ["1,1", "2,2", "3,3"], "2\n2\n2\n"),
    ({**LINES, "BatchStrategy": "MultiRecord"}, [r"1,1\n2,2\n3,3"], "2\n2\n2\n"),
    ({**LINES, "BatchStrategy": "MultiRecord", "MaxPayloadInMB": 0}, [r"1,1\n2,2\n3,3"], "2\n2\n2\n"),
    (LINES, [r"1,1\n2,2\n3,3"], "2\n2\n2\n"),
]


@ON_ONE
def test_records_are_split_batched_and_assembled(start_transform, aws):
    aws.put(**{"in/a": "1,1\n\n2,2\r\n3,3"})
    for members, sent, output in SPLITS:
        job = start_transform(**members).wait()
        assert job.status == "Completed", (members, job.end)
        assert bodies(aws, job) == sent, members
        assert outputs(aws) == {"a.out": output}, members


@ON_ONE
def test_payloads_are_as_large_as_allowed_and_their_order_is_kept(start_transform, aws):
    rows = [f"{number}," + "x" * 299_990 for number in range(8)]
    aws.put(**{"in/big": "\n".join(rows)})
    job = start_transform(**LINES, MaxPayloadInMB=1, MaxConcurrentTransforms=4, BatchStrategy="MultiRecord").wait()
    assert job.status == "Completed", job.end
    assert sorted(line for line in logged(aws, job) if line.startswith("lines")) == ["lines 2", "lines 3", "lines 3"]
    assert outputs(aws) == {"big.out": "2\n" * 8}


@ON_ONE
def test_a_record_that_is_too_large_fails_its_object(start_transform, aws):
    aws.put(**{"in/big": "x" * 1_100_000, "in/small": "1"})
    job = start_transform(MaxPayloadInMB=1).wait()
    assert (job.status, job.end["failure_reason"]) == ("Failed", "ClientError: See job logs for more information")
    assert "a record is larger than MaxPayloadInMB=1" in logged(aws, job, data=True)[-1]
    assert outputs(aws) == {"small.out": "1"}


@ON_ONE
def test_gzip_and_a_manifest(start_transform, aws):
    manifest = json.dumps([{"prefix": aws.uri("data/")}, "x/a.csv.gz"])
    aws.put(**{"data/x/a.csv.gz": gzip.compress(b"1,2,3\n4,5,6\n"), "data/b.csv.gz": b"", "manifest": manifest})
    job = start_transform(aws.uri("manifest"), S3DataType="ManifestFile", CompressionType="Gzip", **LINES).wait()
    assert job.status == "Completed", job.end
    assert outputs(aws) == {"x/a.csv.gz.out": "3\n3\n"}


@ON_ONE
def test_the_models_variables_and_those_of_a_batch_transform(start_transform, aws):
    aws.put(**{"in/a": "1"})
    names = "MINE MODEL BOTH SAGEMAKER_BATCH SAGEMAKER_MAX_PAYLOAD_IN_MB SAGEMAKER_BATCH_STRATEGY"
    names += " SAGEMAKER_MAX_CONCURRENT_TRANSFORMS"
    model = {"MODEL": "m", "BOTH": "model", "SHOW": names}
    mine = {"MINE": "j", "BOTH": "job"}
    asked = {"MaxPayloadInMB": 2, "BatchStrategy": "SingleRecord", "MaxConcurrentTransforms": 3}
    plain, full = start_transform(None, model), start_transform(None, model, Environment=mine, **asked)
    assert logged(aws, plain.wait())[0] == "started - m model true - - -"
    assert logged(aws, full.wait())[0] == "started j m job true 2 SINGLE_RECORD 3"


@ON_ONE
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "MaxConcurrentTransforms=3, MaxPayloadInMB=1, BatchStrategy=SINGLE_RECORD"),
        (
            {"MaxConcurrentTransforms": 0, "MaxPayloadInMB": 5},
            "MaxConcurrentTransforms=3, MaxPayloadInMB=5, BatchStrategy=SINGLE_RECORD",
        ),
    ],
)
def test_the_container_may_offer_parameters(start_transform, aws, asked, words):
    aws.put(**{"in/a": "1"})
    offered = {"MaxConcurrentTransforms": 3, "BatchStrategy": "SINGLE_RECORD", "MaxPayloadInMB": 1}
    job = start_transform(None, {"OFFERED": json.dumps(offered)}, **asked).wait()
    assert logged(aws, job, data=True) == [f"[sagemaker logs]: {words}"]


CSV = ("text/csv", "7,1,2\n8,3,4\n")
JSON_LINES = ("application/jsonlines", '{"id": 7, "f": [1, 2]}\n{"id": 8, "f": [3, 4, 5]}\n')
PROCESSED = [
    (CSV, {"InputFilter": "$[1:]"}, [r"1,2\n3,4"], "2\n2\n"),
    (CSV, {"InputFilter": "$[1:]", "JoinSource": "Input"}, [r"1,2\n3,4"], "7,1,2,2\n8,3,4,2\n"),
    (CSV, {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}, [r"1,2\n3,4"], "7,2\n8,2\n"),
    (CSV, {"InputFilter": "$[0]"}, [r"7\n8"], "1\n1\n"),
    (JSON_LINES, {"InputFilter": "$.f"}, [r"[1, 2]\n[3, 4, 5]"], '{"size": 2}\n{"size": 3}\n'),
    (JSON_LINES, {"OutputFilter": "$['size']"}, None, "2\n2\n"),
    (
        JSON_LINES,
        {"InputFilter": "$.f", "JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
        [r"[1, 2]\n[3, 4, 5]"],
        '{"id": 7, "SageMakerOutput": {"size": 2}}\n{"id": 8, "SageMakerOutput": {"size": 3}}\n',
    ),
    (
        ("application/json", "[1]\n[2, 3]\n"),
        {"JoinSource": "Input"},
        [r"[1]\n[2, 3]"],
        '{"SageMakerInput": [1], "SageMakerOutput": {"size": 1}}\n'
        '{"SageMakerInput": [2, 3], "SageMakerOutput": {"size": 2}}\n',
    ),
]


@ON_ONE
def test_filters_and_join(start_transform, aws):
    for (media_type, content), processing, sent, output in PROCESSED:
        aws.put(**{"in/a": content})
        job = start_transform(ContentType=media_type, DataProcessing=processing, **LINES).wait()
        assert job.status == "Completed", (processing, job.end, logged(aws, job, data=True))
        assert outputs(aws) == {"a.out": output}, processing
        assert sent is None or bodies(aws, job) == sent


REFUSED = [
    ({"S3DataType": "AugmentedManifestFile"}, "the S3DataType AugmentedManifestFile is not available here"),
    ({"SplitType": "RecordIO"}, "the SplitType RecordIO is not available here; use None or Line"),
    ({"DataProcessing": {"InputFilter": "$..a"}}, "DataProcessing.InputFilter: '$..a' is not a JSONPath"),
    ({"uri": "none/"}, 'No S3 objects found under S3 URL "s3://'),
]


@ON_ONE
@pytest.mark.parametrize(("members", "sentence"), REFUSED)
def test_what_cannot_be_done_is_said(start_transform, aws, members, sentence):
    uri = aws.uri(members["uri"]) if "uri" in members else None
    job = start_transform(uri, **{name: value for name, value in members.items() if name != "uri"}).wait()
    assert job.status == "Failed"
    assert job.end["failure_reason"].startswith("ClientError: ")
    assert sentence in job.end["failure_reason"]


FAILING = [
    ("1\nanswer-400\n", {}, "ClientError", "ClientError: 400", 1),
    ("1\nanswer-500\n", {"InvocationsMaxRetries": 2}, "AlgorithmError", "Bad HTTP status received from algorithm: 500", 3),
    ("die\n", {}, "AlgorithmError", "Unable to get response from algorithm", 1),
]


@ON_ONE
def test_a_record_that_fails_fails_the_job_and_leaves_the_other_objects(start_transform, aws):
    for content, client, side, line, tries in FAILING:
        aws.put(**{"in/a": "1,2", "in/b": content})
        job = start_transform(**LINES, BatchStrategy="SingleRecord", ModelClientConfig=client).wait()
        assert (job.status, job.end["failure_reason"]) == ("Failed", f"{side}: See job logs for more information")
        assert outputs(aws) == {"a.out": "2\n"}
        data_log = logged(aws, job, data=True)
        assert any(f"{aws.bucket}/in/b: {line}" in each for each in data_log), data_log
        assert bodies(aws, job).count(content.splitlines()[-1]) == tries
        if "answer" in content:
            assert data_log[-1].endswith("in/b: because of the record")


@ON_ONE
def test_an_answer_that_does_not_come_in_time_fails_the_job(start_transform, aws):
    aws.put(**{"in/b": "hang"})
    job = start_transform(ModelClientConfig={"InvocationsTimeoutInSeconds": 1, "InvocationsMaxRetries": 0}).wait()
    assert (job.status, job.end["failure_reason"]) == ("Failed", "AlgorithmError: See job logs for more information")
    assert f"{aws.bucket}/in/b: Unable to get response from algorithm" in logged(aws, job, data=True)[-1]
    assert outputs(aws) == {}


@ON_ONE
def test_what_is_not_the_requests_fault_is_tried_again(start_transform, aws):
    aws.put(**{"in/a": "flaky,2"})
    job = start_transform().wait()
    assert job.status == "Completed", job.end
    assert bodies(aws, job) == ["flaky,2"] * 2
    assert outputs(aws) == {"a.out": "2"}


@ON_ONE
def test_filters_of_what_has_no_such_part_fail_the_object(start_transform, aws):
    aws.put(**{"in/a": "1,2"})
    job = start_transform(DataProcessing={"InputFilter": "$[5]"}).wait()
    assert job.end["failure_reason"] == "ClientError: See job logs for more information"
    assert "$[5] selects what the record has not" in logged(aws, job, data=True)[-1]


@ON_ONE
def test_a_container_that_is_not_healthy_fails_the_job(start_transform, aws):
    aws.put(**{"in/a": "1"})
    job = start_transform(None, {"SAGEMAKER_BIND_TO_PORT": "none"}).wait()
    assert job.end["failure_reason"] == "AlgorithmError: See job logs for more information"
    assert "did not pass the ping health check before it ended with exit code 1" in logged(aws, job, data=True)[-1]


@ON_EVERY_RUNNER
def test_stop_ends_a_request_that_waits(start_transform, aws, until):
    aws.put(**{"in/a": "1", "in/b": "hang"})
    job = start_transform()
    until(lambda: any(line.startswith("got 'hang'") for lines in aws.lines(GROUP, job.name).values() for line in lines))
    job.stop_requested.set()
    assert job.wait().status == "Stopped"
    assert outputs(aws) == {}
