"""How the samples are compiled and run in tests, and what a local SageMaker tells about a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3
import sagemaker_local
from sagemaker_local.calls import Call

SAMPLES = Path(__file__).parents[2] / "samples"
COMMAND = [sys.executable, "-c", "from kfp_sagemaker.cli import main; main()", "local", "run"]


def compile_sample(source: Path, output: Path) -> Path:
    """``kfp dsl compile`` as a user runs it; ``output``."""
    program = [sys.executable, "-c", "from kfp.cli.__main__ import main; main()"]
    command = [*program, "dsl", "compile", "--py", str(source), "--output", str(output)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return output


def run_sample(pipeline: Path, *options: str, status: int = 0) -> tuple[Mapping[str, Any], str]:
    """``kfp-sagemaker local run --json``: its document, and what it told while it ran."""
    command = [*COMMAND, str(pipeline), "--json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert result.returncode == status, result.stderr
    return json.loads(result.stdout), result.stderr


def steps_by_name(document: Mapping[str, Any]) -> dict[str, Any]:
    return {step["name"]: step for step in document["steps"]}


def client(local: sagemaker_local.LocalSageMaker, service: str) -> Any:
    environment = local.environment()
    return boto3.session.Session().client(
        service,
        endpoint_url=local.url,
        region_name=local.region,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def read_object(local: sagemaker_local.LocalSageMaker, uri: str) -> str:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return str(client(local, "s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode())


def mutations(calls: Iterable[Call]) -> Counter[str]:
    """How often each SageMaker operation that changes something was called."""
    verbs = ("Create", "Update", "Delete", "Stop")
    return Counter(call.operation for call in calls if call.service == "sagemaker" and call.operation.startswith(verbs))


def request_of(calls: Iterable[Call], operation: str) -> Mapping[str, Any]:
    """The parameters of the only call of an operation."""
    (found,) = (call.parameters for call in calls if call.operation == operation)
    return found
