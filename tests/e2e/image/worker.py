"""The program of the image: see the Dockerfile."""

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path

ML = Path("/opt/ml")


def train() -> None:
    hyperparameters = json.loads((ML / "input/config/hyperparameters.json").read_text())
    obey(hyperparameters.get("mode", "succeed"), ML / "output" / "failure")
    print(f"score={hyperparameters.get('x', '1')}")
    (ML / "model" / "model.txt").write_text(json.dumps(hyperparameters))


def process() -> None:
    obey(os.environ.get("MODE", "succeed"), ML / "output" / "message")
    (ML / "processing" / "out" / "result.txt").write_text("processed")


def obey(mode: str, explanation: Path) -> None:
    if mode == "fail":
        explanation.parent.mkdir(parents=True, exist_ok=True)
        explanation.write_text("asked to fail")
        sys.exit(3)
    if mode == "last":
        print("lasting")
        time.sleep(3600)


class Server(http.server.BaseHTTPRequestHandler):
    """Answers with what it is sent, in capitals."""

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if os.environ.get("MODE") == "last":
            time.sleep(3600)
        self.answer(body.upper(), 500 if os.environ.get("MODE") == "fail" else 200)

    def answer(self, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """No line per request."""


def serve() -> None:
    if os.environ.get("MODE") == "unhealthy":
        sys.exit(1)
    http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Server).serve_forever()


if __name__ == "__main__":
    # The first process of a container ignores the signal unless it says otherwise.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    {"train": train, "serve": serve}.get((sys.argv[1:] or [""])[0], process)()
