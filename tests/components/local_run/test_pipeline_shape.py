"""What the proto leaves open of a pipeline is refused when it has another shape, all of it at once, before anything runs."""

from __future__ import annotations

import copy
import datetime
from typing import Any

import pytest
import yaml
from kfp_sagemaker.local_run import pipeline_file
from kfp_sagemaker.local_run.errors import InputRefused

IR: dict[str, Any] = {
    "pipelineInfo": {"name": "small"},
    "components": {"comp-a": {"executorLabel": "exec-a"}},
    "deploymentSpec": {"executors": {"exec-a": {"container": {
        "image": "python:3.11", "command": ["a"], "args": ["b"], "env": [{"name": "A", "value": "b"}, {"name": "EMPTY"}],
    }}}},
    "root": {"dag": {"tasks": {"a": {"componentRef": {"name": "comp-a"}, "taskInfo": {"name": "a"}}}}},
    "schemaVersion": "2.1.0",
}  # fmt: skip
PLATFORM: dict[str, Any] = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-a": {"pvcMount": []}}}}}}
EXECUTOR = ("deploymentSpec", "executors", "exec-a")
ON_KUBERNETES = ("platforms", "kubernetes", "deploymentSpec")


def with_part(document: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The document with another value at a path."""
    changed = holder = copy.deepcopy(document)
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


def refused(*documents: Any) -> str:
    with pytest.raises(InputRefused) as raised:
        pipeline_file.parse(yaml.safe_dump_all(documents), "it.yaml")
    return "\n".join(raised.value.problems)


def test_what_kfp_writes_is_taken() -> None:
    assert pipeline_file.parse(yaml.safe_dump_all([IR, PLATFORM]), "it.yaml").name == "small"
    for nothing in (None, {}):
        kubernetes = with_part(PLATFORM, ("platforms", "kubernetes"), nothing)
        assert pipeline_file.parse(yaml.safe_dump_all([IR, kubernetes]), "it.yaml").name == "small"


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("pipelineInfo", "name"), "../../elsewhere", "and is to be the name of a folder too"),
        (("pipelineInfo", "name"), "..", "pipelineInfo.name is '..'"),
        (("pipelineInfo", "name"), "", "pipelineInfo.name is ''"),
        (("pipelineInfo",), {"description": "x"}, "pipelineInfo.name is None"),
        (("root", "dag", "tasks"), {"a/../../b": {}}, "the name of a task in root is 'a/../../b'"),
        (("components", "comp-a", "outputDefinitions"), {"artifacts": {"/x": {}}}, "the name of an output of comp-a is '/x'"),
        (("components", "comp-a", "outputDefinitions"), {"parameters": {"a/": {"parameterType": "STRING"}}}, "comp-a is 'a/'"),
        (("deploymentSpec",), {"executors": [1]}, "deploymentSpec has no mapping of executors"),
        (EXECUTOR, "python", "deploymentSpec.executors.exec-a is no mapping"),
        ((*EXECUTOR, "container"), 1.5, "exec-a.container is no mapping"),
        ((*EXECUTOR, "container", "image"), 3, "exec-a.container.image is no text"),
        ((*EXECUTOR, "container"), {"command": ["a"]}, "exec-a.container.image is no text"),
        ((*EXECUTOR, "container", "command"), "python run.py", "exec-a.container.command is no list of texts"),
        ((*EXECUTOR, "container", "args"), [["a"]], "exec-a.container.args is no list of texts"),
        ((*EXECUTOR, "container", "env"), {"A": "b"}, "exec-a.container.env is no list of names and texts"),
        ((*EXECUTOR, "container", "env"), [{"name": "A", "value": 1}], "exec-a.container.env is no list of names and texts"),
        ((*EXECUTOR, "container", "args"), [float("inf")], "exec-a.container.args[0] is inf, which JSON has not"),
        ((*EXECUTOR, "container", "resources"), {"when": datetime.date(2026, 1, 1)}, "date"),
        (("root", "dag", "tasks", "a", "retryPolicy"), {"maxRetryCount": float("inf")}, "retryPolicy"),
    ],
)
def test_executors_of_another_shape(path: tuple[str, ...], value: Any, problem: str) -> None:
    said = refused(with_part(IR, path, value))
    assert said.startswith("it.yaml is not a pipeline of this kfp: ")
    assert problem in said


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("platforms",), [1], "platforms is no mapping of mappings"),
        (("platforms", "kubernetes"), "x", "platforms is no mapping of mappings"),
        (ON_KUBERNETES, {"executors": 3}, "platforms.kubernetes.deploymentSpec has no mapping of executors"),
        ((*ON_KUBERNETES, "executors"), {"exec-a": [1]}, "platforms.kubernetes.deploymentSpec.executors.exec-a is no mapping"),
    ],
)
def test_platforms_of_another_shape(path: tuple[str, ...], value: Any, problem: str) -> None:
    assert problem in refused(IR, with_part(PLATFORM, path, value))


def test_a_component_without_an_image() -> None:
    assert "executors.exec-c.container.image is no text" in refused(
        {"name": "c", "implementation": {"container": {"image": "", "command": ["a"]}}}
    )


def test_a_component_with_a_default_that_json_has_not() -> None:
    component = {"name": "c", "inputs": [{"name": "x", "type": "Float", "default": float("nan")}],
                 "implementation": {"container": {"image": "i", "command": ["a", {"inputValue": "x"}]}}}  # fmt: skip
    assert "it.yaml is not a component that kfp loads" in refused(component)


def test_all_of_it_is_told_at_once() -> None:
    odd = with_part(IR, (*EXECUTOR, "container"), {"image": 1, "command": 2, "args": 3, "env": 4})
    assert refused(odd, with_part(PLATFORM, ("platforms", "kubernetes"), 5)).count("\n") == 4
