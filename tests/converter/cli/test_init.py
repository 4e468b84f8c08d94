"""kfp-sagemaker init: a configuration that is valid as it is, and stays so when what is commented is uncommented."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from kfp_sagemaker_converter.cli.init import init
from kfp_sagemaker_converter.configuration.configuration import ClaimRule
from kfp_sagemaker_converter.configuration.read import read_configuration
from small_pipelines import as_yaml, container, step, task
from small_pipelines import pipeline as small_pipeline

PIPELINE = """\
pipelineInfo: {name: p}
root: {dag: {tasks: {train: {componentRef: {name: comp-train}, taskInfo: {name: train}}}}}
components: {comp-train: {executorLabel: exec-train}}
deploymentSpec:
  executors: {exec-train: {container: {image: "python:3.11", command: [a], resources: {resourceCpuLimit: "4"}}}}
schemaVersion: 2.1.0
---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-train:
          secretAsEnv: [{secretName: db, keyToEnv: [{secretKey: a, envVar: A}]}]
          pvcMount: [{taskOutputParameter: {producerTask: createpvc}, mountPath: /data}]
"""


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "pipeline.yaml"
    path.write_text(PIPELINE)
    return path


def test_it_names_steps_images_secrets_and_claims(pipeline: Path) -> None:
    result = CliRunner().invoke(init, [str(pipeline), "--role", "arn:aws:iam::123456789012:role/a", "--region", "eu-west-1"])
    assert result.exit_code == 0, result.output
    made = Path("kfp-sagemaker.yaml")
    configuration, findings = read_configuration(made)
    assert findings == []
    assert (configuration.role, configuration.region) == ("arn:aws:iam::123456789012:role/a", "eu-west-1")
    assert configuration.secret("db").policy == "keep"
    assert configuration.volume_claims == {}
    assert "#   createpvc:\n" in made.read_text()
    assert "#   - name: train\n" in made.read_text()
    assert "# bucket: my-team-pipelines\n" in made.read_text()


def test_uncommented_it_is_valid(pipeline: Path) -> None:
    CliRunner().invoke(init, [str(pipeline)])
    made = Path("kfp-sagemaker.yaml")
    text = re.sub(r"^(\s*)# (?=\s*(- )?[\w.\"/:-]+: ?)", r"\1", made.read_text(), flags=re.MULTILINE)
    kept = [line for line in text.splitlines() if not line.startswith(("extends:", "train, "))]
    made.write_text("\n".join(line for line in kept if "policy: keep" not in line))
    assert "steps" in yaml.safe_load(made.read_text())
    configuration, findings = read_configuration(made)
    assert findings == []
    assert configuration.pipeline_root == "s3://my-team-pipelines/kfp"
    assert configuration.secret("db").policy == "secrets_manager"
    assert configuration.volume_claims == {"createpvc": ClaimRule(efs="fs-0123456789abcdef0")}
    assert [rule.name for rule in configuration.steps] == ["train"]


def test_a_file_that_is_there_is_not_touched(pipeline: Path) -> None:
    Path("kfp-sagemaker.yaml").write_text("version: 1\n")
    result = CliRunner().invoke(init, [str(pipeline)])
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert Path("kfp-sagemaker.yaml").read_text() == "version: 1\n"


def test_standard_output(pipeline: Path) -> None:
    result = CliRunner().invoke(init, [str(pipeline), "-o", "-"])
    assert result.output.startswith("# How kfp-sagemaker converts")
    assert not Path("kfp-sagemaker.yaml").exists()


SOURCE = """
from kfp import dsl

@dsl.component(base_image="python:3.11", install_kfp_package=False)
def echo(text: str) -> str:
    return text

@dsl.pipeline
def one():
    echo(text="a")

@dsl.pipeline
def two():
    one()
"""


@pytest.mark.usefixtures("pipeline")
def test_the_next_command_is_one_that_works() -> None:
    Path("my pipelines.py").write_text(SOURCE)
    result = CliRunner().invoke(init, ["my pipelines.py", "--function", "two"])
    assert result.exit_code == 0, result.output
    assert result.output.endswith("then: kfp-sagemaker check 'my pipelines.py' --function two\n")


def test_a_rule_is_for_the_step_that_it_stands_for(pipeline: Path) -> None:
    """Two steps whose tasks have one name are told apart by their executors."""
    block = {"dag": {"tasks": {"train": task("again")}}}
    ir = small_pipeline(
        {"comp-train": step("train"), "comp-again": step("again", label="exec-train-2"), "comp-block": block},
        {"exec-train": container(), "exec-train-2": container()},
        {"train": task("train"), "block": task("block")},
    )
    pipeline.write_text(as_yaml(ir))
    made = CliRunner().invoke(init, [str(pipeline), "-o", "-"]).output
    rules = re.findall(r"#   - name: (\S+)\n#     instance_type: ml.m5.large\n#     placement: move   # or keep\n", made)
    assert rules == ["exec-train", "train-2"]


def test_what_is_no_pipeline_is_refused(pipeline: Path) -> None:
    pipeline.write_text("kind: ConfigMap\n")
    result = CliRunner().invoke(init, [str(pipeline)])
    assert result.exit_code == 2
    assert "KSC106" in result.output
    assert not Path("kfp-sagemaker.yaml").exists()


def test_the_schema_for_editors() -> None:
    result = CliRunner().invoke(init, ["--schema"])
    assert json.loads(result.output)["title"] == "kfp-sagemaker.yaml"
