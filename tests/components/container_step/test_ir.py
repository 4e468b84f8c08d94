"""A container step takes an executor's place in the IR: the component keeps its inputs and outputs, and gains settings."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from kfp_sagemaker.container_step.encoding import INLINE_LIMIT, check_bundle, decode, is_reference
from kfp_sagemaker.container_step.ir import (
    launcher_container,
    moved_component,
    setting_inputs,
    step_spec,
)
from kfp_sagemaker.container_step.step_spec import JobSettings, StepSpec
from kfp_sagemaker.errors import InvalidInput

CONTAINER = {"image": "i:1", "command": ["sh", "-c"], "args": ["x"], "env": [{"name": "A", "value": "1"}, {"name": "B"}]}
COMPONENT: dict[str, Any] = {
    "executorLabel": "exec-c",
    "inputDefinitions": {"parameters": {"n": {"parameterType": "NUMBER_INTEGER", "description": "d", "defaultValue": 1.0}}},
    "outputDefinitions": {"artifacts": {"m": {"artifactType": {"schemaTitle": "system.Model"}, "description": "d"}}},
}
CONSTANT = JobSettings(role="r", region="eu-west-1", instance_type="t", subnets="", security_group_ids="", staging_uri="")


def test_the_specification_has_what_runs_and_no_prose() -> None:
    spec = step_spec(CONTAINER, COMPONENT)
    assert (spec.image, spec.command, spec.args) == ("i:1", ("sh", "-c"), ("x",))
    assert spec.env == (("A", "1"), ("B", ""))
    assert spec.inputs == {"parameters": {"n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 1.0}}}
    assert spec.outputs == {"artifacts": {"m": {"artifactType": {"schemaTitle": "system.Model"}}}}


def test_the_launcher_is_given_one_placeholder() -> None:
    spec = step_spec(CONTAINER, COMPONENT)
    launcher = launcher_container(spec, "kfp-sagemaker:1")
    assert launcher.container["command"] == ["python3", "-m", "kfp_sagemaker", "step"]
    assert launcher.container["args"][:3] == ["--executor-input", "{{$}}", "--step"]
    assert decode(launcher.container["args"][3]) == spec
    assert set(launcher.container) == {"image", "command", "args"}
    assert launcher == launcher_container(step_spec(CONTAINER, COMPONENT), "kfp-sagemaker:1")


def test_steps_with_one_command_and_other_inputs_differ() -> None:
    other = {**COMPONENT, "inputDefinitions": {"parameters": {"k": {"parameterType": "STRING"}}}}
    one, two = (launcher_container(step_spec(CONTAINER, each), "i").container for each in (COMPONENT, other))
    assert one != two


def test_a_long_specification_becomes_a_bundle() -> None:
    text = "".join(hashlib.sha256(str(index).encode()).hexdigest() for index in range(3000))
    spec = StepSpec("i", (text,))
    with pytest.raises(InvalidInput, match=f"{INLINE_LIMIT} fit into a container's arguments"):
        launcher_container(spec, "i")
    launcher = launcher_container(spec, "i", "s3://b/steps")
    reference = launcher.container["args"][3]
    assert is_reference(reference)
    assert launcher.bundle is not None
    assert decode(check_bundle(reference, launcher.bundle.content)) == spec


def test_the_component_declares_the_settings_of_run_time() -> None:
    moved = moved_component(COMPONENT, step_spec(CONTAINER, COMPONENT, job=JobSettings(region="", instance_type="t")))
    parameters = moved["inputDefinitions"]["parameters"]
    assert set(parameters) == {
        "n", "sagemaker_role", "sagemaker_subnets", "sagemaker_security_group_ids", "sagemaker_staging_uri"}
    assert parameters["n"] == COMPONENT["inputDefinitions"]["parameters"]["n"]
    assert parameters["sagemaker_role"]["isOptional"] is True
    assert moved["outputDefinitions"] == COMPONENT["outputDefinitions"]
    assert set(COMPONENT["inputDefinitions"]["parameters"]) == {"n"}


def test_constant_settings_need_no_input() -> None:
    spec = step_spec(CONTAINER, COMPONENT, job=CONSTANT)
    assert setting_inputs(spec) == {}
    assert moved_component(COMPONENT, spec) == COMPONENT


def test_an_image_that_comes_at_run_time_is_an_input_too() -> None:
    spec = StepSpec("{{$.inputs.parameters['sagemaker_image']}}", job=CONSTANT)
    assert [*setting_inputs(spec)] == ["sagemaker_image"]


def test_an_input_with_the_name_of_a_setting_is_refused() -> None:
    component = {"inputDefinitions": {"artifacts": {"sagemaker_role": {}}}}
    with pytest.raises(InvalidInput, match="sagemaker_role: the component has this input"):
        moved_component(component, step_spec(CONTAINER, component))
