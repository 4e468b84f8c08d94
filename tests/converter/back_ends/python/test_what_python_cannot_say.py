"""What KFP's DSL has no words for is named, each construct by its own; and what no compiler can take is not given to it."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.back_ends.python.size import MOST_TASKS, Size, size_written_out
from kfp_sagemaker_converter.back_ends.python.source import pipeline_of, python_source
from kfp_sagemaker_converter.back_ends.python.writer import source_of
from kfp_sagemaker_converter.source import Location
from small_pipelines import DATASET, as_yaml, container, pipeline, step, task

CACHED = {"cachingOptions": {"enableCache": True}}
TEXT = {"parameterType": "STRING"}
TRAIN = {"comp-train": step("train", data=False)}
IMPORTER = {"exec-load": {"importer": {"artifactUri": {"constant": "s3://a"}, "typeSchema": DATASET["artifactType"]}}}


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


def taking(**parameters: Any) -> dict[str, Any]:
    """A step that takes these."""
    return {"comp-train": step("train", data=False, inputDefinitions={"parameters": parameters})}


def block(name: str, of_task: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A pipeline with the inputs ``a`` and ``b`` and a block around its step."""
    dag = {"dag": {"tasks": {"train": task("train", **CACHED)}}, **more}
    root = {"inputDefinitions": {"parameters": {"a": TEXT, "b": TEXT}}, "dag": {"tasks": {name: task("block", **of_task)}}}
    return pipeline({"comp-block": dag, "comp-train": step("train")}, root=root)


def condition(text: str, prefix: str = "pipelinechannel--") -> dict[str, Any]:
    """A task that is a condition over both inputs."""
    given = {f"{prefix}{name}": {"componentInputParameter": name} for name in "ab"}
    return {"triggerPolicy": {"condition": text}, "inputs": {"parameters": given}}


A_IS_X = "inputs.parameter_values['pipelinechannel--a'] == 'x'"
B_IS_Y = "inputs.parameter_values['pipelinechannel--b'] == 'y'"
SIZE_OF_A = "size(inputs.parameter_values['pipelinechannel--a']) == 1"
OUTPUT = {"outputDefinitions": {"artifacts": {"data": DATASET}}}


def out_of(producer: str) -> dict[str, Any]:
    """The output of a DAG that is the data of a task."""
    chosen = {"producerSubtask": producer, "outputArtifactKey": "data"}
    return {"outputs": {"artifacts": {"data": {"artifactSelectors": [chosen]}}}}


def read_outside() -> dict[str, Any]:
    """A pipeline that returns what a step in a condition made."""
    whole = block("condition-1", condition(A_IS_X), **OUTPUT)
    whole["components"]["comp-block"]["dag"] |= out_of("train")
    whole["root"] |= OUTPUT
    whole["root"]["dag"] |= out_of("condition-1")
    return whole


def nested(levels: int, executor: dict[str, Any] | None = None) -> dict[str, Any]:
    """A pipeline in which each of the nested pipelines uses the next one twice."""
    called = ("a", "a-2")
    twice = [{name: {**task(f"level-{level}"), "taskInfo": {"name": name}} for name in called} for level in range(levels)]
    components = {f"comp-level-{level}": {"dag": {"tasks": twice[level - 1]}} for level in range(1, levels)}
    return pipeline(
        {"comp-level-0": step("level-0", data=False, label="exec-train"), **components},
        {"exec-train": executor or container()},
        twice[levels - 1],
    )


def in_itself() -> dict[str, Any]:
    return pipeline({"comp-again": {"dag": {"tasks": {"again": task("again")}}}}, {}, {"again": task("again")})


