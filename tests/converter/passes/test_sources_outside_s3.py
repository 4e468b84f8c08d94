"""Importers whose URI no job can read: written in the pipeline, a default of it, or handed down to where the importer is."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.conversion import convert
from small_pipelines import as_yaml, pipeline, task

URI = "gs://bucket/data"
IMPORTER = {
    "executorLabel": "exec-importer",
    "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}}},
    "outputDefinitions": {"artifacts": {"artifact": {"artifactType": {"schemaTitle": "system.Artifact"}}}},
}
EXECUTOR = {"importer": {"artifactUri": {"runtimeParameter": "uri"}, "typeSchema": {"schemaTitle": "system.Artifact"}}}


def taken_from(name: str) -> dict[str, Any]:
    return {"inputs": {"parameters": {"uri": {"componentInputParameter": name}}}}


def nested(default: str = "", **given: Any) -> dict[str, Any]:
    """A pipeline within which the importer is."""
    parameter = {"parameterType": "STRING", **({"defaultValue": default, "isOptional": True} if default else {})}
    inner = {
        "inputDefinitions": {"parameters": {"data": parameter}},
        "dag": {"tasks": {"importer": task("importer", **taken_from("data"))}},
    }
    components = {"comp-importer": IMPORTER, "comp-inner": inner}
    ir = pipeline(components, {"exec-importer": EXECUTOR}, {"inner": task("inner", **given)})
    ir["root"]["inputDefinitions"] = {
        "parameters": {"place": {"parameterType": "STRING", "defaultValue": URI, "isOptional": True}}
    }
    return ir


def handed(source: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": {"parameters": {"data": source}}}


@pytest.mark.parametrize(
    ("ir", "told"),
    [
        (nested(**handed({"componentInputParameter": "place"})), True),
        (nested(**handed({"runtimeValue": {"constant": URI}})), True),
        (nested(**handed({"runtimeValue": {"constant": "s3://bucket/data"}})), False),
        (nested(**handed({"runtimeValue": {"constant": "s3://bucket/data"}}), default=URI), False),
        (nested(default=URI), True),
        (nested(default="s3://bucket/data"), False),
    ],
)
def test_what_an_importer_gets_when_a_run_says_nothing_else(ir: dict[str, Any], told: bool) -> None:
    conversion = convert(as_yaml(ir), "x.yaml")
    found = [one.sentence for one in conversion.report.diagnostics if one.code == "KSC712"]
    assert found == [f"exec-importer imports {URI}, which no job can read."] * told
