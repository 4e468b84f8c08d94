"""What older releases of kfp wrote otherwise, and means the same to KFP: in the words of the installed release.

A pipeline is read so before it is written as source, and so is what the source compiles to:

- the type of a value that a loop collects: that of one item up to 2.0 beta, ``LIST`` since. KFP's driver reads the types of
  inputs, and of the outputs of steps, never those of a DAG's outputs (``resolveInputs`` and ``getFingerPrint`` in
  backend/src/v2/driver of kubeflow/pipelines);
- the type of an input that gets the final status of a task: ``STRUCT`` up to 2.0 alpha, since then ``TASK_FINAL_STATUS``,
  which is optional. The driver takes a mapping for both, and always gives it (``resolveInputs``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_ITERATORS = ("parameterIterator", "artifactIterator")


def in_todays_words(ir: Mapping[str, Any]) -> dict[str, Any]:
    """IR that was just read, brought up to date."""
    components = dict(ir.get("components") or {})
    for task in _tasks(ir):
        name = (task.get("componentRef") or {}).get("name")
        if not isinstance(components.get(name), dict):
            continue
        if "dag" in components[name] and any(key in task for key in _ITERATORS):
            components[name] = _changed(components[name], "outputDefinitions", _collected)
        parameters = (task.get("inputs") or {}).get("parameters") or {}
        for status in (key for key, given in parameters.items() if isinstance(given, dict) and "taskFinalStatus" in given):
            components[name] = _changed(components[name], "inputDefinitions", _final_status, status)
    return {**ir, "components": components} if components else dict(ir)


def _tasks(ir: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for component in (ir.get("root"), *(ir.get("components") or {}).values()):
        for task in (((component or {}).get("dag") or {}).get("tasks") or {}).values():
            yield task or {}


def _changed(
    component: dict[str, Any], definitions: str, change: Callable[[dict[str, Any]], dict[str, Any]], only: str = ""
) -> dict[str, Any]:
    """A component with parameters changed: all of them, or one. What is read may be shared, so nothing is changed in place."""
    defined = component.get(definitions) or {}
    parameters = defined.get("parameters") or {}
    changed = {name: change(one) if only in ("", name) else one for name, one in parameters.items()}
    return {**component, definitions: {**defined, "parameters": changed}} if changed else component


def _collected(output: dict[str, Any]) -> dict[str, Any]:
    return {**output, "parameterType": "LIST"}


def _final_status(parameter: dict[str, Any]) -> dict[str, Any]:
    if parameter.get("parameterType") != "STRUCT" or "defaultValue" in parameter:
        return parameter
    return {**parameter, "parameterType": "TASK_FINAL_STATUS", "isOptional": True}
