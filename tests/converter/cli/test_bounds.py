"""Hostile files take no more time and memory than they should: the command runs apart, and is ended when it does."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_pipelines import as_json, container, pipeline
from test_hostile_files import BOMB

#: What checking a small pipeline takes is some 2 seconds and 700 MB of addresses, most of it for importing kfp's proto.
SECONDS, BYTES = 60, 2 * 1024**3
TEN_MEGABYTES = 10_000_000


def wide() -> str:
    """IR of 10 MB: small texts, in very many places."""
    environment = [{"name": f"V{number}", "value": "x"} for number in range(TEN_MEGABYTES // 45)]
    return as_json(pipeline(executors={"exec-train": container(env=environment)}))


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (lambda: BOMB, 2, "KSC102"),
        (wide, 1, "too long"),
        (lambda: "[" * TEN_MEGABYTES, 2, "KSC10"),
        (lambda: '{"a":' * (TEN_MEGABYTES // 5), 2, "KSC10"),
        (lambda: "a: &a [*a]\n" * (TEN_MEGABYTES // 11), 2, "KSC10"),
        (lambda: "- " * (TEN_MEGABYTES // 2), 2, "KSC10"),
        (lambda: "---\n" * (TEN_MEGABYTES // 4), 2, "KSC102"),
        (lambda: "from kfp import dsl\n" + "x = 1\n" * (TEN_MEGABYTES // 6), 2, "KSC102"),
    ],
    ids=["aliases", "very many texts", "lists", "mappings", "an alias in itself", "dashes", "documents", "source"],
)
def test_a_file_of_ten_megabytes_is_answered_within_bounds(
    tmp_path: Path, content: Callable[[], str], status: int, words: str
) -> None:
    text = content()
    name = "pipeline.py" if text.startswith("from") else "pipeline.yaml"
    (tmp_path / name).write_text(text)
    result = subprocess.run(
        [sys.executable, "-c", "from kfp_sagemaker.cli import main; main()", "check", name],
        cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES)),
    )  # fmt: skip
    assert result.returncode == status, result.stdout[-500:] + result.stderr[-500:]
    assert words in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
