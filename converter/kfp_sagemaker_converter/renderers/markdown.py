"""``report.md``: a report for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kfp_sagemaker_converter.diagnostics import Diagnostic, Severity
from kfp_sagemaker_converter.renderers.text import closing, label, printable, runs_on, why
from kfp_sagemaker_converter.report import Report, StepReport

_GROUPS = {
    Severity.ERROR: "Why it was refused",
    Severity.MANUAL: "What somebody has to do",
    Severity.APPROXIMATE: "What was kept approximately",
    Severity.INFO: "Worth knowing",
}


def markdown(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# {cell(report.pipeline or report.file)}", "", f"From `{code(report.file)}`, {report.format.value}.", ""]
    lines += [f"{cell(closing(report).partition('; `')[0])}.".capitalize(), ""]
    if report.steps:
        lines += ["## Steps", "", "| step | | runs on | why | image | |", "|---|---|---|---|---|---|"]
        lines += [_step(step) for step in (*report.moved, *report.kept)]
        lines.append("")
    for severity, title in _GROUPS.items():
        found = [one for one in report.diagnostics if one.severity is severity]
        lines += _diagnostics(title, found)
    if report.images:
        lines += ["## Images to copy", "", "| image | to |", "|---|---|"]
        lines += [f"| `{code(image)}` | {f'`{code(to)}`' if to else 'not said'} |" for image, to in report.images.items()]
        lines.append("")
    if report.added_parameters:
        lines += ["## Parameters that were added", "", "| parameter | default |", "|---|---|"]
        for name, default in report.added_parameters.items():
            shown = f"`{code(str(default))}`" if default not in (None, "") else "empty"
            lines.append(f"| `{code(name)}` | {'none: every run gives it' if default is None else shown} |")
        lines.append("")
    if report.cluster_needs:
        lines += ["## What it needs to run", "", *(f"- {cell(need)}" for need in report.cluster_needs), ""]
    if report.iam_policies:
        lines += ["Policies for these roles: " + ", ".join(f"`iam/{name}.json`" for name in report.iam_policies) + ".", ""]
    return "\n".join(lines)


def _step(step: StepReport) -> str:
    codes = ", ".join(step.codes)
    image = f"`{code(step.image)}`" if step.image else ""
    where = runs_on(step) or "the cluster"
    return f"| {cell(label(step))} | {step.outcome.value} | {where} | {cell(why(step))} | {image} | {codes} |"


def _diagnostics(title: str, found: Iterable[Diagnostic]) -> list[str]:
    rows = [f"| {one.code} | {cell(str(one.location))} | {cell(one.sentence)} | {cell(one.fix)} |" for one in found]
    return [f"## {title}", "", "| | where | what | what to do |", "|---|---|---|---|", *rows, ""] if rows else []


def cell(text: str) -> str:
    """Text in a cell of a table, whatever is in it. An underscore within a word needs no escape."""
    return re.sub(r"([\\|`<>*\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", printable(" ".join(text.split())))


def code(text: str) -> str:
    """Text between backticks, in a cell or not, whatever is in it."""
    return printable(" ".join(text.split())).replace("`", "'").replace("|", "\\|")
