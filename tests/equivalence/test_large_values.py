"""What no step in a cluster can be given, a moved step cannot be given either, and a local run says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conversions import moved
from runs import Lab, compiled

TOLD = "KFP's launcher is given them in one argument, which has at most 131071 on Linux"


@pytest.mark.parametrize("first", ["x" * 300_000, "漢" * 44_000])
def test_more_than_kfp_can_give_fails_before_the_program_starts(lab: Lab, tmp_path: Path, first: str) -> None:
    ir = compiled("large_values", "large_values", tmp_path)
    for name, pipeline in (("as-it-was", ir), ("moved", moved(ir, tmp_path / "moved.yaml"))):
        run = lab.observed_run(pipeline, {"first": first}, f"{tmp_path.name}-{name}")
        assert run.trace == ("bootstrapped!",), run.progress
        assert not run.jobs
        assert TOLD in run.progress
