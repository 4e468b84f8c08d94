"""The converter's pages: their configurations are valid, and the commands and options that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from kfp_sagemaker.cli import main
from kfp_sagemaker_converter.configuration.read import read_configuration
from kfp_sagemaker_converter.diagnostics import rules

ROOT = Path(__file__).parents[2]
PAGES = ("docs/converter.md", "docs/configuration.md", "samples/convert/README.md", "README.md")


def test_the_configuration_of_the_reference_is_valid(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/configuration.md").read_text(), re.DOTALL)
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "kfp-sagemaker.yaml").write_text("version: 1\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "kfp-sagemaker.yaml").write_text(example)
    configuration, findings = read_configuration(project / "kfp-sagemaker.yaml")
    assert findings == []
    assert [rule.placement for rule in configuration.steps] == ["", "keep"]


def test_the_configuration_of_the_sample_is_valid() -> None:
    assert read_configuration(ROOT / "samples/convert/kfp-sagemaker.yaml")[1] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    lines = re.findall(r"`(kfp-sagemaker [^`]+)`", text) + re.findall(r"^\s*(kfp-sagemaker .+)$", text, re.MULTILINE)
    assert lines
    for line in lines:
        _, name, *words = line.partition("#")[0].split()
        command = main.get_command(click.Context(main), name)
        assert command is not None, line
        assert {word for word in words if re.match("--?[a-z]", word)} <= _options(command), line


def _options(command: click.Command) -> set[str]:
    found = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            inner = command.get_command(click.Context(command), name)
            found |= _options(inner) if inner else set()
    return found


def test_codes_that_pages_name_exist() -> None:
    for page in PAGES:
        assert set(re.findall(r"KSC\d{3}", (ROOT / page).read_text())) <= set(rules()), page
