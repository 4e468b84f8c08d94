"""A report for a terminal: a table of the steps, and what there is to say, in colours."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from kfp_sagemaker_converter.diagnostics import Diagnostic, Severity
from kfp_sagemaker_converter.renderers.text import closing, heading, label, printable, runs_on, why
from kfp_sagemaker_converter.report import Outcome, Report

_STYLES = {Severity.INFO: "dim", Severity.APPROXIMATE: "yellow", Severity.MANUAL: "magenta", Severity.ERROR: "bold red"}
_OUTCOMES = {Outcome.MOVED: "green", Outcome.KEPT: "dim"}


def terminal(report: Report) -> RenderableType:
    """The report, for rich to print. It says what ``text.text`` says."""
    parts: list[RenderableType] = [Text(printable(heading(report)), style="bold")]
    if report.steps:
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("", "step", "runs on", "why"):
            table.add_column(column, overflow="fold")
        for step in (*report.moved, *report.kept):
            cells = (label(step), runs_on(step) or "the cluster", why(step))
            outcome = Text(step.outcome.value, style=_OUTCOMES[step.outcome])
            table.add_row(outcome, *(Text(printable(cell)) for cell in cells))
        parts.append(table)
    shown = [found for found in report.diagnostics if found.severity is not Severity.INFO]
    parts += [_diagnostic(found) for found in shown]
    parts.append(Text(closing(report), style="bold"))
    return Group(*parts)


def _diagnostic(found: Diagnostic) -> Text:
    style = _STYLES[found.severity]
    return Text.assemble(
        (f"{found.severity.value} {found.code}", style), f"  {printable(found.sentence)}\n",
        (f"  {printable(str(found.location))}", "dim"), f"  {printable(found.fix)}",
    )  # fmt: skip


def print_report(report: Report) -> None:
    """Print it to standard output."""
    Console(highlight=False, soft_wrap=False).print(terminal(report))
