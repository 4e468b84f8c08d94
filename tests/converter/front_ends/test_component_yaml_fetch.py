"""Components that are fetched by URL when it was asked for, from a server of this machine."""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from kfp_sagemaker_converter.cli.check import check
from kfp_sagemaker_converter.cli.convert import convert
from kfp_sagemaker_converter.cli.init import init
from kfp_sagemaker_converter.front_ends.component_yaml.fetch import LARGEST, fetcher
from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile

PRINT = """\
name: Print
inputs: [{name: text}]
implementation:
  container: {image: a, command: [echo, {inputValue: text}]}
"""
GRAPH = """\
name: Graph
implementation:
  graph:
    tasks:
      print: {componentRef: {REFERENCE}, arguments: {text: a}}
"""


class Server(http.server.ThreadingHTTPServer):
    asked: list[str]

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no error here."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path in ("/elsewhere", "/to-file"):
            self.send_response(302)
            self.send_header("Location", "/print.yaml" if self.path == "/elsewhere" else "file:///etc/passwd")
            self.end_headers()
            return
        found = {"/print.yaml": PRINT.encode(), "/latin": b"\xe9", "/long": b"x" * (LARGEST + 1)}.get(self.path)
        if self.path in ("/slow", "/silent"):
            self.send_response(200)
            self.end_headers()
            for _ in range(20):
                time.sleep(0.1)
                if self.path == "/slow":
                    self.wfile.write(b"x")
            return
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.shutdown()


def test_a_component_is_fetched_once(server: Server) -> None:
    fetch = fetcher()
    for _ in range(3):
        assert fetch(f"{server.url}/print.yaml", True) == (ComponentFile(f"{server.url}/print.yaml", PRINT), "")
    assert server.asked == ["/print.yaml"]
    assert fetch(f"{server.url}/elsewhere", True)[0] is not None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/none", "cannot be fetched: the server answered 404 Not Found"),
        ("/latin", "is not text in UTF-8"),
        ("/long", "has more than 1,048,576 bytes"),
        ("/to-file", "cannot be fetched: the server answered 302"),
        ("/slow", "has not come within 1.2 seconds"),
        ("/silent", "cannot be fetched: timed out"),
    ],
)
def test_what_cannot_be_had_is_told(server: Server, path: str, problem: str) -> None:
    found, told = fetcher(silence=0.6, longest=1.2)(f"{server.url}{path}", True)
    assert found is None
    assert told.startswith(problem)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "gs://a/b", "/etc/passwd", "https", "HTTPS//x"])
def test_only_the_web_is_asked(url: str) -> None:
    assert fetcher()(url, True) == (None, "is not fetched: only https:// is, and http:// where there is a digest")


def test_http_needs_a_digest(server: Server) -> None:
    assert fetcher()(f"{server.url}/print.yaml", False) == (
        None, "is not fetched: only https:// is, and http:// where there is a digest")
    assert server.asked == []


@pytest.mark.parametrize("url", [
    "https://127.0.0.1:PORT/x", "https://x:y/", "https://\x00/", "https://no such host/x", "https://[::1/x", "https://",
])  # fmt: skip
def test_a_server_that_is_not_there(url: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found, problem = fetcher()(url.replace("PORT", str(free.getsockname()[1])), False)
    assert found is None
    assert problem.startswith("cannot be fetched: ")


@pytest.mark.parametrize(
    ("digest", "options", "status", "said"),
    [
        (ComponentFile("", PRINT).digest, ["--fetch"], 1, "moved  print  processing"),
        ("ab" * 32, ["--fetch"], 2, f"which has the digest {ComponentFile('', PRINT).digest}."),
        (ComponentFile("", PRINT).digest, [], 2, "and not among the files given; KFP 2 has no such references."),
    ],
)
@pytest.mark.parametrize("command", [check, convert, init])
def test_a_graph_is_converted_with_what_was_fetched(
    server: Server, tmp_path: Path, command: click.Command, digest: str, options: list[str], status: int, said: str
) -> None:
    graph = tmp_path / "graph.yaml"
    graph.write_text(GRAPH.replace("REFERENCE", f'url: "{server.url}/print.yaml", digest: "{digest}"'))
    output = [] if command is check else ["-o", str(tmp_path / "out")]
    result = CliRunner().invoke(command, [str(graph), *options, *output])
    if command is init and status != 2:
        status, said = 0, "written."
    assert (result.exit_code, said in result.output) == (status, True), result.output
    assert server.asked == (["/print.yaml"] if options else [])
    assert (tmp_path / "out").exists() is (command is not check and status != 2)
