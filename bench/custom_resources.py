"""A step on custom resources: requests per step, memory, and how long after the controller it knows.

The API server is a few lines here that answer what a step asks, so that no server's speed but the socket's is in the
figures; the controller is the instant at which a status is written.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kfp_sagemaker.custom_resources.fields import API_VERSION

from bench.row import Row
from bench.start_up import PARAMETERS, executor_input

_PASSED = {"busy": ("InProgress", "False"), "done": ("Completed", "True")}
#: Seconds that a benchmark may take to come to its next state.
_LONGEST = 60.0


def custom_resource_rows(runs: int) -> list[Row]:
    """Requests of a training job's step, memory of its process while it waits, delay of its end, of SIGTERM to DELETE."""
    steps = [_one_step() for _ in range(min(runs, 5))]
    stops = [_one_stop() for _ in range(min(runs, 5))]
    return [
        Row("v2 step of a training job: API requests", max(step[0] for step in steps), "calls", 4),
        Row("  memory while it waits", max(step[1] for step in steps), "MiB", 64),
        Row("  from the controller's status to the step's outputs, mean", statistics.mean(step[2] for step in steps), "s", 1),
        Row("  from SIGTERM to its DELETE, longest", max(stops), "s", 0.3),
    ]


def _one_step() -> tuple[int, float, float]:
    with TemporaryDirectory() as directory, _Server() as server, _process(server, Path(directory)) as process:
        server.watched.wait(_LONGEST)
        memory = _resident(process.pid)
        ended = time.perf_counter()
        server.write("done")
        process.wait(_LONGEST)
        return len(server.requests), memory, time.perf_counter() - ended


def _one_stop() -> float:
    with TemporaryDirectory() as directory, _Server() as server, _process(server, Path(directory)) as process:
        server.watched.wait(_LONGEST)
        asked = time.perf_counter()
        process.terminate()
        server.deleted.wait(_LONGEST)
        return server.deleted_at - asked


@contextmanager
def _process(server: _Server, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    kubeconfig = directory / "kubeconfig"
    kubeconfig.write_text(json.dumps({
        "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "n"}}],
        "clusters": [{"name": "c", "cluster": {"server": server.url}}], "users": [{"name": "u", "user": {"token": "t"}}]}))
    command = [sys.executable, "-m", "kfp_sagemaker", "v2/flat/train", "--executor-input",
               executor_input(directory, {**PARAMETERS, "logs": "link"})]
    environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "AWS_EC2_METADATA_DISABLED": "true"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _resident(process: int) -> float:
    """MiB of memory that the process has now; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A process that was ended resets its connections."""


class _Server:
    """One custom resource; ``requests`` are the methods that were called."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.watched, self.deleted = threading.Event(), threading.Event()
        self.deleted_at = 0.0
        self._custom: dict[str, Any] | None = None
        self._written = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                outer.requests.append(self.command)
                if "watch=true" in self.path:
                    self._watch()
                elif self.command == "GET" and outer._custom is None:
                    name = self.path.rpartition("/")[2]
                    self._say(404, {"kind": "Status", "code": 404, "reason": "NotFound", "details": {"name": name}})
                else:
                    if self.command == "PATCH":
                        outer._custom = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                        outer.write("busy")
                    elif self.command == "DELETE":
                        outer.deleted_at = time.perf_counter()
                        outer.deleted.set()
                    self._say(200, outer._custom or {})

            do_PATCH = do_DELETE = do_GET

            def log_message(self, *_: Any) -> None:
                """Nothing is logged."""

            def _watch(self) -> None:
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.flush()
                outer._written.clear()
                outer.watched.set()
                if outer._written.wait(_LONGEST):
                    line = json.dumps({"type": "MODIFIED", "object": outer._custom}).encode() + b"\n"
                    self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
                    self.wfile.flush()
                    time.sleep(_LONGEST)

            def _say(self, code: int, answer: dict[str, Any]) -> None:
                body = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def write(self, passed: str) -> None:
        """Give the custom resource the status of a job that is ``busy`` or ``done``."""
        assert self._custom is not None
        status, synced = _PASSED[passed]
        version = str(int(self._custom["metadata"].get("resourceVersion", "0")) + 1)
        self._custom = {**self._custom, "apiVersion": API_VERSION, "metadata": {
            **self._custom["metadata"], "resourceVersion": version}, "status": {
            "ackResourceMetadata": {"arn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/it"},
            "trainingJobStatus": status, "conditions": [{"type": "ACK.ResourceSynced", "status": synced}]}}
        self._written.set()

    def __enter__(self) -> _Server:
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
