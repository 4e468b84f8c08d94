"""A rule of the project's configuration that is for no step is told, by its line in the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kfp_sagemaker_converter.cli.check import check
from kfp_sagemaker_converter.cli.convert import convert
from small_pipelines import as_yaml, container, pipeline, step, task

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PLATFORM = f"""\
version: 1
role: arn:aws:iam::123456789012:role/jobs
region: eu-west-1
bucket: team-pipelines
launcher_image: {ECR}/kfp-sagemaker:1
registry: {ECR}/mirror
steps:
  - name: of-another-team
    placement: keep
"""
PROJECT = """\
version: 1
extends: platform.yaml
steps:
  - name: trian
    instance_type: ml.g5.xlarge
  - image: python:*
    volume_size: 50
  - name: evaluate
    image: torch:*
    placement: keep
"""
SOURCE = """
from kfp import dsl

@dsl.component(base_image="python:3.11", install_kfp_package=False)
def train(data: dsl.Output[dsl.Dataset]):
    pass

@dsl.pipeline
def p():
    train()
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("platform.yaml").write_text(PLATFORM)
    Path("kfp-sagemaker.yaml").write_text(PROJECT)
    Path("train.yaml").write_text(as_yaml(pipeline()))
    evaluating = pipeline({"comp-evaluate": step("evaluate")}, {"exec-evaluate": container(image="torch:2")},
                          {"evaluate": task("evaluate")})
    Path("evaluate.yaml").write_text(as_yaml(evaluating))
    Path("source.py").write_text(SOURCE)


def told(result: Result) -> list[str]:
    return [line.split(" Correct")[0] for line in result.output.splitlines() if "KSC804" in line]


TRIAN = "kfp-sagemaker.yaml:4: manual KSC804: The rule for name trian matches no step."
PYTHON = "kfp-sagemaker.yaml:6: manual KSC804: The rule for image python:* matches no step."
EVALUATE = "kfp-sagemaker.yaml:8: manual KSC804: The rule for name evaluate, image torch:* matches no step."


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["train.yaml"], [TRIAN, EVALUATE]),
        (["source.py"], [TRIAN, EVALUATE]),
        (["evaluate.yaml"], [TRIAN, PYTHON]),
        (["train.yaml", "evaluate.yaml"], [TRIAN, TRIAN]),
    ],
)
def test_rules_for_none_of_the_pipelines_are_told_of_each(files: list[str], expected: list[str]) -> None:
    result = CliRunner().invoke(check, files)
    assert told(result) == expected
    assert result.exit_code == 1


def test_they_are_on_the_list_of_what_is_to_do() -> None:
    CliRunner().invoke(convert, ["train.yaml", "-o", "out"])
    assert "The rule for name trian matches no step." in Path("out/TODO.md").read_text()


def test_without_them_nothing_is_told() -> None:
    Path("kfp-sagemaker.yaml").write_text(PROJECT.replace("trian", "tra*"))
    assert told(CliRunner().invoke(check, ["train.yaml", "evaluate.yaml"])) == []
