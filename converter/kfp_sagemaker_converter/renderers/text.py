"""A report as plain text: what stands in a log, or in a pipe. On a terminal, ``terminal`` shows the same."""

from __future__ import annotations

from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, Diagnostic, Severity
from kfp_sagemaker_converter.report import Report, StepReport


def text(report: Report) -> str:
    """The report: a heading, a line per step, what there is to say from ``approximate`` on, and a count."""
    lines = [heading(report)]
    names = max((len(label(step)) for step in report.steps), default=0)
    where = max((len(runs_on(step)) for step in report.steps), default=0)
    for step in (*report.moved, *report.kept):
        line = f"  {step.outcome.value:5}  {label(step):{names}}  {runs_on(step):{where}}  {why(step)}"
        lines.append(line.rstrip())
    lines += [diagnostic_line(found) for found in report.diagnostics if found.severity is not Severity.INFO]
    lines.append(closing(report))
    return "".join(f"{printable(line)}\n" for line in lines)


def heading(report: Report) -> str:
    """Which file, pipeline and format."""
    named = f"{report.pipeline}, " if report.pipeline else ""
    return f"{report.file}: {named}{report.format.value}"


def label(step: StepReport) -> str:
    """A step's name as people know it: without kfp's prefix."""
    return step.name.removeprefix("exec-")


def runs_on(step: StepReport) -> str:
    """The kind of job and the instance type of a moved step; empty for one that stays."""
    return f"{step.service} {step.instance_type or '(type at run time)'}" if step.service else ""


def why(step: StepReport) -> str:
    """Why it moves or stays, and why to this instance."""
    return f"{step.reason}; {step.why_instance}" if step.why_instance else step.reason


def diagnostic_line(found: Diagnostic) -> str:
    """``file:line: error KSC101: sentence fix``."""
    return f"{found.location}: {found.severity.value} {found.code}: {found.sentence} {found.fix}".rstrip()


def closing(report: Report) -> str:
    """How many steps move, and how much is left to a person."""
    if report.exit_status == EXIT_ERROR:
        errors = sum(found.severity is Severity.ERROR for found in report.diagnostics)
        return f"refused: {counted(errors, 'error')}; `kfp-sagemaker explain CODE` tells more"
    parts = [f"{counted(len(report.moved), 'step')} moved, {len(report.kept)} kept"]
    manual = sum(found.severity is Severity.MANUAL for found in report.diagnostics)
    approximate = sum(found.severity is Severity.APPROXIMATE for found in report.diagnostics)
    if manual or approximate:
        parts.append(", ".join([f"{manual} to do"] * bool(manual) + [f"{approximate} to review"] * bool(approximate)))
        return "; ".join([*parts, "`kfp-sagemaker explain CODE` tells more"])
    return "; ".join([*parts, "exact"])


def counted(number: int, noun: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(line: str) -> str:
    """Names come from the file: no control character of theirs may reach a terminal."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)
