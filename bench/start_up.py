"""From the start of a component's process to its first call, against a process that only makes a bare boto3 client.

The first call is what a listening socket receives; nothing answers, so that no server's speed is in the figure.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.row import Row

_BARE = "import boto3; boto3.client('sagemaker').describe_training_job(TrainingJobName='x')"
#: A training job's inputs.
PARAMETERS: dict[str, Any] = {
    "role": "arn:aws:iam::123456789012:role/bench",
    "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/bench:1",
    "model_artifact_path": "s3://bench/models",
    "hyperparameters": {"epochs": 10.0, "learning_rate": 0.1},
    "channels": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bench/train"}}}],
}


def start_up_rows(runs: int) -> list[Row]:
    """Ratio of the shortest of ``runs`` processes each, and both in seconds."""
    with TemporaryDirectory() as directory:
        text = executor_input(Path(directory), PARAMETERS)
        component = [sys.executable, "-m", "kfp_sagemaker", "v1/train", "--executor-input", text]
        bare = [sys.executable, "-c", _BARE]
        times: dict[str, list[float]] = {"component": [], "bare": []}
        for _ in range(runs + 1):
            times["bare"].append(_until_first_call(bare))
            times["component"].append(_until_first_call(component))
        # The first pair compiles and reads what the later ones find in the page cache.
        component_time, bare_time = (min(times[name][1:]) for name in ("component", "bare"))
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        Row("start of v1/train to its first call / bare boto3 client", component_time / bare_time, "x", 1.25),
        Row("  start of v1/train to its first call", component_time, "s"),
        Row("  bare boto3 client", bare_time, "s"),
        Row("  largest memory of either", largest, "MiB"),
    ]


def executor_input(directory: Path, parameters: Mapping[str, Any]) -> str:
    """What KFP's launcher passes for ``{{$}}``, with outputs below ``directory``."""
    card = {"name": "card", "uri": str(directory / "card"), "type": {"schemaTitle": "system.Markdown"}}
    return json.dumps({
        "inputs": {"parameterValues": dict(parameters)},
        "outputs": {"outputFile": str(directory / "executor_output.json"), "artifacts": {"card": {"artifacts": [card]}}},
    })


def _until_first_call(command: list[str]) -> float:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        environment = {
            **os.environ, "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true",
        }
        server.settimeout(60)
        began = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            connection, _ = server.accept()
            connection.recv(1)
            took = time.perf_counter() - began
            process.kill()
            connection.close()
    return took
