"""The IR changed so that kfp.local runs it as a KFP backend would.

Three changes, none visible to a step:

- Every task gets a component of its own. kfp.local tells the code that runs a step the component's name
  and not the task's, and two tasks of one component could not be told apart.
- Conditions name task outputs as ``task--output``. kfp.local (2.17) looks a condition's operand up by
  taking its name apart, and skips ``dsl.If`` on any output not called ``Output``, reporting success.
- A loop that takes values from outside is put into a DAG of its own. kfp.local (2.17) replaces every task
  output that goes into a loop by the loop's item, and cannot loop over a named output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_OPERAND = re.compile(r"inputs\.parameter_values\['([^']+)'\]")


@dataclass(frozen=True)
class Task:
    """A task's name in its DAG, as KFP has it in URIs, and the name that people see."""

    name: str
    display_name: str


@dataclass(frozen=True)
class KfpLocalSpec:
    """A pipeline for kfp.local."""

    spec: Any
    """``PipelineSpec``, changed."""
    tasks: Mapping[str, Task]
    """Task by component name."""
    steps: Mapping[str, Sequence[str]]
    """Display names of the steps within a condition, a loop or another DAG, by the name of its task."""


def for_kfp_local(spec: Any) -> KfpLocalSpec:
    """The same pipeline for kfp.local; ``spec`` is left as it is."""
    from kfp.pipeline_spec import pipeline_spec_pb2

    changed = pipeline_spec_pb2.PipelineSpec()
    changed.CopyFrom(spec)
    changed.ClearField("components")
    tasks: dict[str, Task] = {}
    steps: dict[str, list[str]] = {}

    def component_for(task_name: str, display_name: str, content: Any) -> str:
        name = f"comp-{task_name}"
        while name in tasks:
            name += "-again"
        tasks[name] = Task(task_name, display_name or task_name)
        changed.components[name].CopyFrom(content)
        return name

    def change(dag: Any) -> list[str]:
        """Change the tasks of a DAG; the display names of the steps in it, at any depth."""
        inside: list[str] = []
        for task_name in sorted(dag.tasks):
            task = dag.tasks[task_name]
            own = component_for(task_name, task.task_info.name, spec.components[task.component_ref.name])
            task.component_ref.name = own
            task.trigger_policy.condition = _condition(task)
            if changed.components[own].WhichOneof("implementation") == "dag":
                steps[task_name] = change(changed.components[own].dag)
                inside += steps[task_name]
            else:
                inside.append(tasks[own].display_name)
            if task.WhichOneof("iterator") and (len(task.inputs.parameters) or len(task.inputs.artifacts)):
                wrapper = _loop_in_a_dag(task_name, task, changed.components[own])
                task.ClearField("parameter_iterator")
                task.ClearField("artifact_iterator")
                task.ClearField("iterator_policy")
                _rename_inputs(task.inputs)
                task.component_ref.name = component_for(f"{task_name}-inputs", "", wrapper)
        return inside

    if changed.root.WhichOneof("implementation") == "dag":
        change(changed.root.dag)
    return KfpLocalSpec(changed, tasks, steps)


def _condition(task: Any) -> str:
    """A task's trigger condition with each operand that is a task's output named ``task--output``."""

    def operand(match: re.Match[str]) -> str:
        source = task.inputs.parameters[match.group(1)]
        if not source.HasField("task_output_parameter"):
            return match.group(0)
        output = source.task_output_parameter
        name = f"pipelinechannel--{output.producer_task}--{output.output_parameter_key}"
        return f"inputs.parameter_values['{name}']"

    return _OPERAND.sub(operand, str(task.trigger_policy.condition))


def _outer_name(name: str) -> str:
    """The name of a loop's input in the DAG around it: nothing that kfp.local's name matching takes for a loop item."""
    return f"outer-{name.removeprefix('pipelinechannel--')}-value"


def _rename_inputs(inputs: Any) -> None:
    for group in (inputs.parameters, inputs.artifacts):
        for name in sorted(group):
            group[_outer_name(name)].CopyFrom(group[name])
            del group[name]


def _loop_in_a_dag(task_name: str, task: Any, component: Any) -> Any:
    """A DAG component whose only task is the loop, its inputs passed through, its collected outputs passed out."""
    from kfp.pipeline_spec import pipeline_spec_pb2

    wrapper = pipeline_spec_pb2.ComponentSpec()
    inner = wrapper.dag.tasks[task_name]
    inner.CopyFrom(task)
    inner.ClearField("dependent_tasks")
    inner.ClearField("trigger_policy")
    inner.ClearField("inputs")
    for name in task.inputs.parameters:
        wrapper.input_definitions.parameters[_outer_name(name)].CopyFrom(component.input_definitions.parameters[name])
        inner.inputs.parameters[name].component_input_parameter = _outer_name(name)
    for name in task.inputs.artifacts:
        wrapper.input_definitions.artifacts[_outer_name(name)].CopyFrom(component.input_definitions.artifacts[name])
        inner.inputs.artifacts[name].component_input_artifact = _outer_name(name)
    items = inner.parameter_iterator.items if task.WhichOneof("iterator") == "parameter_iterator" else None
    if items is not None and items.WhichOneof("kind") == "input_parameter":
        items.input_parameter = _outer_name(items.input_parameter)
    if task.WhichOneof("iterator") == "artifact_iterator":
        inner.artifact_iterator.items.input_artifact = _outer_name(inner.artifact_iterator.items.input_artifact)
    wrapper.output_definitions.CopyFrom(component.output_definitions)
    for name in component.output_definitions.parameters:
        selected = wrapper.dag.outputs.parameters[name].value_from_parameter
        selected.producer_subtask, selected.output_parameter_key = task_name, name
    for name in component.output_definitions.artifacts:
        selector = wrapper.dag.outputs.artifacts[name].artifact_selectors.add()
        selector.producer_subtask, selector.output_artifact_key = task_name, name
    return wrapper
