"""The comparison itself: what is the same is told to be, and what is not is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, QUICK, Case, case_of, unexpected
from observation import Artifact, Observation, Step, differences
from runs import Lab


def test_ids_of_cases_are_unique_and_the_quick_ones_exist() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 30
    assert {case.id for case in CASES} > set(QUICK)


@pytest.mark.parametrize("name", ["artifacts-changed_paths", "failures-exit_code_of_a_shell"])
def test_two_runs_of_one_pipeline_are_the_same(lab: Lab, ir_of: Callable[[Case], Path], name: str) -> None:
    case = case_of(name)
    one, other = (lab.observed_run(ir_of(case), case.arguments, f"twice-{name}-{time}") for time in ("first", "second"))
    assert not unexpected(case, one), one.progress
    assert differences(one, other) == []
    assert not one.jobs


def test_a_changed_pipeline_differs(lab: Lab, ir_of: Callable[[Case], Path], tmp_path: Path) -> None:
    case = case_of("artifacts-changed_paths")
    text = ir_of(case).read_text()
    assert "1,2" in text
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("1,2", "1,3"))
    one, other = lab.observed_run(ir_of(case), {}, "as-it-was"), lab.observed_run(changed, {}, "changed")
    assert [line.partition(":")[0] for line in differences(one, other)] == ["with-suffix", "read-suffixed"]
    assert unexpected(case, other)


ARTIFACT = Artifact("system.Model", "s3://b/RUN/t/SALT/m", {"a": 1}, {"": b"bytes"})
STEP = Step("train", (), 1, "succeeded", {"n": 1}, {"model": ARTIFACT})
RUN = Observation(0, "succeeded", [STEP], {"Output": 1}, [], {"CreateProcessingJob": 1}, "")


def with_step(**changes: Any) -> Observation:
    return dataclasses.replace(RUN, steps=[dataclasses.replace(STEP, **changes)])


def with_artifact(**changes: Any) -> Observation:
    return with_step(artifacts={"model": dataclasses.replace(ARTIFACT, **changes)})


@pytest.mark.parametrize(
    ("other", "found"),
    [
        pytest.param(dataclasses.replace(RUN, exit_status=1), "exit_status: 0 and 1", id="exit status"),
        pytest.param(dataclasses.replace(RUN, status="failed"), "status: 'succeeded' and 'failed'", id="status"),
        pytest.param(dataclasses.replace(RUN, outputs={"O": 1.0}), "outputs: {", id="number"),
        pytest.param(dataclasses.replace(RUN, skipped=["x"]), "skipped: [] and ['x']", id="skipped"),
        pytest.param(dataclasses.replace(RUN, steps=[]), "trace: ('train',) and ()", id="a step less"),
        pytest.param(with_step(name="other"), "trace: ('train',) and ('other',)", id="another step"),
        pytest.param(with_step(status="failed"), "trace: ('train',) and ('train!',)", id="a failed step"),
        pytest.param(with_step(attempt=2), "train: attempt: 1 and 2", id="attempt"),
        pytest.param(with_step(parameters={"n": True}), "train: parameter n: 1 and True", id="parameter"),
        pytest.param(with_step(parameters={}), "train: parameter n: 1 and None", id="a parameter less"),
        pytest.param(with_artifact(files={"": b"other"}), "train: artifact model: ", id="bytes"),
        pytest.param(with_artifact(files={"x": b"bytes"}), "train: artifact model: ", id="file names"),
        pytest.param(with_artifact(metadata={"a": 1.0}), "train: artifact model: ", id="metadata"),
        pytest.param(with_artifact(uri="s3://b/RUN/t/SALT/n"), "train: artifact model: ", id="uri"),
        pytest.param(with_artifact(schema="system.Artifact"), "train: artifact model: ", id="schema"),
    ],
)
def test_every_kind_of_difference_is_found(other: Observation, found: str) -> None:
    assert differences(RUN, RUN) == []
    (line,) = differences(RUN, other)
    assert line.startswith(found)
