"""Settings of jobs as pipeline parameters: from the root through every DAG to the steps that read them.

Role, region, instance type and network belong to whoever runs the pipeline, so they are parameters with defaults. A step
declares those it reads (:func:`kfp_sagemaker.container_step.ir.setting_inputs`); every DAG on the way to it declares them too
and hands them on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kfp_sagemaker_converter.model import Component, Pipeline

#: Input definitions by name.
Definitions = Mapping[str, Mapping[str, Any]]


def needs_of_dags(pipeline: Pipeline, of_steps: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Which settings every component, root included, has to have, given those that moved components read themselves."""
    needs: dict[str, set[str]] = {name: set(names) for name, names in of_steps.items()}
    users = _users(pipeline)
    waiting = list(needs)
    while waiting:
        name = waiting.pop()
        for user in users.get(name, ()):
            had = needs.setdefault(user, set())
            if not needs[name] <= had:
                had |= needs[name]
                waiting.append(user)
    return needs


def _users(pipeline: Pipeline) -> dict[str, list[str]]:
    """Component to the components whose DAGs use it."""
    users: dict[str, list[str]] = {}
    for component in (pipeline.root, *pipeline.components.values()):
        for task in component.dag.tasks.values() if component.dag else ():
            users.setdefault(task.component, []).append(component.name)
    return users


def with_inputs(words: Mapping[str, Any], definitions: Definitions) -> dict[str, Any]:
    """A component's words with further input parameters; those it declares already stay."""
    if not definitions:
        return dict(words)
    inputs = dict(words.get("inputDefinitions") or {})
    inputs["parameters"] = {**(inputs.get("parameters") or {}), **_missing(inputs.get("parameters") or {}, definitions)}
    return {**words, "inputDefinitions": inputs}


def handing_on(component: Component, words: Mapping[str, Any], needs: Mapping[str, set[str]]) -> dict[str, Any]:
    """A DAG component's words whose tasks get the settings that their components need."""
    if component.dag is None:
        return dict(words)
    tasks = dict((words.get("dag") or {}).get("tasks") or {})
    for name, task in component.dag.tasks.items():
        wanted = needs.get(task.component)
        if wanted:
            inputs = dict(tasks[name].get("inputs") or {})
            parameters = inputs.get("parameters") or {}
            passed = {setting: {"componentInputParameter": setting} for setting in sorted(wanted)}
            inputs["parameters"] = {**parameters, **_missing(parameters, passed)}
            tasks[name] = {**tasks[name], "inputs": inputs}
    return {**words, "dag": {**(words.get("dag") or {}), "tasks": tasks}}


def _missing(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if name not in there}
