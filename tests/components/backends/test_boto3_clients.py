"""Whose keys sign a call: read off the requests that arrive at a server."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kfp_sagemaker.backends.boto3.backend import Boto3Backend
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.service_model import model
from kfp_sagemaker.version import VERSION


class Recorder(http.server.BaseHTTPRequestHandler):
    """Answers everything with an empty object, and keeps the headers."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(dict(self.headers))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[http.server.HTTPServer]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    model.session.cache_clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as running:
        running.seen = []  # type: ignore[attr-defined]
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.server_port}")
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()
    model.session.cache_clear()


def keys(server: http.server.HTTPServer) -> list[tuple[str, str]]:
    """Key id and region of the signature of each request."""
    found = [re.search(r"Credential=([^/]+)/\d+/([^/]+)/", headers["Authorization"]) for headers in server.seen]  # type: ignore[attr-defined]
    return [(match[1], match[2]) for match in found if match]


def write_keys(path: Path, key: str) -> None:
    (path / "credentials").write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n")


def test_keys_that_a_file_renewed_are_used_after_a_renewal(server: http.server.HTTPServer, tmp_path: Path) -> None:
    write_keys(tmp_path, "OLD")
    backend = Boto3Backend(StepSettings())
    backend.describe(MODEL, "m")

    write_keys(tmp_path, "NEW")
    backend.describe(MODEL, "m")
    backend.renew_credentials()
    backend.describe(MODEL, "m")

    assert [key for key, _ in keys(server)] == ["OLD", "OLD", "NEW"]


@pytest.mark.parametrize(("given", "signed_for"), [(None, "eu-west-1"), ("ap-south-1", "ap-south-1")])
def test_the_input_region_wins_over_the_environments(
    server: http.server.HTTPServer, tmp_path: Path, given: str | None, signed_for: str
) -> None:
    write_keys(tmp_path, "KEY")

    Boto3Backend(StepSettings(region=given)).describe(MODEL, "m")

    assert keys(server) == [("KEY", signed_for)]


def test_requests_say_who_sends_them(server: http.server.HTTPServer, tmp_path: Path) -> None:
    write_keys(tmp_path, "KEY")

    Boto3Backend(StepSettings()).describe(MODEL, "m")

    assert f"kfp-sagemaker/{VERSION}" in server.seen[0]["User-Agent"]  # type: ignore[attr-defined]


def test_without_a_region_there_is_no_client(monkeypatch: pytest.MonkeyPatch, server: http.server.HTTPServer) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    model.session.cache_clear()

    with pytest.raises(InvalidInput, match="neither AWS_REGION, AWS_DEFAULT_REGION nor the configuration"):
        Boto3Backend(StepSettings()).connect()
