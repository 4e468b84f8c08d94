"""What no step in a cluster can be given, a moved step cannot be given by KFP either; by another moved step it can.

Like ``every_pipeline``, this is a part of ``make equivalence`` and found only when it is named.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from conversions import moved
from kfp_sagemaker.container_step.parameter_text import value_text
from observation import Observation
from runs import Lab, compiled

TOLD = "KFP's launcher is given them in one argument, which has at most 131071 on Linux"
LINE = "".join(f"{number:06}: it's \"quoted\", $(id), `id`, \\, ä and 漢\n" for number in range(6))[:60]


@pytest.mark.parametrize("first", ["x" * 300_000, "漢" * 44_000])
def test_more_than_kfp_can_give_fails_before_the_program_starts(lab: Lab, tmp_path: Path, first: str) -> None:
    ir = compiled("large_values", "large_values", tmp_path)
    for name, pipeline in (("as-it-was", ir), ("moved", moved(ir, tmp_path / "moved.yaml"))):
        run = lab.observed_run(pipeline, {"first": first}, f"{tmp_path.name}-{name}")
        assert run.trace == ("bootstrapped!",), run.progress
        assert not run.jobs
        assert TOLD in run.progress


def moved_run(lab: Lab, tmp_path: Path, pipeline: str, service: str = "processing") -> Observation:
    ir = compiled("large_values", pipeline, tmp_path)
    run = lab.observed_run(moved(ir, tmp_path / "moved.yaml", service), {}, tmp_path.name)
    assert run.exit_status == 0, run.progress
    return run


def digests(*parts: Any) -> str:
    texts = [parts[0], *(json.dumps(part, ensure_ascii=False, sort_keys=True) for part in parts[1:])]
    return " ".join(f"{len(text)}:{hashlib.sha256(text.encode()).hexdigest()}" for text in texts)


def test_300_kb_in_one_parameter_reach_shells_and_python(lab: Lab, tmp_path: Path) -> None:
    values = moved_run(lab, tmp_path, "handed_on").values()
    whole = LINE * 5_000
    items, table = whole.splitlines(keepends=True), {"lines": whole.splitlines(), "é": [1, 2.5, None, True]}
    assert len(whole.encode()) > 300_000
    assert values["digest.Output"] == digests(whole, items, table)
    for style in ("shell", "python-program", "python-module"):
        assert values[f"{style}.told"] == "\n--\n".join((whole, "é", value_text(items))), style
    assert values["bootstrapped.Output"] == "\n--\n".join((whole, "é", json.dumps(items, ensure_ascii=False)))
    of_shell = "".join(f"{number}: ä and 漢\n" for number in range(15_000))
    for iteration in (0, 1):
        assert values[f"inner digest[{iteration}].Output"] == digests(of_shell, ["a", *of_shell.splitlines()], {})


@pytest.mark.parametrize("service", ["processing", "training"])
def test_300_kb_in_several_parameters_reach_any_program(lab: Lab, tmp_path: Path, service: str) -> None:
    values = moved_run(lab, tmp_path, "spread", service).values()
    parts = LINE * 1_600, (LINE * 1_600).upper(), [LINE] * 1_600
    assert sum(len(part.encode()) for part in (*parts[:2], value_text(parts[2]))) > 300_000
    for style in ("shell-program", "plain"):
        assert values[f"{style}.told"] == "\n--\n".join((*parts[:2], value_text(parts[2]))), style


def test_values_that_others_read_stay_what_they_are(lab: Lab, tmp_path: Path) -> None:
    run = moved_run(lab, tmp_path, "read_by_others")
    lines = ["y" * 50_000 + "\n"] * 2
    assert run.outputs == {"Output": "".join(lines)}
    values = run.values()
    assert (values["produce.whole"], values["produce.items"]) == ("".join(lines), lines)
    (uri,) = values["produce.table"].values()
    assert uri.startswith("s3://kfp-artifacts/"), "the table is read by a moved step alone"
    assert values["digest-2[1].Output"] == digests(lines[1], [], {})
