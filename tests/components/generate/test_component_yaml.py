"""component.yaml: a drop-in successor where there was a component before, and what KFP 2 needs."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp_sagemaker.faces.face import OutputType
from kfp_sagemaker.faces.inputs import InputType, read_value
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.component_yaml import component_yaml
from kfp_sagemaker.version import VERSION

#: Contracts of the components that ours succeed.
LEGACY = {
    component: contract
    for component, contract in json.loads((Path(__file__).parents[2] / "data" / "legacy_components.json").read_text()).items()
    if component in component_ids()
}


@functools.cache
def spec(component: str) -> Any:
    return yaml.safe_load(component_yaml(find_face(component)))


@pytest.mark.parametrize("component", LEGACY)
class TestSuccessors:
    def test_have_the_inputs_of_the_old_component_and_only_region_became_optional(self, component: str) -> None:
        ours = {declared["name"]: declared for declared in spec(component)["inputs"]}
        for old in LEGACY[component]["inputs"]:
            name = old["name"]
            assert ours[name]["type"] == old["type"], name
            if name == "region":
                assert ours[name]["default"] == ""
                continue
            assert ours[name].get("default") == old["default"], name
            assert ("default" not in ours[name]) == old["required"], name

    def test_require_nothing_new(self, component: str) -> None:
        old = {declared["name"] for declared in LEGACY[component]["inputs"]}
        added = [declared for declared in spec(component)["inputs"] if declared["name"] not in old]
        assert added
        assert all(declared["optional"] for declared in added)

    def test_have_its_outputs(self, component: str) -> None:
        assert set(LEGACY[component]["outputs"]) < {declared["name"] for declared in spec(component)["outputs"]}


@pytest.mark.parametrize("component", component_ids())
class TestForm:
    def test_the_container_gets_the_executor_input_and_nothing_else(self, component: str) -> None:
        assert spec(component)["implementation"] == {"container": {
            "image": f"kfp-sagemaker:{VERSION}",
            "command": ["python3", "-m", "kfp_sagemaker", component],
            "args": ["--executor-input", {"executorInput": None}],
        }}

    def test_types_are_those_that_kfp_does_not_turn_into_artifacts(self, component: str) -> None:
        assert {declared["type"] for declared in spec(component)["inputs"]} <= {str(each) for each in InputType}
        assert {declared["type"] for declared in spec(component)["outputs"]} <= {str(each) for each in OutputType}

    def test_defaults_are_text_that_the_input_itself_reads(self, component: str) -> None:
        declared_inputs = {declared.name: declared for declared in find_face(component).inputs}
        for declared in spec(component)["inputs"]:
            if "default" in declared:
                assert isinstance(declared["default"], str)
                value = read_value(declared_inputs[declared["name"]], declared["default"])
                # KFP refuses an empty default of these, or takes it for text.
                assert value is not None or declared["type"] == "String"

    def test_has_a_card_and_an_arn(self, component: str) -> None:
        outputs = {declared["name"]: declared["type"] for declared in spec(component)["outputs"]}
        assert (outputs["card"], outputs["arn"]) == ("Markdown", "String")

    def test_everything_is_described(self, component: str) -> None:
        described = spec(component)
        for each in (described, *described["inputs"], *described["outputs"]):
            assert each["description"].endswith(".")

    def test_says_what_made_it(self, component: str) -> None:
        assert "python -m kfp_sagemaker.generate" in component_yaml(find_face(component)).splitlines()[0]


def test_another_image() -> None:
    text = component_yaml(find_face("v1/train"), "registry.example.com/kfp-sagemaker:2")
    assert yaml.safe_load(text)["implementation"]["container"]["image"] == "registry.example.com/kfp-sagemaker:2"
