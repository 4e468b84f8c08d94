"""``TODO.md``: what a person has to do; empty when nothing."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Severity
from kfp_sagemaker_converter.renderers.markdown import cell
from kfp_sagemaker_converter.report import Report


def todo(report: Report) -> str:
    """A list to tick off, or nothing at all."""
    found = [one for one in report.diagnostics if one.severity in (Severity.MANUAL, Severity.ERROR)]
    return "".join(f"- [ ] {cell(one.sentence)} {cell(one.fix)} ({one.code}, {cell(str(one.location))})\n" for one in found)
