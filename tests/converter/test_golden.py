"""A dozen small pipelines are converted as their golden files show. ``python tests/converter/golden.py`` writes them anew."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", names())
def test_loads_in_kfp(name: str) -> None:
    from kfp import components

    assert components.load_component_from_text(converted(name).text).pipeline_spec.root.dag.tasks


@pytest.mark.parametrize("name", names())
def test_text_is_the_documents(name: str) -> None:
    conversion = converted(name)
    assert list(yaml.safe_load_all(conversion.text)) == list(conversion.documents)


@pytest.mark.parametrize("name", names())
def test_the_graph_stays_but_for_the_settings_that_are_handed_on(name: str) -> None:
    before = yaml.safe_load_all(ir(name)).__next__()
    after = converted(name).documents[0]
    for component in ("root", *before["components"]):
        was = before["root"] if component == "root" else before["components"][component]
        now = after["root"] if component == "root" else after["components"][component]
        assert without_settings(was) == without_settings(now), component
    assert {**before, **dict.fromkeys(CHANGED)} == {**after, **dict.fromkeys(CHANGED)}


#: The parts of the IR that a conversion may change.
CHANGED = ("components", "root", "deploymentSpec", "defaultPipelineRoot")


def without_settings(component: dict) -> dict:
    """A component without the inputs that begin with ``sagemaker_``, but for the own one of the pipeline own-names."""
    pruned = yaml.safe_load(yaml.safe_dump(component))
    prune(pruned.get("inputDefinitions"), pruned, "inputDefinitions")
    for task in pruned.get("dag", {}).get("tasks", {}).values():
        prune(task.get("inputs"), task, "inputs")
    return pruned


def prune(inputs: dict | None, holder: dict, key: str) -> None:
    if inputs is None:
        return
    kept = {name: value for name, value in inputs.get("parameters", {}).items() if not is_setting(name)}
    inputs.pop("parameters", None)
    if kept:
        inputs["parameters"] = kept
    if not inputs:
        del holder[key]


def is_setting(name: str) -> bool:
    return name.startswith("sagemaker_") and name != "sagemaker_role"
