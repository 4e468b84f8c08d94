"""What the proto's own parser lets pass, and kfp does not load, is refused with the path to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from golden import ir
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from small_pipelines import as_yaml, document, pipeline


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("root",), None, "root is no mapping"),
        (("root", "dag"), [], "root.dag is no mapping"),
        (("root", "dag", "tasks", "train", "dependentTasks"), {}, "dependentTasks"),
        (("components", "comp-train", "outputDefinitions"), [], "components.comp-train.outputDefinitions is no mapping"),
        (("root", "inputDefinitions", "parameters", "rows", "defaultValue"), float("inf"),
         "root.inputDefinitions.parameters.rows.defaultValue is inf, which JSON has not"),
        (("deploymentSpec", "executors", "exec-train", "container", "args"), ["a", float("nan")],
         "deploymentSpec.executors.exec-train.container.args[1] is nan, which JSON has not"),
        (("root", "dag", "tasks", "train", "retryPolicy"), {"maxRetryCount": float("-inf")},
         "root.dag.tasks.train.retryPolicy.maxRetryCount is -inf, which JSON has not"),
    ],
)
def test_what_the_protos_parser_lets_pass_is_refused(path: tuple[str, ...], value: Any, said: str) -> None:
    words = yaml.safe_load(ir("straight"))
    holder = words
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(Refused) as raised:
        read_ir(read(json.dumps(words), "pipeline.json"))
    assert said in raised.value.diagnostics[0].sentence


def test_ir_without_a_root_is_refused() -> None:
    words = yaml.safe_load(ir("straight"))
    del words["root"]
    with pytest.raises(Refused, match="root is missing"):
        read_ir(read(json.dumps(words), "pipeline.json"))


def test_ir_without_components_is_refused() -> None:
    with pytest.raises(Refused, match="no components"):
        document(pipeline(components={}, executors={}, tasks={}))


@pytest.mark.parametrize(
    ("platforms", "said"),
    [
        ({"kubernetes": {"pipelineConfig": {"semaphoreKey": "one"}}}, "semaphoreKey"),
        ({"kubernetes": {"deploymentSpec": {"executors": {"exec-train": [1]}}}}, "platforms"),
        ({"kubernetes": {"deploymentSpec": {"executors": {1: {}}}}}, "platforms"),
        ({"kubernetes": None}, "platforms.kubernetes is no mapping"),
        ({"kubernetes": {"deploymentSpec": {"executors": {"exec-train": {"podMetadata": float("inf")}}}}},
         "platforms.kubernetes.deploymentSpec.executors.exec-train.podMetadata is inf, which JSON has not"),
    ],
)
def test_a_platform_document_that_kfp_does_not_load_is_refused(platforms: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        document(pipeline(), {"platforms": platforms})
    assert [one.code for one in refused.value.diagnostics] == ["KSC208"]
    assert said in refused.value.diagnostics[0].sentence


def test_a_second_platform_document_is_refused_by_its_line() -> None:
    """kfp: "Expected one or two YAML documents"."""
    first, second = ({"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-train": {key: []}}}}}}
                     for key in ("secretAsEnv", "pvcMount"))
    text = as_yaml(pipeline(), first, second)
    with pytest.raises(Refused) as refused:
        read_ir(read(text, "pipeline.yaml"))
    (found,) = refused.value.diagnostics
    assert (found.code, found.location.line) == ("KSC208", len(text[:text.rindex("platforms:")].splitlines()) + 1)
    assert "it is the second of its pipeline, and kfp takes one" in found.sentence


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("root:\n  inputDefinitions:\n    parameters:\n      x: {}\n      y: {parameterType: STRNG}\n", 5),
        ("root:\n  dag:\n    tasks:\n      train:\n        taskInfo:\n          name: a\n          nam: b\n", 7),
        ("root:\n  dag: {}\n  dagg: {}\n", 3),
        ("root:\n  dag: []\n", 2),
        ("root:\n  dag:\n    tasks:\n      train:\n        taskInfo: {}\n        retryPolicy: {maxRetryCount: .inf}\n", 6),
        ("root:\n  dag:\n    tasks:\n      train:\n        dependentTasks: {}\n", 5),
        ("root: {}\npipelineInfo: {name: a}\nnobody: 1\n", 3),
    ],
)
def test_what_is_refused_has_its_line(text: str, line: int) -> None:
    head = "" if "pipelineInfo" in text else "pipelineInfo: {name: small}\n"
    with pytest.raises(Refused) as refused:
        read_ir(read(text + head, "pipeline.yaml"))
    (found,) = refused.value.diagnostics
    assert (found.code, found.location.line) == ("KSC201", line), found.sentence


def test_what_is_refused_of_a_platform_document_has_its_line() -> None:
    text = as_yaml(pipeline(), {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {}, "odd": 1}}}})
    with pytest.raises(Refused) as refused:
        read_ir(read(text, "pipeline.yaml"))
    (found,) = refused.value.diagnostics
    assert (found.code, found.location.line) == ("KSC208", text.count("\n", 0, text.index("odd")) + 1), found.sentence
