"""What a moved step asks for at run time reaches it through inputs that it declares; pipeline.yaml and pipeline.py agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from golden import CONFIGURATION
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.back_ends.python.writer import source_of
from kfp_sagemaker_converter.configuration.configuration import Job, StepRule
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.passes.setting_names import SETTINGS
from kfp_sagemaker_converter.source import Location
from small_pipelines import as_yaml, container, document, pipeline, step, task

STRING = {"parameterType": "STRING"}
OF_PIPELINE = {"componentInputParameter": "memory"}
OF_TASK = {"taskOutputParameter": {"producerTask": "sizes", "outputParameterKey": "memory"}}
HIDDEN, HIDDEN_OF_TASK = "pipelinechannel--memory", "pipelinechannel--sizes-memory"
TEXT, TEXT_OF_TASK = (f"{{{{$.inputs.parameters['{name}']}}}}" for name in (HIDDEN, HIDDEN_OF_TASK))
#: What converted tasks get beside these.
JOB_SETTINGS = {f"sagemaker_{setting}" for setting in SETTINGS}


def constant(value: Any) -> dict[str, Any]:
    return {"runtimeValue": {"constant": value}}


def asking(parameters: dict[str, Any], own: tuple[str, ...] = (), **asked: Any) -> dict[str, Any]:
    """A pipeline whose step ``train`` asks for something of its parameter ``memory``, or of the step ``sizes``."""
    ir = pipeline(
        {"comp-sizes": step("sizes", data=False, outputDefinitions={"parameters": {"memory": STRING}}),
         "comp-train": step("train", inputDefinitions={"parameters": dict.fromkeys(own, STRING)})},
        {"exec-sizes": container(), "exec-train": container(**asked)},
        {"sizes": task("sizes", cachingOptions={"enableCache": True}),
         "train": task("train", cachingOptions={"enableCache": True}, inputs={"parameters": parameters})},
    )  # fmt: skip
    ir["root"]["inputDefinitions"] = {"parameters": {"memory": STRING}}
    return ir


def converted(ir: dict[str, Any]) -> Conversion:
    return convert(as_yaml(ir), "small.yaml", CONFIGURATION, Choice(ALL))


def given(conversion: Conversion) -> dict[str, Any]:
    """What the converted task gets beside the settings of every job, and what it waits for."""
    train = conversion.documents[0]["root"]["dag"]["tasks"]["train"]
    parameters = {name: one for name, one in train["inputs"]["parameters"].items() if name not in JOB_SETTINGS}
    return {**parameters, **({"waits for": train["dependentTasks"]} if "dependentTasks" in train else {})}


REQUEST = {"resources": {"resourceMemoryRequest": TEXT}}
BY_KFP = {"memory_request": constant(TEXT), HIDDEN: OF_PIPELINE}
IN_PYTHON = 'sagemaker_memory=f"{memory}"'

ROWS = [
    ("of a parameter", asking(BY_KFP, **REQUEST), {"sagemaker_memory": constant(TEXT), HIDDEN: OF_PIPELINE}, IN_PYTHON),
    ("by an older kfp", asking({HIDDEN: OF_PIPELINE}, **REQUEST),
     {"sagemaker_memory": constant(TEXT), HIDDEN: OF_PIPELINE}, IN_PYTHON),
    ("of a step", asking({"memory_request": constant(TEXT_OF_TASK), HIDDEN_OF_TASK: OF_TASK},
                         resources={"resourceMemoryRequest": TEXT_OF_TASK}),
     {"sagemaker_memory": constant(TEXT_OF_TASK), HIDDEN_OF_TASK: OF_TASK, "waits for": ["sizes"]},
     'sagemaker_memory=f"{sizes.outputs[\'memory\']}"'),
    ("a request and a limit, of which the larger counts",
     asking({"memory_limit": constant(TEXT_OF_TASK), HIDDEN_OF_TASK: OF_TASK, **BY_KFP},
            resources={"resourceMemoryRequest": TEXT, "resourceMemoryLimit": TEXT_OF_TASK}),
     {"sagemaker_memory": constant(f"{TEXT} {TEXT_OF_TASK}"), HIDDEN: OF_PIPELINE, HIDDEN_OF_TASK: OF_TASK,
      "waits for": ["sizes"]},
     'sagemaker_memory=f"{memory} {sizes.outputs[\'memory\']}"'),
    ("beside a request that is known",
     asking({"memory_limit": constant(TEXT), HIDDEN: OF_PIPELINE},
            resources={"resourceMemoryRequest": "2G", "resourceMemoryLimit": TEXT}),
     {"sagemaker_memory": constant(TEXT), HIDDEN: OF_PIPELINE}, IN_PYTHON),
    ("CPU", asking({"cpu_limit": constant(TEXT), HIDDEN: OF_PIPELINE}, resources={"resourceCpuLimit": TEXT}),
     {"sagemaker_cpu": constant(TEXT), HIDDEN: OF_PIPELINE}, 'sagemaker_cpu=f"{memory}"'),
    ("accelerators", asking({"accelerator_type": constant(TEXT), HIDDEN: OF_PIPELINE},
                            resources={"accelerator": {"resourceType": TEXT, "resourceCount": "2"}}),
     {"sagemaker_accelerator_type": constant(TEXT), HIDDEN: OF_PIPELINE}, 'sagemaker_accelerator_type=f"{memory}"'),
    ("number of accelerators", asking({"accelerator_count": constant(TEXT), HIDDEN: OF_PIPELINE},
                                      resources={"accelerator": {"type": "nvidia.com/gpu", "resourceCount": TEXT}}),
     {"sagemaker_accelerator_count": constant(TEXT), HIDDEN: OF_PIPELINE}, 'sagemaker_accelerator_count=f"{memory}"'),
    ("image", asking({"base_image": constant(TEXT), HIDDEN: OF_PIPELINE}, image=TEXT),
     {"sagemaker_image": constant(TEXT), HIDDEN: OF_PIPELINE}, 'sagemaker_image=f"{memory}"'),
    ("beside an input that reads it too", asking({**BY_KFP, "note": constant(f"with {TEXT}")}, ("note",), **REQUEST),
     {"note": constant(f"with {TEXT}"), "sagemaker_memory": constant(TEXT), HIDDEN: OF_PIPELINE}, 'note=f"with {memory}"'),
    ("beside an input of that name", asking({**BY_KFP, "sagemaker_memory": constant("x")}, ("sagemaker_memory",), **REQUEST),
     {"sagemaker_memory": constant("x"), "sagemaker_memory_2": constant(TEXT), HIDDEN: OF_PIPELINE},
     'sagemaker_memory_2=f"{memory}"'),
    ("its own input", asking({**BY_KFP, "memory_request": constant(TEXT)}, ("memory_request",), **REQUEST),
     {"memory_request": constant(TEXT), "sagemaker_memory": constant(TEXT), HIDDEN: OF_PIPELINE},
     'memory_request=f"{memory}"'),
]  # fmt: skip


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(("ir", "expected", "in_python"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_is_asked_for_is_an_input(ir: dict[str, Any], expected: dict[str, Any], in_python: str) -> None:
    conversion = converted(ir)
    assert given(conversion) == expected
    declared = conversion.documents[0]["components"]["comp-train"]["inputDefinitions"]["parameters"]
    assert {name for name in expected if name.startswith("sagemaker")} <= declared.keys()
    assert not {name for name in conversion.report.added_parameters if "memory" in name}
    source, found = python_source(conversion.text, conversion.report.added_parameters, Location("pipeline.yaml"))
    assert found is None, found
    assert in_python in source


def test_nothing_is_asked_for_where_a_rule_sets_the_type() -> None:
    ir = asking({**BY_KFP, HIDDEN: OF_TASK}, **REQUEST)
    rule = StepRule(Location("kfp-sagemaker.yaml"), "train", job=Job(instance_type="ml.m5.large"))
    conversion = convert(as_yaml(ir), "small.yaml", replace(CONFIGURATION, steps=(rule,)), Choice(ALL))
    assert given(conversion) == {"waits for": ["sizes"]}


def test_a_step_that_stays_keeps_what_its_pod_asks_for() -> None:
    ir = asking(BY_KFP, **REQUEST)
    conversion = convert(as_yaml(ir), "small.yaml", CONFIGURATION, Choice(ALL, (), ("train",)))
    assert given(conversion) == BY_KFP
    assert "train.set_memory_request(memory)" in source_of(document(*conversion.documents).pipeline)


def test_an_input_from_no_step_is_waited_for_by_none() -> None:
    """kfp's loader takes such IR; what it refers to is said by KSC203."""
    ir = asking({HIDDEN: {"taskOutputParameter": {"outputParameterKey": "memory"}}}, **REQUEST)
    conversion = converted(ir)
    assert "waits for" not in given(conversion)
    assert "KSC203" in {one.code for one in conversion.report.diagnostics}
