"""A converted component.yaml comes out as component.yaml and as a Python op: both are the converted pipeline's component."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format
from kfp import components
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.output_folder import files_of, write_files
from kfp_sagemaker_converter.passes.placement import ALL, NONE, Choice

CONFIGURATION = Configuration(role="arn:aws:iam::123456789012:role/jobs", region="eu-west-1", bucket="team")
SOURCE = """\
name: Train "it" {name}
description: Trains.
metadata: {annotations: {author: me}}
inputs:
- {name: Training data, type: CSV, description: What to learn from.}
- {name: Learning rate, type: Float, default: '0.1'}
- {name: epochs, type: Integer, default: '3'}
- {name: options, type: JsonObject, default: '{"a": [1, 2.5]}'}
- {name: verbose, type: Bool, default: 'False'}
- {name: bucket, type: GCSPath, optional: true}
outputs:
- {name: Model, type: Model}
- {name: score, type: Float}
implementation:
  container:
    image: python:3.11
    command: [train, {inputPath: Training data}, {inputValue: bucket}]
    args: [--rate, {inputValue: Learning rate}, {outputPath: Model}, {outputPath: score}]
    env: {A: b}
"""


def converted(mode: str = ALL, source: str = SOURCE) -> Conversion:
    made = convert(source, "component.yaml", CONFIGURATION, Choice(mode))
    assert made.documents, made.report.diagnostics
    return made


def ir(component: Any) -> dict[str, Any]:
    """Components and executors of one of kfp's components, without what people read."""
    words = json_format.MessageToDict(component.pipeline_spec)
    for made in words["components"].values():
        for group in ("inputDefinitions", "outputDefinitions"):
            for kind in made.get(group, {}).values():
                for definition in kind.values():
                    definition.pop("description", None)
    return {"components": words["components"], "executors": words["deploymentSpec"]}


@pytest.mark.parametrize("mode", [ALL, NONE])
def test_component_yaml_is_the_pipelines_component(tmp_path: Path, mode: str) -> None:
    write_files(tmp_path, files_of(converted(mode)))
    theirs = ir(components.load_component_from_file(str(tmp_path / "component.yaml")))
    pipeline = ir(components.load_component_from_file(str(tmp_path / "pipeline.yaml")))
    # The configuration's values are the component's defaults here, and the pipeline parameters' there.
    (component,), (around,) = theirs["components"].values(), pipeline["components"].values()
    for words in (component, around):
        for name, definition in words["inputDefinitions"]["parameters"].items():
            if name.startswith("sagemaker_"):
                definition.pop("defaultValue", None)
    assert theirs == pipeline


def test_names_descriptions_and_defaults_are_the_sources(tmp_path: Path) -> None:
    made = yaml.safe_load(files_of(converted())["component.yaml"])
    assert (made["name"], made["description"]) == ('Train "it" {name}', "Trains.")
    assert made["metadata"] == {"annotations": {"author": "me"}}
    own = [one for one in made["inputs"] if not one["name"].startswith("sagemaker_")]
    assert own == [
        {"name": "Training data", "type": "Artifact", "description": "What to learn from."},
        {"name": "Learning rate", "type": "Float", "default": "0.1"},
        {"name": "epochs", "type": "Integer", "default": "3"},
        {"name": "options", "type": "JsonObject", "default": '{"a": [1, 2.5]}'},
        {"name": "verbose", "type": "Boolean", "default": "false"},
        {"name": "bucket", "type": "String", "optional": True},
    ]
    assert made["outputs"] == [{"name": "Model", "type": "Model"}, {"name": "score", "type": "Float"}]
    added = {one["name"]: one["default"] for one in made["inputs"] if one["name"].startswith("sagemaker_")}
    assert added["sagemaker_role"] == CONFIGURATION.role
    assert added["sagemaker_region"] == "eu-west-1"


def test_the_python_op_is_importable(tmp_path: Path) -> None:
    write_files(tmp_path, files_of(converted()))
    op = runpy.run_path(str(tmp_path / "component.py"))["train_it_name"]
    assert op.component_spec.inputs["learning_rate"].default == 0.1


def test_a_graph_has_an_op_of_the_pipeline(tmp_path: Path) -> None:
    inner = yaml.safe_load(SOURCE)
    graph = {
        "name": "Graph", "inputs": [{"name": "data", "type": "CSV"}],
        "implementation": {"graph": {"tasks": {"train": {
            "componentRef": {"spec": inner}, "arguments": {"Training data": {"graphInput": "data"}, "bucket": "a"},
        }}}},
    }  # fmt: skip
    write_files(tmp_path, files_of(converted(source=yaml.safe_dump(graph))))
    assert not (tmp_path / "component.yaml").exists()
    op = runpy.run_path(str(tmp_path / "component.py"))["graph"]
    assert "data" in op.component_spec.inputs
