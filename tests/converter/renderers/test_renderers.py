"""Each format of a report, from one report: tests/converter/data/report has what each must give.

To renew those files after a change that is meant, run this module as a program.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from kfp_sagemaker_converter.output_folder import images_text
from kfp_sagemaker_converter.renderers.json_report import SCHEMA_VERSION, json_report
from kfp_sagemaker_converter.renderers.markdown import markdown
from kfp_sagemaker_converter.renderers.terminal import terminal
from kfp_sagemaker_converter.renderers.text import text
from kfp_sagemaker_converter.renderers.todo import todo
from kfp_sagemaker_converter.report import Report
from report_fixture import NOTHING, REFUSED, REPORT
from rich.console import Console

EXPECTED = Path(__file__).parents[1] / "data" / "report"


def on_terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=120, force_terminal=True, color_system=None, highlight=False)
    console.print(terminal(report))
    written = console.file
    assert isinstance(written, io.StringIO)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


FORMATS = {
    "report.txt": text,
    "terminal.txt": on_terminal,
    "report.json": json_report,
    "report.md": markdown,
    "TODO.md": todo,
    "images.txt": lambda report: images_text(report.images),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format(name: str) -> None:
    assert FORMATS[name](REPORT) == (EXPECTED / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report.txt", "terminal.txt", "report.md", "TODO.md"])
def test_no_control_character_of_a_name_gets_through(name: str) -> None:
    assert "\x1b" not in FORMATS[name](REPORT)


def test_a_refused_file_says_why() -> None:
    assert text(REFUSED) == (
        "-: KFP 1 pipeline (Argo Workflow)\n-:1: error KSC106: This is a KFP 1 pipeline. Port it.\n"
        "refused: 1 error; `kfp-sagemaker explain CODE` tells more\n"
    )
    assert "## Why it was refused" in markdown(REFUSED)


def test_nothing_to_do_is_an_empty_list() -> None:
    assert todo(NOTHING) == ""
    assert text(NOTHING).endswith("0 steps moved, 0 kept; exact\n")


@pytest.mark.parametrize("report", [REPORT, REFUSED, NOTHING])
def test_the_json_has_its_version_the_exit_status_and_counts(report: Report) -> None:
    words = json.loads(json_report(report))
    assert (words["schema_version"], words["exit_status"]) == (SCHEMA_VERSION, report.exit_status)
    assert words["counts"]["steps_moved"] == len(report.moved)
    assert set(words) >= {"file", "format", "pipeline", "steps", "diagnostics", "images", "added_parameters"}


if __name__ == "__main__":
    for name, made in FORMATS.items():
        (EXPECTED / name).write_text(made(REPORT), encoding="utf-8")
