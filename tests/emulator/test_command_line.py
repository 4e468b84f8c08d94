"""The command line, in a process of its own."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from waiting import PATIENCE

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def command() -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sagemaker_local", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def printed_until_the_runner(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Runner: "):
            break
    return lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_cleanly(command: Start, tmp_path: Path, number: signal.Signals) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {operation: ListModels, fault: capacity, count: 1}")
    process = command("--region", "eu-west-1", "--faults", str(faults), "--image", f"local/image:1={tmp_path}")

    lines = printed_until_the_runner(process)
    exports = dict(shlex.split(line)[1].split("=", 1) for line in lines if line.startswith("export "))
    client: Any = boto3.Session(
        exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"], region_name=exports["AWS_REGION"]
    ).client("sagemaker", endpoint_url=exports["AWS_ENDPOINT_URL"])
    with pytest.raises(client.exceptions.ResourceLimitExceeded):
        client.list_models()
    assert client.list_models()["Models"] == []
    process.send_signal(number)
    _, complaints = process.communicate(timeout=PATIENCE)

    assert lines[0] == f"Local SageMaker at {exports['AWS_ENDPOINT_URL']}"
    assert len(lines[-1]) > len("Runner: ")
    assert process.returncode == 0
    assert complaints == ""


def test_a_taken_port_is_said_without_a_traceback(command: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = command("--port", str(taken.getsockname()[1]))
        _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "Address already in use" in complaints
    assert "Traceback" not in complaints


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--image", "no-folder"), "expected URI=FOLDER, found 'no-folder'"),
        (("--image", "a=/does/not/exist"), "/does/not/exist is not a folder"),
        (("--file-system", "fs-12345678"), "expected ID=FOLDER, found 'fs-12345678'"),
        (("--labels", "/does/not/exist"), "/does/not/exist is not a folder"),
        (("--faults", "/does/not/exist.yaml"), "fault script /does/not/exist.yaml cannot be read"),
    ],
)
def test_settings_that_cannot_be_used_are_named(command: Start, arguments: tuple[str, ...], complaint: str) -> None:
    process = command(*arguments)
    _, complaints = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert complaint in complaints
    assert "Traceback" not in complaints


def test_without_the_extra_it_says_which_to_install() -> None:
    program = (
        "import sys; sys.modules['werkzeug'] = None; sys.modules['werkzeug.serving'] = None\n"
        "from sagemaker_local.__main__ import main; sys.exit(main([]))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert ended.returncode == 2
    assert "pip install 'kfp-sagemaker[local]'" in ended.stderr
    assert "Traceback" not in ended.stderr
