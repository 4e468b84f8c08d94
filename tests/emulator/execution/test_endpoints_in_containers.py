"""Endpoints that really serve: model data, /ping, /invocations, variants, blue/green updates, failures."""

from __future__ import annotations

import io
import tarfile

import pytest
from runners_here import ON_EVERY_RUNNER, ON_ONE, WHERE_ISOLATED

SERVER = """
import http.server, os, sys
base = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
model = open(base + "/model/weights").read()
class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.reply(int(os.environ.get("PING", 200)), b"")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        print("invoked with", body.decode(), flush=True)
        if body == b"die":
            os._exit(1)
        status = 418 if body == b"teapot" else 200
        answer = f"{model}:{body.decode()}:{self.headers['Content-Type']}:{self.headers['X-Amzn-SageMaker-Custom-Attributes']}"
        self.reply(status, answer.encode(), Content_Type="text/plain", X_Amzn_SageMaker_Custom_Attributes="back")
assert sys.argv[1:] == ["serve"], sys.argv
print("loaded", model, flush=True)
http.server.HTTPServer(("0.0.0.0", int(os.environ.get("SAGEMAKER_BIND_TO_PORT", 8080))), Handler).serve_forever()
"""


@pytest.fixture
def model(aws, image_folder):
    """A CreateModel request with an archive of the given weights, on an image that answers with them."""
    (image_folder / "serve.py").write_text(SERVER)
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write('COPY serve.py /srv/serve.py\nENTRYPOINT ["python3", "/srv/serve.py"]\n')

    def make(weights: str, **environment: str):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            member = tarfile.TarInfo("weights")
            member.size = len(weights)
            archive.addfile(member, io.BytesIO(weights.encode()))
        key = f"models/{weights}.tar.gz"
        aws.put(**{key: packed.getvalue()})
        return {"PrimaryContainer": {"Image": "serve:1", "ModelDataUrl": aws.uri(key), "Environment": environment}}

    return make


def ask(execution, name, body=b"x", target=None, **headers):
    status, answer, received = execution.invoke_endpoint(name, body, {"Content-Type": "text/csv", **headers}, target)
    return status, answer.decode(), {key.lower(): value for key, value in received.items()}


@ON_EVERY_RUNNER
def test_it_serves_its_model(deploy, model, execution, aws, until, runner):
    name, group = f"served-{runner}", f"/aws/sagemaker/Endpoints/served-{runner}"
    assert deploy(name, {"main": (model("first"), 1.0)}).wait().status == "InService"
    status, answer, headers = ask(execution, name, b"1,2", **{"X-Amzn-SageMaker-Custom-Attributes": "mine"})
    assert (status, answer) == (200, "first:1,2:text/csv:mine")
    assert headers["x-amzn-invoked-production-variant"] == "main"
    assert headers["content-type"] == "text/plain"
    assert headers["x-amzn-sagemaker-custom-attributes"] == "back"
    assert ask(execution, name, b"teapot")[0] == 418
    [stream] = until(lambda: aws.lines(group))
    assert stream.startswith("main/i-")
    until(lambda: "invoked with 1,2" in aws.lines(group)[stream])
    execution.delete_endpoint(name)
    with pytest.raises(LookupError):
        ask(execution, name)


@WHERE_ISOLATED
def test_variants_share_requests_by_weight_and_can_be_asked_for(deploy, model, execution):
    variants = {"blue": (model("blue"), 3.0), "green": (model("green"), 1.0), "idle": (model("idle"), 0.0)}
    assert deploy("shared", variants).wait().status == "InService"
    answers = [ask(execution, "shared")[1].split(":")[0] for _ in range(8)]
    assert sorted(answers) == ["blue"] * 6 + ["green"] * 2
    assert ask(execution, "shared", target="idle")[1].startswith("idle:")
    with pytest.raises(LookupError, match="no production variant other"):
        ask(execution, "shared", target="other")


@ON_EVERY_RUNNER
def test_an_update_replaces_what_serves(deploy, model, execution):
    deploy("updated", {"main": (model("old"), 1.0)}).wait()
    assert deploy("updated", {"main": (model("new"), 1.0)}, update=True).wait().status == "InService"
    assert ask(execution, "updated")[1].startswith("new:")


@ON_EVERY_RUNNER
def test_an_update_that_fails_leaves_the_old_one_serving(deploy, model, execution):
    deploy("kept", {"main": (model("old"), 1.0)}).wait()
    broken = {"PrimaryContainer": {**model("new")["PrimaryContainer"], "ModelDataUrl": None}}
    update = deploy("kept", {"main": (broken, 1.0)}, update=True).wait()
    assert update.status == "RolledBack"
    assert "ended with exit code 1" in update.failure_reason
    assert ask(execution, "kept")[1].startswith("old:")


@ON_ONE
def test_a_ping_that_is_never_200_fails_the_creation(deploy, model, execution):
    endpoint = deploy("unwell", {"main": (model("m", PING="503"), 1.0)}, ContainerStartupHealthCheckTimeoutInSeconds=1)
    assert endpoint.wait().status == "Failed"
    assert "variant main did not pass the ping health check" in endpoint.failure_reason
    with pytest.raises(LookupError):
        ask(execution, "unwell")


@ON_ONE
@pytest.mark.parametrize(
    ("url", "content", "reason"),
    [
        ("models/none.tar.gz", None, "ClientError: Could not find model data at s3://"),
        ("models/bad.tar.gz", b"not an archive", "ClientError: Failed to extract model data archive"),
    ],
)
def test_model_data_that_cannot_be_had_fails_the_creation(deploy, aws, url, content, reason):
    if content:
        aws.put(**{url: content})
    model = {"PrimaryContainer": {"Image": "serve:1", "ModelDataUrl": aws.uri(url)}}
    endpoint = deploy("without", {"main": (model, 1.0)}).wait()
    assert endpoint.status == "Failed"
    assert endpoint.failure_reason.startswith(reason)


@ON_ONE
def test_uncompressed_model_data_and_the_first_of_several_containers(deploy, model, execution, aws):
    aws.put(**{"plain/weights": "plain"})
    source = {"S3DataSource": {"S3Uri": aws.uri("plain/"), "S3DataType": "S3Prefix", "CompressionType": "None"}}
    model("unused")
    request = {"Containers": [{"Image": "serve:1", "ModelDataSource": source}, {"Image": "second:1"}]}
    assert deploy("plain", {"main": (request, 1.0)}).wait().status == "InService"
    assert ask(execution, "plain")[1].startswith("plain:")


@ON_EVERY_RUNNER
def test_a_container_that_has_ended_is_a_connection_error(deploy, model, execution):
    deploy("gone", {"main": (model("m"), 1.0)}).wait()
    for body in (b"die", b"and now"):
        with pytest.raises(ConnectionError):
            ask(execution, "gone", body)
