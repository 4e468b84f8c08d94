"""Constants and defaults that are more than KFP can give to a step are told, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.conversion import convert
from small_pipelines import as_yaml, container, pipeline, step, task

STRING, LIST = {"parameterType": "STRING"}, {"parameterType": "LIST"}
HALF = "x" * 65_534
"""With its quotes, half of what KFP can give, and a byte."""


def said(constants: dict[str, Any], defaults: dict[str, Any] | None = None) -> list[str]:
    definitions: dict[str, Any] = {name: LIST if isinstance(value, list) else STRING for name, value in constants.items()}
    for name, value in (defaults or {}).items():
        definitions[name] = {**STRING, "defaultValue": value, "isOptional": True}
    inputs = {"parameters": {name: {"runtimeValue": {"constant": value}} for name, value in constants.items()}}
    ir = pipeline({"comp-train": step("train", inputDefinitions={"parameters": definitions})}, {"exec-train": container()},
                  {"train": task("train", inputs=inputs)})  # fmt: skip
    conversion = convert(as_yaml(ir), "pipeline.yaml")
    return [one.sentence for one in conversion.report.diagnostics if one.code == "KSC210"]


@pytest.mark.parametrize(
    ("constants", "defaults", "size"),
    [
        ({"a": HALF, "b": HALF}, {}, 131_072),
        ({"a": "é" * 150_000}, {}, 300_002),
        ({"a": [HALF, HALF]}, {}, 131_075),
        ({"a": HALF}, {"b": HALF}, 131_072),
        ({}, {"b": HALF * 2}, 131_070),
        ({"a": HALF, "b": HALF[1:]}, {}, 131_071),
        ({"b": "short"}, {"b": HALF * 3}, 7),
    ],
)
def test_what_is_written_in_the_pipeline(constants: dict[str, Any], defaults: dict[str, Any], size: int) -> None:
    expected = f"The values in the pipeline for train come to {size:,} bytes, and KFP can give a step 131,071."
    assert said(constants, defaults) == ([expected] if size > 131_071 else [])
