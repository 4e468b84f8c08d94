"""Inputs and outputs of pipelines as DSL source: names that are none of Python's, types of others, types of loop items."""

from __future__ import annotations

import pytest
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.back_ends.python.writer import source_of
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.source import Location
from small_pipelines import as_yaml, pipeline, step, task

CACHED = {"cachingOptions": {"enableCache": True}}
VERTEX = {"artifactType": {"schemaTitle": "google.VertexDataset", "schemaVersion": "0.0.1"}}
METRICS = {"artifactType": {"schemaTitle": "system.Metrics", "schemaVersion": "0.0.1"}}


def returning(kind: str, name: str, definition: dict[str, object], key: str) -> str:
    """A pipeline that returns one output of its only task under a name of its own."""
    chosen: dict[str, object] = {"artifactSelectors": [{"producerSubtask": "train", "outputArtifactKey": key}]}
    if kind == "parameters":
        chosen = {"valueFromParameter": {"producerSubtask": "train", "outputParameterKey": key}}
    whole = pipeline(
        {"comp-train": step("train", outputDefinitions={kind: {key: definition}})},
        root={
            "outputDefinitions": {kind: {name: definition}},
            "dag": {"tasks": {"train": task("train", **CACHED)}, "outputs": {kind: {name: chosen}}},
        },
    )
    return as_yaml(whole)


def loop_over(item: str) -> str:
    """A pipeline that goes through a list of its first task."""
    inner = "pipelinechannel--make-items-loop-item"
    listed = "pipelinechannel--make-items"
    loop = {
        "dag": {"tasks": {"use": task("use", inputs={"parameters": {"item": {"componentInputParameter": inner}}}, **CACHED)}},
        "inputDefinitions": {"parameters": {listed: {"parameterType": "LIST"}, inner: {"parameterType": item}}},
    }
    whole = pipeline(
        {
            "comp-make": step("make", data=False, outputDefinitions={"parameters": {"items": {"parameterType": "LIST"}}}),
            "comp-use": step("use", data=False, inputDefinitions={"parameters": {"item": {"parameterType": item}}}),
            "comp-for-loop-1": loop,
        },
        {"exec-make": {"container": {"image": "make"}}, "exec-use": {"container": {"image": "use"}}},
        {
            "make": task("make", **CACHED),
            "for-loop-1": task(
                "for-loop-1",
                dependentTasks=["make"],
                inputs={"parameters": {listed: {"taskOutputParameter": {
                    "producerTask": "make", "outputParameterKey": "items"}}}},
                parameterIterator={"itemInput": inner, "items": {"inputParameter": listed}},
            ),
        },
    )  # fmt: skip
    return as_yaml(whole)


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        (returning("artifacts", "train-made", METRICS, "made"), '    return {"train-made": train.outputs["made"]}'),
        (returning("artifacts", "train-metrics", METRICS, "metrics"), '    __annotations__ = {"train-metrics": dsl.Metrics}'),
        (returning("parameters", "class", {"parameterType": "STRING"}, "text"), '    return {"class": train.outputs["text"]}'),
        (returning("artifacts", "data", VERTEX, "made"), "class Google_VertexDataset(dsl.Artifact):"),
        (returning("artifacts", "data", VERTEX, "made"), '    schema_title = "google.VertexDataset"'),
        *((loop_over(item), f'make_step.component_spec.outputs["items"].type = "List[{of}]"  # for loops over it')
          for item, of in (("STRUCT", "dict"), ("NUMBER_INTEGER", "int"), ("NUMBER_DOUBLE", "float"), ("BOOLEAN", "bool"),
                           ("LIST", "list"))),
        (loop_over("STRING"), '    with dsl.ParallelFor(make.outputs["items"]) as item:'),
    ],
)  # fmt: skip
def test_is_written_and_compiles_to_the_same(text: str, line: str) -> None:
    source, found = python_source(text, (), Location("pipeline.yaml"))
    assert found is None, found
    assert line in source.splitlines()


def test_a_list_of_texts_needs_no_word() -> None:
    assert "component_spec" not in source_of(read_ir(read(loop_over("STRING"), "pipeline.yaml"))[0].pipeline)
