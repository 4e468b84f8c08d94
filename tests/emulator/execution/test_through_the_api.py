"""Transform and labeling jobs from the API to the containers and back, with nothing between that a user has not."""

from __future__ import annotations

import json
import urllib.request

import boto3
import pytest
from runners_here import RUNNERS
from sagemaker_local import Settings, start

BUCKET = "sagemaker-us-east-1-123456789012"
SERVER = """
import http.server, os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ping" else 404)
        self.end_headers()
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).upper()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(("0.0.0.0", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 8080))), Handler).serve_forever()
"""


@pytest.fixture
def local(runner, tmp_path, image_folder):
    (image_folder / "serve.py").write_text(SERVER)
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write('COPY serve.py /srv/serve.py\nENTRYPOINT ["python3", "/srv/serve.py"]\n')
    with start(Settings(images={"*": image_folder}, runner=runner, data_directory=tmp_path / "data")) as running:
        yield running


@pytest.fixture
def clients_of(local):
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name=local.region)
    return tuple(session.client(name, endpoint_url=local.url) for name in ("sagemaker", "s3"))


@pytest.mark.parametrize("runner", RUNNERS[:1])
def test_a_transform_job_uses_the_model_of_its_request(clients_of, until):
    sagemaker, s3 = clients_of
    s3.put_object(Bucket=BUCKET, Key="in/a.txt", Body=b"words")
    sagemaker.create_model(ModelName="upper", PrimaryContainer={"Image": "serve:1"})
    sagemaker.create_transform_job(
        TransformJobName="shout",
        ModelName="upper",
        TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}},
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )

    def ended():
        shown = sagemaker.describe_transform_job(TransformJobName="shout")
        return shown if shown["TransformJobStatus"] != "InProgress" else None

    shown = until(ended)
    assert (shown["TransformJobStatus"], shown.get("FailureReason")) == ("Completed", None)
    assert shown["TransformEndTime"] >= shown["TransformStartTime"]
    assert s3.get_object(Bucket=BUCKET, Key="out/a.txt.out")["Body"].read() == b"WORDS"


@pytest.mark.parametrize("runner", RUNNERS[-1:])
def test_a_labeling_job_is_finished_by_a_call(local, clients_of, until):
    sagemaker, s3 = clients_of
    s3.put_object(Bucket=BUCKET, Key="in.manifest", Body=b'{"source": "good"}\n{"source": "bad"}\n')
    task = {
        "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/team",
        "UiConfig": {"UiTemplateS3Uri": f"s3://{BUCKET}/template.liquid"},
        "TaskTitle": "Mood",
        "TaskDescription": "Is it good?",
        "NumberOfHumanWorkersPerDataObject": 1,
        "TaskTimeLimitInSeconds": 60,
    }
    sagemaker.create_labeling_job(
        LabelingJobName="mood",
        LabelAttributeName="mood",
        InputConfig={"DataSource": {"S3DataSource": {"ManifestS3Uri": f"s3://{BUCKET}/in.manifest"}}},
        OutputConfig={"S3OutputPath": f"s3://{BUCKET}/labels"},
        RoleArn="arn:aws:iam::123456789012:role/sagemaker",
        HumanTaskConfig=task,
    )
    until(lambda: sagemaker.describe_labeling_job(LabelingJobName="mood")["LabelingJobStatus"] == "InProgress")

    call = urllib.request.Request(f"{local.url}/_local/labeling-jobs/mood/finish", b"[1, 0]", method="POST")
    with urllib.request.urlopen(call) as answer:
        assert answer.status == 200

    shown = sagemaker.describe_labeling_job(LabelingJobName="mood")
    assert (shown["LabelingJobStatus"], shown["LabelCounters"]["TotalLabeled"]) == ("Completed", 2)
    key = shown["LabelingJobOutput"]["OutputDatasetS3Uri"].removeprefix(f"s3://{BUCKET}/")
    lines = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().splitlines()
    assert [json.loads(line)["mood"] for line in lines] == [1, 0]
