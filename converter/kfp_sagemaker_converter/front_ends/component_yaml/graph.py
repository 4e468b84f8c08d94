"""``implementation.graph`` of a component.yaml as a DAG in IR.

The components of its tasks are in the file (``componentRef.spec``), or are found by their references (``library``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.component_yaml.execution_options import execution_options
from kfp_sagemaker_converter.front_ends.component_yaml.interface import Interface, cast, sanitized
from kfp_sagemaker_converter.front_ends.names import resource_name, unique
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.rules import component as rules
from kfp_sagemaker_converter.rules import component_graph as graph_rules
from kfp_sagemaker_converter.source import Location

#: Adds the component of a task's ``componentRef``, for the task at a place; its name, and its IR. None: it is not to be had.
AddComponent = Callable[[Mapping[str, Any], str, Location], tuple[str, dict[str, Any]] | None]


@dataclass(frozen=True)
class Graph:
    """A graph in its component: ``words`` stand under ``implementation.graph``."""

    text: StructuredText
    component: Mapping[str, Any]
    words: Mapping[str, Any]
    interface: Interface


def graph_of(graph: Graph, add: AddComponent) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The DAG, and what there is to say about it."""
    text, tasks = graph.text, graph.words.get("tasks")
    if not isinstance(tasks, dict) or not tasks:
        return {}, [rules.not_a_component(text.at(graph.component, "implementation"), "graph", "its graph has no tasks")]
    found: list[Diagnostic] = []
    names: dict[str, str] = {}
    for task in tasks:
        names[str(task)] = unique(resource_name(str(task)) or "task", names.values())
    made: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for task, words in tasks.items():
        at = text.at(tasks, task)
        reference = words.get("componentRef") if isinstance(words, dict) else None
        added = add(reference if isinstance(reference, dict) else {}, str(task), at)
        if added is None:
            continue
        component, ir = added
        inner[str(task)] = ir
        made[names[str(task)]] = {
            "cachingOptions": {"enableCache": True}, "componentRef": {"name": f"comp-{component}"},
            "taskInfo": {"name": str(task)},
        }  # fmt: skip
    for task in inner:
        found += _add_arguments(graph, task, made[names[task]], inner, names)
    outputs = _outputs(graph, inner, names, found)
    return {"tasks": made, **({"outputs": outputs} if outputs else {})}, found


def _add_arguments(
    graph: Graph, name_of_task: str, task: dict[str, Any], inner: Mapping[str, dict[str, Any]], names: Mapping[str, str]
) -> list[Diagnostic]:
    words = graph.words["tasks"][name_of_task]
    found, arguments = [], words.get("arguments") or {}
    definitions = inner[name_of_task].get("inputDefinitions", {})
    if not isinstance(arguments, dict):
        return [rules.not_a_component(graph.text.at(words, "arguments"), "arguments", "arguments is no mapping")]
    depends = []
    for name, value in arguments.items():
        at, input_name = graph.text.at(arguments, name), sanitized(str(name))
        kind = next((kind for kind, of_kind in definitions.items() if input_name in of_kind), None)
        source, producer = _source(graph, value, kind or "", inner, names)
        if source and "runtimeValue" in source and kind:
            try:
                source = {"runtimeValue": {"constant": cast(value, definitions[kind][input_name]["parameterType"])}}
            except (ValueError, TypeError, OverflowError, RecursionError):
                source = None
        if _of_a_missing_component(value, inner, names):
            continue
        if kind is None or source is None:
            problem = f"the argument {str(name)[:60]} " + ("is for no input" if kind is None else "comes from nowhere")
            found.append(rules.not_a_component(at, "arguments", problem))
            continue
        task.setdefault("inputs", {}).setdefault(kind, {})[input_name] = source
        depends += [producer] if producer else []
    if depends:
        task["dependentTasks"] = sorted(set(depends))
    options, found_in_options = execution_options(graph.text, words)
    task.update(options)
    found += found_in_options
    for key in words:
        at = graph.text.at(words, key)
        if key == "isEnabled":
            found.append(graph_rules.condition_never_looked_at(at, name_of_task, name_of_task[:100]))
        elif key not in ("componentRef", "arguments", "annotations", "executionOptions"):
            found.append(rules.part_left_out(at, str(key), f"The key {str(key)[:60]} of a task"))
    return found


def _source(
    graph: Graph, value: Any, kind: str, inner: Mapping[str, dict[str, Any]], names: Mapping[str, str]
) -> tuple[dict[str, Any] | None, str]:
    """Where an argument comes from, as IR, and the task before it; None for nothing that is known."""
    parameter = kind == "parameters"
    if isinstance(value, dict) and isinstance(value.get("taskOutput"), dict):
        output = value["taskOutput"]
        task, name = str(output.get("taskId")), sanitized(str(output.get("outputName")))
        outputs = inner.get(task, {}).get("outputDefinitions", {})
        if name not in outputs.get(kind, {}):
            return None, ""
        selected = {"producerTask": names[task], ("outputParameterKey" if parameter else "outputArtifactKey"): name}
        return {("taskOutputParameter" if parameter else "taskOutputArtifact"): selected}, names[task]
    if isinstance(value, dict) and "graphInput" in value:
        given = value["graphInput"]
        given = given.get("inputName") if isinstance(given, dict) else given
        name = graph.interface.input_names.get(str(given), "")
        if not name or graph.interface.is_parameter("inputs", name) is not parameter:
            return None, ""
        return {("componentInputParameter" if parameter else "componentInputArtifact"): name}, ""
    if isinstance(value, dict | list) or not parameter:
        return None, ""
    return {"runtimeValue": {"constant": value}}, ""


def _of_a_missing_component(value: Any, inner: Mapping[str, dict[str, Any]], names: Mapping[str, str]) -> bool:
    """Whether a value comes from a task whose component is not to be had, which has been said."""
    output = value.get("taskOutput") if isinstance(value, dict) else None
    task = str(output.get("taskId")) if isinstance(output, dict) else ""
    return task in names and task not in inner


def _outputs(
    graph: Graph, inner: Mapping[str, dict[str, Any]], names: Mapping[str, str], found: list[Diagnostic]
) -> dict[str, Any]:
    values = graph.words.get("outputValues") or {}
    made: dict[str, Any] = {}
    for name, value in values.items() if isinstance(values, dict) else ():
        output = graph.interface.output_names.get(str(name))
        kind = "parameters" if output and graph.interface.is_parameter("outputs", output) else "artifacts"
        source, _ = _source(graph, value, kind, inner, names)
        selected = next(iter(source.values())) if source else None
        if _of_a_missing_component(value, inner, names):
            continue
        if output is None or not isinstance(selected, dict) or "producerTask" not in selected:
            problem = f"the output {str(name)[:60]} comes from no task"
            found.append(rules.not_a_component(graph.text.at(values, name), "outputValues", problem))
            continue
        key = "outputParameterKey" if kind == "parameters" else "outputArtifactKey"
        selector = {"producerSubtask": selected["producerTask"], key: selected[key]}
        whole = {"valueFromParameter": selector} if kind == "parameters" else {"artifactSelectors": [selector]}
        made.setdefault(kind, {})[output] = whole
    return made
