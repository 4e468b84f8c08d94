"""kfp-sagemaker explain: the page of a code, by code or name."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from kfp_sagemaker_converter.cli.explain import explain
from kfp_sagemaker_converter.diagnostics import rules


@pytest.mark.parametrize("code", ["KSC101", "ksc101", "101", "not-readable"])
def test_a_code_is_explained(code: str) -> None:
    result = CliRunner().invoke(explain, [code])
    assert result.exit_code == 0
    assert result.output.startswith("# KSC101: The file is neither YAML nor JSON\n\n`not-readable`, error: nothing is")
    assert "## What to do" in result.output


def test_without_a_code_all_are_listed() -> None:
    result = CliRunner().invoke(explain)
    assert [line.split()[0] for line in result.output.splitlines()] == list(rules())


def test_an_unknown_code_is_an_error_with_the_nearest() -> None:
    result = CliRunner().invoke(explain, ["KSC1O5"])
    assert result.exit_code == 2
    assert "there is no diagnostic KSC1O5. Did you mean KSC1" in result.output
