"""Some pipelines run as they were and with all steps moved onto SageMaker: the results are the same.

These few run with all other tests. ``every_pipeline.py``, by ``make equivalence``, runs them all.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import QUICK, Case, case_of
from comparison import problems
from conversions import moved, switch_off_inputs
from observation import differences
from runs import Lab, compiled


@pytest.mark.parametrize("case", [pytest.param(case_of(name), id=name) for name in QUICK])
def test_same_results(lab: Lab, case: Case, tmp_path: Path) -> None:
    found = problems(lab, case, tmp_path)
    assert not found, "\n".join(found)


def test_control_without_staging_differs(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of("artifacts-changed_paths")
    ir = compiled(case.source, case.pipeline, tmp_path)
    as_it_was = lab.observed_run(ir, case.arguments, "control-as-it-was")
    switch_off_inputs(monkeypatch)
    control = lab.observed_run(moved(ir, tmp_path / "moved.yaml"), case.arguments, "control")
    assert control.jobs == {"CreateProcessingJob": 2}
    assert control.trace == ("with-suffix", "read-suffixed!"), control.progress
    assert differences(as_it_was, control)
