"""Tasks of moved steps give what is asked for at run time to the inputs that the steps declare (``passes.run_time_inputs``).

What kfp had given them for the pod's sake goes, unless something else reads it. A task that such a value came from is still
waited for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.model import Component, Task, TaskOutput
from kfp_sagemaker_converter.passes.run_time_inputs import RunTimeInputs, placeholders

_IN_CONDITION = re.compile(r"inputs\.parameter_values\['([^']+)'\]")


def giving(component: Component, words: Mapping[str, Any], moved: Mapping[str, RunTimeInputs]) -> dict[str, Any]:
    """A DAG component's words whose tasks give moved steps, by their components' names, what these ask for at run time."""
    if component.dag is None:
        return dict(words)
    tasks = dict((words.get("dag") or {}).get("tasks") or {})
    for name, task in component.dag.tasks.items():
        if task.component in moved and moved[task.component].before:
            tasks[name] = _with_given(task, tasks[name], moved[task.component])
    return {**words, "dag": {**(words.get("dag") or {}), "tasks": tasks}}


def _with_given(task: Task, words: Mapping[str, Any], inputs: RunTimeInputs) -> dict[str, Any]:
    before = dict((words.get("inputs") or {}).get("parameters") or {})
    # kfp writes what the pod asks for as inputs too: memory_limit, base_image.
    kept = {name: one for name, one in before.items() if name in inputs.needed or str(_constant(one)) not in inputs.before}
    read = {*inputs.needed, *placeholders([*map(_constant, kept.values()), *inputs.given.values()]), *_controlling(task)}
    asked = set(placeholders(inputs.before)) - inputs.needed
    kept = {name: one for name, one in kept.items() if name not in asked or name in read}
    producers = [given.source.task for name, given in task.inputs.items()
                 if name in asked and isinstance(given.source, TaskOutput) and given.source.task]  # fmt: skip
    waited_for = sorted({*(words.get("dependentTasks") or ()), *producers})
    given = {name: {"runtimeValue": {"constant": text}} for name, text in inputs.given.items()}
    made = {**words, "inputs": {**(words.get("inputs") or {}), "parameters": {**kept, **given}}}
    return {**made, "dependentTasks": waited_for} if waited_for else made


def _constant(parameter: Mapping[str, Any]) -> Any:
    return (parameter.get("runtimeValue") or {}).get("constant")


def _controlling(task: Task) -> set[str]:
    """The inputs by which it is decided whether and how often a task runs."""
    loop = {task.loop.items_input, task.loop.item_input} if task.loop else set()
    return {*_IN_CONDITION.findall(task.condition), *loop}
