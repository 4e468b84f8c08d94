"""What two pipelines are compared by: what KFP takes for the same is the same, and nothing else is."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from golden import converted, names
from kfp_sagemaker_converter.back_ends.python.normal_form import difference, normal_form
from kfp_sagemaker_converter.back_ends.python.source import pipeline_of
from kfp_sagemaker_converter.diagnostics import Refused
from small_pipelines import as_yaml, container, pipeline, step, task

TEXT = {"parameterType": "STRING"}


def differs(one: dict[str, Any], other: dict[str, Any], settings: frozenset[str] = frozenset()) -> str:
    forms = [normal_form(pipeline_of(as_yaml(each), "x"), settings) for each in (one, other)]
    return difference(*forms)


def taking(definition: dict[str, Any], given: Any = "x", name: str = "text") -> dict[str, Any]:
    """A pipeline whose step takes an input."""
    one = step("train", data=False, inputDefinitions={"parameters": {name: definition}})
    inputs = {"parameters": {name: {"runtimeValue": {"constant": given}}}}
    return pipeline({"comp-train": one}, tasks={"train": task("train", inputs=inputs)})


def looping(collected: str, loop: bool = True, within: str = "STRING") -> dict[str, Any]:
    """A pipeline with a loop, or a nested pipeline, that gives what its step does."""
    chosen = {"valueFromParameter": {"producerSubtask": "train", "outputParameterKey": "text"}}
    iterator = {"parameterIterator": {"itemInput": "item", "items": {"raw": "[1]"}}} if loop else {}
    return pipeline(
        {"comp-for-loop-1": {
            "dag": {"tasks": {"train": task("train")}, "outputs": {"parameters": {"texts": chosen}}},
            "inputDefinitions": {"parameters": {"item": {"parameterType": "NUMBER_INTEGER"}}},
            "outputDefinitions": {"parameters": {"texts": {"parameterType": collected}}}},
         "comp-train": step("train", data=False, outputDefinitions={"parameters": {"text": {"parameterType": within}}})},
        tasks={"for-loop-1": task("for-loop-1", **iterator)},
    )  # fmt: skip


def ending(definition: dict[str, Any], given: Any) -> dict[str, Any]:
    """A pipeline whose last step takes this."""
    one = step("train", data=False, inputDefinitions={"parameters": {"status": definition}})
    last = task("train", inputs={"parameters": {"status": given}}, dependentTasks=["first"])
    components = {"comp-train": one, "comp-first": step("first", label="exec-train")}
    return pipeline(components, tasks={"train": last, "first": task("first")})


STATUS = {"taskFinalStatus": {"producerTask": "first"}}
STRUCT, FINAL = {"parameterType": "STRUCT"}, {"parameterType": "TASK_FINAL_STATUS", "isOptional": True}


def handing_on(name: str, default: str | None = None, outer: str = "role") -> dict[str, Any]:
    """A pipeline that hands an input on to a nested one under another name."""
    definition = {**TEXT, **({"defaultValue": default} if default is not None else {})}
    inner = task("train", inputs={"parameters": {"role": {"componentInputParameter": name}}})
    return pipeline(
        {"comp-inner": {"dag": {"tasks": {"train": inner}}, "inputDefinitions": {"parameters": {name: definition}}},
         "comp-train": step("train", data=False, inputDefinitions={"parameters": {"role": TEXT}})},
        root={"inputDefinitions": {"parameters": {outer: TEXT}},
              "dag": {"tasks": {"inner": task("inner", inputs={"parameters": {name: {"componentInputParameter": outer}}})}}},
    )  # fmt: skip


SETTING = frozenset({"role"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pipeline(sdkVersion="kfp-2.0.0"), pipeline(sdkVersion="kfp-2.17.3")),
        (pipeline({"comp-x": step("x")}, {"exec-x": container()}, {"train": {**task("x"), "taskInfo": {"name": "train"}}}),
         pipeline()),
        (pipeline(tasks={"train": task("train", cachingOptions={})}), pipeline()),
        (taking({**TEXT, "description": "What it says."}), taking(TEXT)),
        (taking({**TEXT, "defaultValue": "a", "isOptional": True}), taking({**TEXT, "defaultValue": "a"})),
        (taking({"parameterType": "NUMBER_DOUBLE"}, 3), taking({"parameterType": "NUMBER_DOUBLE"}, 3.0)),
        (looping("STRING"), looping("LIST")),
        (ending(STRUCT, STATUS), ending(FINAL, STATUS)),
    ],
)  # fmt: skip
def test_is_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert differs(one, other) == differs(other, one) == ""


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (pipeline(), pipeline(executors={"exec-train": container("other")}),
         "root.dag.tasks.train.component.executor.container.image"),
        (pipeline(), pipeline(tasks={"train": task("train", cachingOptions={"enableCache": True})}),
         "root.dag.tasks.train.cachingOptions"),
        (pipeline(), pipeline(defaultPipelineRoot="s3://a/b"), "defaultPipelineRoot"),
        (pipeline(pipelineInfo={"name": "small", "description": "a"}), pipeline(pipelineInfo={"name": "small"}),
         "pipelineInfo.description"),
        # What is left out of definitions is not left out of values, and names of inputs are no other names.
        (taking(STRUCT, {"description": "a"}), taking(STRUCT, {"description": "b"}),
         "root.dag.tasks.train.inputs.parameters.text.runtimeValue.constant.description"),
        (taking(STRUCT, {"parameterType": "a", "defaultValue": 1.0, "isOptional": True}),
         taking(STRUCT, {"parameterType": "a", "defaultValue": 1.0}),
         "root.dag.tasks.train.inputs.parameters.text.runtimeValue.constant.isOptional"),
        (taking({**STRUCT, "defaultValue": {"description": "a"}}), taking({**STRUCT, "defaultValue": {"description": "b"}}),
         "root.dag.tasks.train.component.inputDefinitions.parameters.text.defaultValue.description"),
        (taking(TEXT, name="description"), taking(TEXT, name="other"), "root.dag.tasks.train.inputs.parameters.description"),
        (taking({**TEXT, "isOptional": True}), taking(TEXT),
         "root.dag.tasks.train.component.inputDefinitions.parameters.text.isOptional"),
        # Types: those of loops only, of what they give only, and of final statuses only.
        (looping("STRING", loop=False), looping("LIST", loop=False),
         "root.dag.tasks.for-loop-1.component.outputDefinitions.parameters.texts.parameterType"),
        (looping("LIST", within="STRING"), looping("LIST", within="LIST"),
         "root.dag.tasks.for-loop-1.component.dag.tasks.train.component.outputDefinitions.parameters.text.parameterType"),
        (ending(STRUCT, {"runtimeValue": {"constant": {}}}), ending(FINAL, {"runtimeValue": {"constant": {}}}),
         "root.dag.tasks.train.component.inputDefinitions.parameters.status.parameterType"),
        (ending(TEXT, STATUS), ending(FINAL, STATUS),
         "root.dag.tasks.train.component.inputDefinitions.parameters.status.parameterType"),
    ],
)  # fmt: skip
def test_a_difference_is_found_where_it_is(one: dict[str, Any], other: dict[str, Any], where: str) -> None:
    assert differs(one, other) == where


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (handing_on("role"), handing_on("pipelinechannel--role"), ""),
        (handing_on("role", "arn:a"), handing_on("role"), ""),
        (handing_on("row", "a", "row"), handing_on("row", outer="row"),
         "root.dag.tasks.inner.component.inputDefinitions.parameters.row.defaultValue"),
        (handing_on("row", outer="row"), handing_on("pipelinechannel--row", outer="row"),
         "root.dag.tasks.inner.inputs.parameters.row"),
        (taking(TEXT, "role"), taking(TEXT, "pipelinechannel--role"),
         "root.dag.tasks.train.inputs.parameters.text.runtimeValue.constant"),
    ],
)  # fmt: skip
def test_of_the_converters_settings_prefix_and_default_are_the_same(one: Any, other: Any, where: str) -> None:
    assert differs(one, other, SETTING) == where


def values_of(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a document."""
    for key, value in document.items() if isinstance(document, dict) else enumerate(document):
        if isinstance(value, dict | list):
            yield from values_of(value, (*path, key))
        else:
            yield (*path, key)