@pytest.mark.parametrize(
    ("ir", "words"),
    [
        # Names.
        (pipeline(pipelineInfo={"name": "a/b"}), "the pipeline name 'a/b'"),
        (pipeline(tasks={"Train": task("train")}), "the task name 'Train'"),
        (pipeline(tasks={"train_it": task("train")}), "the task name 'train_it'"),
        (pipeline(root={"inputDefinitions": {"parameters": {"a-b": TEXT}}, "dag": {"tasks": {"train": task("train")}}}),
         "the input 'a-b', which is no name in Python"),
        (pipeline(root={"inputDefinitions": {"parameters": {"dsl": TEXT}}, "dag": {"tasks": {"train": task("train")}}}),
         "the input 'dsl', which hides dsl"),
        (block("condition-good-1", condition(A_IS_X)), "the block name 'condition-good-1'"),
        (block("condition-1", condition("inputs.parameter_values['pipelineparam--a'] == 'x'", "pipelineparam--")),
         "the input pipelineparam--a of the block condition-1, as kfp 1.8 names it"),
        (pipeline({"comp-load": step("load")}, IMPORTER, {"load": task("load")}), "an importer of the name load"),
        (pipeline({"comp-load": step("load")}, IMPORTER, {"importer": task("load")}), "the outputs of importer"),
        # Inputs and outputs.
        (pipeline(taking(rows=TEXT)), "train without rows"),
        (pipeline(taking(status={"parameterType": "TASK_FINAL_STATUS"}),
                  root={"inputDefinitions": {"parameters": {"status": TEXT}}, "dag": {"tasks": {"train": task(
                      "train", inputs={"parameters": {"status": {"componentInputParameter": "status"}}})}}}),
         "the final status status that train gets from an input"),
        (read_outside(), "the output data of the block condition-1 outside of it"),
        (pipeline({"comp-train": step("train", outputDefinitions={"artifacts": {"data": {"artifactType": {
            "schemaTitle": "system.Dataset"}}}})}), "the artifact data of a type without schemaVersion"),
        # Blocks.
        (block("condition-1", condition(f"{A_IS_X} || {B_IS_Y}")), "||"),
        (block("condition-1", condition(f"{A_IS_X} && {B_IS_Y}")), "&&"),
        (block("condition-1", condition(SIZE_OF_A)), "size(inputs.parameter_values['pipelinechannel--a']) in a condition"),
        (block("condition-1", {"triggerPolicy": {"condition": A_IS_X}, "inputs": {"parameters": {
            "pipelinechannel--a": constant("x")}}}), "the input pipelinechannel--a of the block condition-1"),
        (pipeline(tasks={"train": task("train", **condition(A_IS_X))}), "a step and a condition or loop"),
        (pipeline({"comp-condition-1": {"dag": {"tasks": {"train": task("train")}}}, "comp-train": step("train")},
                  tasks={f"condition-{at}": task("condition-1", triggerPolicy={"condition": "1 == 1"}) for at in (1, 2)}),
         "the block comp-condition-1, which is in two places"),
        # Executors, and pipelines as a whole.
        (pipeline(executors={"exec-train": container(lifecycle={"preCacheCheck": {"command": ["true"]}})}), "lifecycle"),
        (pipeline(executors={"exec-train": {"customJob": {}}}), "the executor of comp-train"),
        (pipeline(tasks={}), "a pipeline without tasks"),
        (in_itself(), "the pipeline comp-again, which is within itself"),
        (nested(60), "2,305,843,009,213,693,950 tasks"),
        (nested(12, container(args=["x" * 100_000])), "characters, each use of steps written out"),
    ],
)  # fmt: skip
def test_is_named(ir: dict[str, Any], words: str) -> None:
    source, found = python_source(as_yaml(ir), (), Location("pipeline.yaml"))
    assert source == ""
    assert found is not None
    assert found.code == "KSC720"
    assert words in found.sentence


def test_what_kfp_refuses_is_said_once(compiling_here: None) -> None:
    given = {"inputs": {"parameters": {"rows": constant(3.0)}}}
    _, found = python_source(as_yaml(pipeline(taking(rows=TEXT), tasks={"train": task("train", **given)})), (), Location("x"))
    assert found is not None
    assert found.code == "KSC722"
    assert found.sentence.count("not compile") == 1
    assert "'rows' of component 'train': Argument type 'NUMBER_INTEGER' is incompatible with" in found.sentence


@pytest.mark.parametrize("levels", [1, 2, 10])
def test_size_is_what_the_compiler_writes(levels: int) -> None:
    one = size_written_out(pipeline_of(as_yaml(pipeline(TRAIN)), "x"))
    assert one.tasks == 1
    assert size_written_out(pipeline_of(as_yaml(nested(levels)), "x")) == Size(
        2 ** (levels + 1) - 2, 2**levels * one.characters
    )


@pytest.mark.usefixtures("compiling_here")
def test_shared_pipelines_are_written_once() -> None:
    source, found = python_source(as_yaml(nested(6)), (), Location("x"))
    assert found is None, found
    assert source.count("@dsl.pipeline(") == 6


@pytest.mark.parametrize("kind", ["side by side", "one after the other"])
def test_as_many_tasks_as_there_may_be_are_written(kind: str) -> None:
    tasks = {}
    for number in range(1, MOST_TASKS + 1):
        after = {"dependentTasks": [f"train-{number - 1}"]} if number > 2 and kind == "one after the other" else {}
        name = f"train-{number}" if number > 1 else "train"
        tasks[name] = {**task("train", **after), "taskInfo": {"name": name}}
    source = source_of(pipeline_of(as_yaml(pipeline(TRAIN, tasks=tasks)), "x"))
    assert source.count(" = train_step()") == MOST_TASKS
    assert source.count("load_component_from_text") == 1


def test_the_deepest_nesting_is_named() -> None:
    components = {f"comp-level-{at}": {"dag": {"tasks": {"inner": task(f"level-{at + 1}")}}} for at in range(3000)}
    components["comp-level-3000"] = step("level-3000", label="exec-train")
    _, found = python_source(as_yaml(pipeline(components, tasks={"outer": task("level-0")})), (), Location("x"))
    assert found is not None
    assert "such deep nesting" in found.sentence
