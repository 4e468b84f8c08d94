"""Placeholders mean what KFP's documentation, launcher and local runner say; what is filled in is data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kfp_sagemaker.container_step.placeholders import Filling, fill

from .executor_inputs import ROOT, RUN_ID, artifact, executor_input

GIVEN = executor_input(
    {
        "text": "a b", "number": 6.0, "ratio": 0.5, "small": 1e-7, "large": 86400000000.0, "flag": True, "nothing": None,
        "table": {"k": 1.0, "é": [2.0]}, "items": [1.0, "x"], "empty": "", "shell": "$(HOME) {{$.inputs.parameters['text']}}",
        "pipelinechannel--up-Output": "hidden", "quoted'name": "never",
    },
    {
        "data": artifact("data", "s3://b/k/data", metadata={"rows": 3.0, "who": "me"}),
        "own": artifact("own", "s3://b/k/own", customPath="/mnt/own"), "many": ["s3://b/1", "s3://b/2"], "bucket": "gs://g/x",
    },
    outputs=("result",),
    output_artifacts=("model",),
)
LOCAL = ROOT.replace("s3://", "/s3/")
NAMES = {"pipeline_job_name": RUN_ID, "pipeline_task_name": "train"}


def filled(*words: str) -> list[str]:
    return fill(words, Filling(GIVEN, frozenset({"omitted", "nowhere"}), NAMES))


def parameter(name: str) -> str:
    return f"{{{{$.inputs.parameters['{name}']}}}}"


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (parameter("text"), "a b"),
        (f"x{parameter('text')}y{parameter('flag')}", "xa bytrue"),
        ('{{$.inputs.parameters["text"]}}', "a b"),
        (parameter("number"), "6"),
        (parameter("ratio"), "0.5"),
        (parameter("small"), "0.0000001"),
        (parameter("large"), "86400000000"),
        (parameter("nothing"), "null"),
        (parameter("omitted"), "null"),
        (parameter("empty"), ""),
        (parameter("table"), '{"k":1,"é":[2]}'),
        (parameter("items"), '[1,"x"]'),
        (parameter("pipelinechannel--up-Output"), "hidden"),
        (parameter("shell"), "$(HOME) {{$.inputs.parameters['text']}}"),
        (parameter("unknown"), "{{$.inputs.parameters['unknown']}}"),
        ("{{$.outputs.parameters['result'].output_file}}", "/tmp/kfp/outputs/result"),
        ("{{$.outputs.output_file}}", f"{LOCAL}/executor_output.json"),
        ("{{$.outputMetadataUri}}", f"{LOCAL}/executor_output.json"),
        ("{{$.inputs.artifacts['data'].uri}}", "s3://b/k/data"),
        ("{{$.inputs.artifacts['data'].path}}", "/s3/b/k/data"),
        ("{{$.inputs.artifacts['own'].path}}", "/mnt/own"),
        ("{{$.inputs.artifacts['bucket'].path}}", "/gcs/g/x"),
        ("{{$.inputs.artifacts['many'].uri}}", "s3://b/1"),
        ("{{$.inputs.artifacts['data'].metadata}}", '{"rows":3,"who":"me"}'),
        ("{{$.inputs.artifacts['data'].metadata['rows']}}", "3"),
        ("{{$.inputs.artifacts['data'].metadata['who']}}", "me"),
        ("{{$.inputs.artifacts['data'].name}}", "data"),
        ("{{$.inputs.artifacts['nowhere'].path}}", "null"),
        ("{{$.outputs.artifacts['model'].path}}", f"{LOCAL}/model"),
        ("{{$.outputs.artifacts['model'].uri}}", f"{ROOT}/model"),
        ("{{$.pipeline_job_name}}", RUN_ID),
        ("{{$.pipeline_task_name}}", "train"),
        ("{{$.workspace_path}}", "{{$.workspace_path}}"),
        ("{{$.inputs.artifacts['data'].size}}", "{{$.inputs.artifacts['data'].size}}"),
        ("{{ $.inputs }} {{}} ${{x}}", "{{ $.inputs }} {{}} ${{x}}"),
        ('{"json": "of the user"}', '{"json": "of the user"}'),
        ('{"Concat": "no list"}', '{"Concat": "no list"}'),
        ('{"IfPresent": unquoted', '{"IfPresent": unquoted'),
    ],
)
def test_a_placeholder_becomes_text(word: str, text: str) -> None:
    assert filled(word) == [text]


def test_the_whole_executor_input_is_json() -> None:
    (text,) = filled("{{$}}")
    assert json.loads(text) == GIVEN
    assert "é" in text


def concat(*parts: Any) -> dict[str, Any]:
    return {"Concat": list(parts)}


def if_present(name: str, then: Any, otherwise: Any = None) -> dict[str, Any]:
    return {"IfPresent": {"InputName": name, "Then": then, **({} if otherwise is None else {"Else": otherwise})}}


@pytest.mark.parametrize(
    ("structure", "words"),
    [
        (concat("--x=", parameter("text"), ";"), ["--x=a b;"]),
        (concat("a", concat("b", parameter("number")), "c"), ["ab6c"]),
        (concat("a", if_present("text", "+"), if_present("omitted", "-")), ["a+"]),
        (if_present("text", ["--text", parameter("text")]), ["--text", "a b"]),
        (if_present("text", "one"), ["one"]),
        (if_present("omitted", ["--text", "x"]), []),
        (if_present("omitted", ["x"], ["--default", "d"]), ["--default", "d"]),
        (if_present("nothing", ["x"]), []),
        (if_present("empty", ["--e", parameter("empty")]), ["--e", ""]),
        (if_present("flag", [concat("--f=", parameter("flag"))]), ["--f=true"]),
        (if_present("data", ["--data", "{{$.inputs.artifacts['data'].path}}"]), ["--data", "/s3/b/k/data"]),
        (if_present("nowhere", ["--data"], "none"), ["none"]),
        (if_present("text", [if_present("omitted", ["a"], ["b", "c"])]), ["b", "c"]),
    ],
)
def test_a_structure_becomes_words(structure: dict[str, Any], words: list[str]) -> None:
    assert filled("before", json.dumps(structure), "after") == ["before", *words, "after"]


@pytest.mark.parametrize("structure", ['{"IfPresent": {"Then": "x"}}', '{"IfPresent": 5}'])
def test_a_malformed_structure_stays_the_text_that_it_is(structure: str) -> None:
    assert filled(structure) == [structure]


def test_large_values_are_filled_in_whole() -> None:
    value = "é'\"\\$(x)`\n" * 30_000
    filling = Filling(executor_input({"v": value}))
    assert fill([parameter("v"), f"<{parameter('v')}>"], filling) == [value, f"<{value}>"]
