"""Real pipelines, of other people: each is converted, or refused with diagnostics; no traceback, no silent loss.

A sample here, all of them in ``make coverage``.
"""

from __future__ import annotations

import pytest
import yaml
from golden import CONFIGURATION
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, Severity
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from third_party_corpus import CorpusFile, corpus_files, ir_in, loads_in_kfp, lost_in

#: Every so many files of a kind.
_STRIDE = {"A": 20, "B": 6, "C": 12, "E": 5, "F": 20, "N": 1}


def sample() -> list[CorpusFile]:
    return [one for kind, stride in _STRIDE.items() for one in corpus_files(kind)[::stride]]


@pytest.fixture(scope="module", params=sample(), ids=lambda one: one.path.name)
def real(request: pytest.FixtureRequest) -> tuple[CorpusFile, Conversion]:
    file: CorpusFile = request.param
    return file, convert(file.content, file.path.name, CONFIGURATION, Choice(ALL))


def test_is_converted_or_refused_with_reasons(real: tuple[CorpusFile, Conversion]) -> None:
    _, conversion = real
    errors = [one for one in conversion.report.diagnostics if one.severity is Severity.ERROR]
    assert bool(conversion.documents) is not bool(errors)
    assert all(one.sentence and one.fix and one.location.file for one in conversion.report.diagnostics)
    assert "KSC901" not in {one.code for one in errors}


def test_every_step_is_a_step_or_a_diagnostic(real: tuple[CorpusFile, Conversion]) -> None:
    file, conversion = real
    if not conversion.documents or file.kind not in "BE":
        return
    assert lost_in(file.content, conversion) == []
    executors = next(filter(None, map(ir_in, yaml.safe_load_all(file.content))))["deploymentSpec"]["executors"]
    labels = {step.name.partition(" (")[0] for step in conversion.report.steps}
    assert labels == set(executors)
    written = conversion.documents[0]["deploymentSpec"]["executors"]
    for step in conversion.report.moved:
        assert "--step" in written[step.name]["container"]["args"]
    for step in conversion.report.kept:
        assert step.codes, step.name
        assert written[step.name] == executors[step.name] or "importer" in executors[step.name]


def test_the_output_loads_and_is_final(real: tuple[CorpusFile, Conversion]) -> None:
    _, conversion = real
    if conversion.documents:
        assert loads_in_kfp(conversion.text) == ""
        again = convert(conversion.text, "again.yaml", CONFIGURATION)
        assert again.text == conversion.text
        assert again.report.exit_status != EXIT_ERROR
