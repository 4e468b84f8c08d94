"""Every pipeline run as it was and with all steps moved onto SageMaker: ``make equivalence``.

pytest finds this file only when it is named, so that the tests of ``make test`` stay short.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import kfp
import pytest
from cases import CASES, Case, case_of
from comparison import problems, problems_of_file
from conversions import moved, switch_off_inputs, switch_off_outputs
from observation import Observation, differences
from runs import Lab, compiled
from third_party_corpus import CorpusFile, corpus_files

AS_TRAINING_JOBS = (
    "artifacts-training", "artifacts-locations", "artifacts-imported", "artifacts-missing_artifacts",
    "artifacts-input_changed_in_place", "parameters-hostile_text", "parameters-output_paths", "failures-retried",
    "failures-retried_with_files", "large_values-large_values-spread", "loops-collected_artifacts",
    "volumes-config_map_files", "volumes-secret_files", "volumes-custom_paths",
)  # fmt: skip
"""Those that are also run with training jobs."""

READ_ARTIFACTS = (
    "artifacts-training", "artifacts-imported", "artifacts-more_inputs_than_a_job_has", "loops-collected_artifacts",
)  # fmt: skip
"""Those that are also run with staging switched off."""


def named(names: tuple[str, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case_of(name), id=name) for name in names])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CASES])
def test_same_results(lab: Lab, case: Case, tmp_path: Path) -> None:
    found = problems(lab, case, tmp_path)
    assert not found, "\n".join(found)


@named(AS_TRAINING_JOBS)
def test_same_results_of_training_jobs(lab: Lab, case: Case, tmp_path: Path) -> None:
    found = problems(lab, case, tmp_path, "training")
    assert not found, "\n".join(found)


OF_OTHERS = [each for each in corpus_files("B") if ".local_execution." in each.path.name]
"""The pipelines of kubeflow/pipelines that are made for local execution, where they are beside the checkout."""


@pytest.mark.parametrize("pipeline", OF_OTHERS, ids=lambda each: each.path.name.rpartition(".local_execution.")[2])
def test_same_results_of_pipelines_of_others(lab: Lab, pipeline: CorpusFile, tmp_path: Path) -> None:
    """Their steps install the kfp of their day first; here it is the one that is installed."""
    ir = tmp_path / "pipeline.yaml"
    ir.write_text(re.sub(r"kfp==[\d.]+", f"kfp=={kfp.__version__}", pipeline.content))

    def wrong_with(run: Observation) -> list[str]:
        return [] if run.status == "succeeded" and run.values() else [f"{run.status}, with the outputs {run.values()}"]

    found = problems_of_file(lab, ir, {}, tmp_path, "processing", wrong_with)
    assert not found, "\n".join(found)


@named(READ_ARTIFACTS)
@pytest.mark.parametrize("switch_off", [switch_off_inputs, switch_off_outputs])
def test_controls_without_staging_differ(
    lab: Lab, case: Case, switch_off: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ir = compiled(case.source, case.pipeline, tmp_path)
    as_it_was = lab.observed_run(ir, case.arguments, f"{tmp_path.name}-as-it-was")
    switch_off(monkeypatch)
    control = lab.observed_run(moved(ir, tmp_path / "moved.yaml"), case.arguments, f"{tmp_path.name}-control")
    assert control.jobs, control.progress
    assert differences(as_it_was, control)
