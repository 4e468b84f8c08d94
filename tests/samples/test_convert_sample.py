"""The converter's sample: one command converts it, and both ways of running it give the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sagemaker_local
import yaml
from sample_runs import SAMPLES, mutations, run_sample, steps_by_name

SAMPLE = SAMPLES / "convert"
CONVERT = [sys.executable, "-c", "from kfp_sagemaker.cli import main; main()", "convert"]
RESULTS = {"split": 150, "evaluate": 29 / 30, "good": f"accurate to {29 / 30}"}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the README's command writes."""
    folder = tmp_path_factory.mktemp("sample") / "converted"
    options = ["--config", str(SAMPLE / "kfp-sagemaker.yaml"), "-o", str(folder)]
    result = subprocess.run([*CONVERT, str(SAMPLE / "pipeline.py"), *options], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "3 steps moved, 1 kept; exact" in result.stdout
    return folder


def test_the_report_says_what_the_readme_says(converted: Path) -> None:
    report = json.loads((converted / "report.json").read_text())
    assert {step["name"]: (step["service"], step["instance_type"]) for step in report["steps"]} == {
        "exec-split": ("processing", "ml.t3.medium"), "exec-train": ("processing", "ml.m5.large"),
        "exec-evaluate": ("processing", "ml.t3.medium"), "exec-announce": ("", ""),
    }  # fmt: skip
    assert (converted / "TODO.md").read_text() == ""
    assert yaml.safe_load((converted / "pipeline.yaml").read_text())["defaultPipelineRoot"] == "s3://kfp-artifacts/kfp"


def test_both_ways_give_the_same(converted: Path, tmp_path: Path, container_runner: str) -> None:
    settings = sagemaker_local.Settings(images={"*": SAMPLE / "container"}, runner=container_runner)
    with sagemaker_local.start(settings) as local:
        for pipeline, jobs in ((SAMPLE / "pipeline.py", {}), (converted / "pipeline.yaml", {"CreateProcessingJob": 3})):
            before = len(local.calls)
            document, _ = run_sample(pipeline, "--endpoint-url", local.url, "--output", str(tmp_path))
            steps = steps_by_name(document)
            assert {name: steps[name]["parameters"]["Output"] for name in RESULTS} == RESULTS
            assert steps["train"]["artifacts"]["metrics"]["metadata"]["epochs"] == 300
            assert mutations(local.calls[before:]) == jobs
