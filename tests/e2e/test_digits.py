"""The digits sample run both ways from one source: its import is what says whether steps call SageMaker or apply resources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .world import NAMESPACE, World

SAMPLE = Path(__file__).parents[2] / "samples" / "digits"
V1, FLAT = "from kfp_sagemaker.v1 import", "from kfp_sagemaker.v2.flat import"
JOBS = ("CreateProcessingJob", "CreateHyperParameterTuningJob", "CreateTrainingJob", "CreateModel", "CreateTransformJob",
        "CreateEndpointConfig", "CreateEndpoint", "DeleteEndpoint")


def run(world: World, source: Path, output: Path) -> tuple[dict[str, Any], set[str], set[str]]:
    """The run's document, the operations of :data:`JOBS` that were carried out, and who called them, by user agent."""
    before = max((call.order for call in world.local.calls), default=0)
    environment = {**world.environment(), **world.local.environment(), "KFP_SAGEMAKER_DEBUG": "1",
                   "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    program = Path(sys.executable).with_name("kfp-sagemaker")
    ended = subprocess.run(
        [program, "local", "run", str(source), "--json", "--endpoint-url", world.local.url, "--output", str(output)],
        env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    calls = [call for call in world.local.call_log.all(before) if call.operation in JOBS and call.caller == "client"
             and call.http_status == 200]
    return json.loads(ended.stdout), {call.operation for call in calls}, {agent_of(call.user_agent) for call in calls}


def agent_of(user_agent: str) -> str:
    return "controller" if "aws-sdk-go" in user_agent or "stand-in-controller" in user_agent else "step"


@pytest.mark.parametrize("way", ["v1", "v2.flat"])
def test_the_sample(world: World, tmp_path: Path, way: str) -> None:
    text = (SAMPLE / "pipeline.py").read_text()
    assert text.count(V1) == 1
    source = tmp_path / "pipeline.py"
    source.write_text(text if way == "v1" else text.replace(V1, FLAT))

    document, operations, callers = run(world, source, tmp_path / "out")

    assert document["status"].upper().startswith("SUCCE"), document
    assert operations == set(JOBS)
    assert callers == ({"step"} if way == "v1" else {"controller"})
    applied = {item["kind"] for item in world.cluster.objects(NAMESPACE)
               if item["spec"].get("modelName") and item["kind"] == "TransformJob"}
    assert ("TransformJob" in applied) or way == "v1"