def with_another(documents: list[Any], at: int, path: tuple[Any, ...]) -> str:
    """Documents in which one value is another of its type."""
    changed = copy.deepcopy(documents)
    place = changed[at]
    for key in path[:-1]:
        place = place[key]
    value = place[path[-1]]
    place[path[-1]] = not value if isinstance(value, bool) else value + (1 if isinstance(value, int | float) else "x")
    return as_yaml(*changed)


#: What of a pipeline is not compared.
LEFT_OUT = re.compile(
    r"sdkVersion|schemaVersion|.*(input|output)Definitions\.\w+\.[^.]+\.(description|isOptional)"
    r"|components\..*inputDefinitions\.parameters\.sagemaker_\w+\.defaultValue"
)


@pytest.mark.parametrize("name", names())
def test_a_change_of_any_value_is_a_difference(name: str) -> None:
    conversion = converted(name)
    settings = frozenset(conversion.report.added_parameters)
    documents = list(yaml.safe_load_all(conversion.text))
    form = normal_form(pipeline_of(conversion.text, "x"), settings)
    hidden = []
    for at, path in [(at, path) for at, document in enumerate(documents) for path in values_of(document)][::5]:
        try:
            other = normal_form(pipeline_of(with_another(documents, at, path), "x"), settings)
        except Refused:  # it is no pipeline any more
            continue
        where = ".".join(map(str, path))
        if not difference(form, other) and not LEFT_OUT.fullmatch(where):
            hidden.append(where)
    assert hidden == []
