"""A dozen small pipelines are converted as their golden files show. ``python tests/converter/golden.py`` writes them anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from golden import CONFIGURATION, DATA, converted, golden_text, ir, names
from kfp_sagemaker_converter.conversion import convert


@pytest.mark.parametrize("name", names())
def test_is_as_the_golden_file(name: str) -> None:
    assert golden_text(converted(name)) == (DATA / "converted" / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", names())
def test_twice_gives_the_same_bytes_and_a_converted_pipeline_stays_as_it_is(name: str) -> None:
    once = converted(name).text
    assert converted(name).text == once
    again = convert(once, "converted.yaml", CONFIGURATION)
    assert again.text == once
    assert not again.report.moved
    assert "KSC305" in (said := {one.code for one in again.report.diagnostics})
    assert "KSC310" not in said, "its steps do run on SageMaker"


@pytest.mark.parametrize("name", names())
def test_loads_in_kfp(name: str) -> None:
    from kfp import components

    assert components.load_component_from_text(converted(name).text).pipeline_spec.root.dag.tasks


@pytest.mark.parametrize("name", names())
def test_settings_of_executors_are_those_of_kfp_kubernetes(name: str) -> None:
    from google.protobuf import json_format
    from kfp.kubernetes import kubernetes_executor_config_pb2

    for document in converted(name).documents[1:]:
        for settings in document["platforms"]["kubernetes"].get("deploymentSpec", {}).get("executors", {}).values():
            json_format.ParseDict(settings, kubernetes_executor_config_pb2.KubernetesExecutorConfig())


@pytest.mark.parametrize("name", names())
def test_text_is_the_documents(name: str) -> None:
    conversion = converted(name)
    assert list(yaml.safe_load_all(conversion.text)) == list(conversion.documents)


@pytest.mark.parametrize("name", names())
def test_the_graph_stays_but_for_the_settings_that_are_handed_on(name: str) -> None:
    before = next(iter(yaml.safe_load_all(ir(name))))
    conversion = converted(name)
    after, added = conversion.documents[0], set(conversion.report.added_parameters)
    for component in ("root", *before["components"]):
        was = before["root"] if component == "root" else before["components"][component]
        now = after["root"] if component == "root" else after["components"][component]
        assert without(now, added | AT_RUN_TIME) == without(was, AT_RUN_TIME), component
    assert {**before, **dict.fromkeys(CHANGED)} == {**after, **dict.fromkeys(CHANGED)}


#: What a pod asks for by another step's or the pipeline's word, and what the launcher gets instead.
AT_RUN_TIME = {"memory_request", "sagemaker_memory"}
#: The parts of the IR that a conversion may change.
CHANGED = ("components", "root", "deploymentSpec", "defaultPipelineRoot")


def without(component: Mapping[str, Any], settings: set[str]) -> dict[str, Any]:
    """A component without the inputs of these names, its own and those of its tasks."""
    pruned = yaml.safe_load(yaml.safe_dump(component))
    tasks = pruned.get("dag", {}).get("tasks", {}).values()
    for holder, key in ((pruned, "inputDefinitions"), *((task, "inputs") for task in tasks)):
        inputs = holder.get(key, {})
        for group in list(inputs):
            inputs[group] = {name: value for name, value in inputs[group].items() if name not in settings}
            if not inputs[group]:
                del inputs[group]
        if key in holder and not inputs:
            del holder[key]
    return pruned
