"""``report.md``: a report for people."""

from __future__ import annotations

import re

from kfp_sagemaker_converter.report import Report


def markdown(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# {cell(report.pipeline)}", "", f"From `{cell(report.file)}`, {report.format.value}.", "", "## Steps", ""]
    lines += ["| step | | runs on | why |", "|---|---|---|---|"]
    for step in report.steps:
        where = f"{step.service}, {step.instance_type or 'type chosen at run time'}" if step.service else "the cluster"
        lines.append(f"| {cell(step.name)} | {step.outcome.value} | {where} | {cell(step.reason)} |")
    lines += ["", "## What there is to say", "", "| code | where | what | what to do |", "|---|---|---|---|"]
    for found in report.diagnostics:
        lines.append(f"| {found.code} | {cell(str(found.location))} | {cell(found.sentence)} | {cell(found.fix)} |")
    lines += ["", "## What the cluster needs", "", *(f"- {cell(need)}" for need in report.cluster_needs)]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Text in a cell of a table, whatever is in it."""
    return re.sub(r"([\\|`<>*_\[\]])", r"\\\1", " ".join(text.split()))
