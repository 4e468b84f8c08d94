"""From a component.yaml to the pipeline model, by way of the IR that kfp 2 makes of one component: a pipeline of one task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused, Severity
from kfp_sagemaker_converter.front_ends.component_yaml.container import container_of
from kfp_sagemaker_converter.front_ends.component_yaml.graph import Graph, graph_of
from kfp_sagemaker_converter.front_ends.component_yaml.interface import Interface, interface_of
from kfp_sagemaker_converter.front_ends.component_yaml.names import resource_name, unique
from kfp_sagemaker_converter.front_ends.component_yaml.placeholders import references
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Document, Format
from kfp_sagemaker_converter.rules import component as rules
from kfp_sagemaker_converter.rules import reading as reading_rules
from kfp_sagemaker_converter.source import Location

_SCHEMA_VERSION = "2.1.0"
_KNOWN = {"name", "description", "inputs", "outputs", "implementation", "metadata", "version"}
_DEEPEST_GRAPH = 20


def read_component(text: StructuredText) -> tuple[Document, list[Diagnostic]]:
    """The component in a file, as a pipeline of one task.

    Raises:
        Refused: it is not valid, or has what cannot be had; holds all that is wrong.
    """
    components = [document for document in text.documents if isinstance(document, dict) and "implementation" in document]
    if len(components) != 1:
        raise Refused([reading_rules.not_one_pipeline(Location(text.file, 1), text.file, len(components))])
    (component,) = components
    reading = _Reading(text)
    name = reading.add(component, 0)
    if any(found.severity is Severity.ERROR for found in reading.found):
        raise Refused(reading.found)
    document, findings = read_ir(StructuredText(text.file, (reading.ir(component, name),), reading.lines, text.findings))
    findings = [found if found.location.line else replace(found, location=Location(text.file, 1)) for found in findings]
    document = replace(
        document, format=Format.COMPONENT_YAML, is_component=True, wrapper_kind=Format.COMPONENT_YAML.value, wrapper=component
    )
    return document, [*reading.found, *findings]


class _Reading:
    """The IR of a component and, for a graph, of those in it, while it is put together. ``lines`` are of the source."""

    def __init__(self, text: StructuredText) -> None:
        self.text = text
        self.found: list[Diagnostic] = []
        self.lines: dict[tuple[int, object], int] = {}
        self.components: dict[str, Any] = {}
        self.executors: dict[str, Any] = {}

    def ir(self, component: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The pipeline of one task around the component ``name``."""
        made = self.components[f"comp-{name}"]
        inputs, outputs = made.get("inputDefinitions", {}), made.get("outputDefinitions", {})
        task: dict[str, Any] = {
            "cachingOptions": {"enableCache": True}, "componentRef": {"name": f"comp-{name}"}, "taskInfo": {"name": name},
        }  # fmt: skip
        passed = {kind: {one: {_PASSED[kind]: one} for one in inputs[kind]} for kind in _PASSED if inputs.get(kind)}
        if passed:
            task["inputs"] = passed
        dag: dict[str, Any] = {"tasks": {name: task}}
        if outputs:
            dag["outputs"] = {kind: {one: _selected(kind, name, one) for one in outputs[kind]} for kind in outputs}
        root = {"dag": dag}
        if inputs:
            # The pipeline around it takes no status of a task.
            kept = {kind: {one: words for one, words in inputs[kind].items() if not _is_status(words)} for kind in inputs}
            root["inputDefinitions"] = {kind: definitions for kind, definitions in kept.items() if definitions}
            for one, words in inputs.get("parameters", {}).items():
                if _is_status(words):
                    del passed["parameters"][one]
        if outputs:
            root["outputDefinitions"] = outputs
        described = component.get("description")
        info = {"name": name} | ({"description": described} if isinstance(described, str) else {})
        return {
            "pipelineInfo": info, "root": root, "components": self.components,
            "deploymentSpec": {"executors": self.executors}, "schemaVersion": _SCHEMA_VERSION,
        }  # fmt: skip

    def add(self, component: Mapping[str, Any], depth: int) -> str:
        """Add a component, and those of its graph; its name among the components, without ``comp-``."""
        given = component.get("name")
        name = unique(resource_name(given if isinstance(given, str) else "") or "component", self.components, "comp-")
        # The name is taken before those inside the graph want it.
        made: dict[str, Any] = {}
        self.components[f"comp-{name}"] = made
        line = self.text.at(component, "implementation").line
        self.lines[id(self.components), f"comp-{name}"] = self.lines[id(self.executors), f"exec-{name}"] = line
        for key in component:
            if key not in _KNOWN:
                self.say(rules.part_left_out(self.text.at(component, key), str(key), f"The key {str(key)[:60]}"))
        implementation = component.get("implementation")
        implementation = implementation if isinstance(implementation, dict) else {}
        if isinstance(implementation.get("graph"), dict):
            interface = self._interface(component, set(), set())
            graph = Graph(self.text, component, implementation["graph"], interface)
            dag, found = graph_of(graph, self._inner(depth))
            self.found += found
            made["dag"] = dag
        else:
            container = implementation.get("container")
            words = [container.get("command"), container.get("args")] if isinstance(container, dict) else []
            by_value = references(words, "inputValue")
            interface = self._interface(component, by_value, references(words, "inputPath") | references(words, "inputUri"))
            made["executorLabel"] = f"exec-{name}"
            executor, found = container_of(self.text, component, interface)
            self.found += found
            self.executors[f"exec-{name}"] = {"container": executor}
        for key, definitions in (("inputDefinitions", interface.inputs), ("outputDefinitions", interface.outputs)):
            if definitions:
                made[key] = definitions
        return name

    def _interface(self, component: Mapping[str, Any], by_value: set[str], by_path: set[str]) -> Interface:
        interface, found = interface_of(self.text, component, by_value, by_path)
        self.found += found
        return interface

    def _inner(self, depth: int) -> Any:
        def add(component: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
            if depth >= _DEEPEST_GRAPH:
                raise Refused([rules.not_a_component(Location(self.text.file, 1), "", "its graphs are nested too deeply")])
            name = self.add(component, depth + 1)
            return name, self.components[f"comp-{name}"]

        return add

    def say(self, found: Diagnostic) -> None:
        self.found.append(found)


_PASSED = {"parameters": "componentInputParameter", "artifacts": "componentInputArtifact"}


def _is_status(definition: Mapping[str, Any]) -> bool:
    return definition.get("parameterType") == "TASK_FINAL_STATUS"


def _selected(kind: str, task: str, name: str) -> dict[str, Any]:
    if kind == "parameters":
        return {"valueFromParameter": {"producerSubtask": task, "outputParameterKey": name}}
    return {"artifactSelectors": [{"producerSubtask": task, "outputArtifactKey": name}]}
