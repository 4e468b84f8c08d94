"""A report for the terminal."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import Diagnostic, Severity
from kfp_sagemaker_converter.report import Report


def text(report: Report) -> str:
    """The report as plain lines: steps that move, steps that stay, and what there is to say."""
    lines = [f"{report.file}: {report.pipeline or 'no pipeline'} ({report.format.value})"]
    for step in report.moved:
        where = f"{step.service} on {step.instance_type or 'a type chosen at run time'}"
        lines.append(f"  moves  {step.name} -> {where}: {step.reason}")
    for step in report.kept:
        lines.append(f"  stays  {step.name}: {step.reason}")
    lines += [diagnostic_line(found) for found in report.diagnostics if found.severity is not Severity.INFO]
    return "\n".join(_printable(line) for line in lines) + "\n"


def diagnostic_line(found: Diagnostic) -> str:
    """``file:line: error KSC101: sentence fix``."""
    return f"{found.location}: {found.severity.value} {found.code}: {found.sentence} {found.fix}"


def _printable(line: str) -> str:
    """Names come from the file: no control character of theirs may reach a terminal."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)
