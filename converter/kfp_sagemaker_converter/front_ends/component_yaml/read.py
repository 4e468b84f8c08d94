"""From a component.yaml to the pipeline model, by way of the IR that kfp 2 makes of one component: a pipeline of one task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused, Severity
from kfp_sagemaker_converter.front_ends.component_yaml.container import container_of
from kfp_sagemaker_converter.front_ends.component_yaml.graph import Graph, graph_of
from kfp_sagemaker_converter.front_ends.component_yaml.interface import Interface, interface_of
from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile, Library
from kfp_sagemaker_converter.front_ends.component_yaml.placeholders import references
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.names import resource_name, unique
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText, read
from kfp_sagemaker_converter.model import Document, Format
from kfp_sagemaker_converter.rules import component as rules
from kfp_sagemaker_converter.rules import component_graph as graph_rules
from kfp_sagemaker_converter.rules import reading as reading_rules
from kfp_sagemaker_converter.source import Location

_SCHEMA_VERSION = "2.1.0"
_KNOWN = {"name", "description", "inputs", "outputs", "implementation", "metadata", "version"}
_DEEPEST_GRAPH = 20
#: Components of a graph, each use counted: a few files that use each other twice stand for millions.
MOST_COMPONENTS = 1_000
_EMPTY = Library()


def read_component(text: StructuredText, library: Library = _EMPTY) -> tuple[Document, list[Diagnostic]]:
    """The component in a file, as a pipeline of one task. ``library`` has what its graph may refer to.

    Raises:
        Refused: it is not valid, or has what cannot be had; holds all that is wrong.
    """
    component = _component_in(text)
    reading = _Reading(text, library)
    name = reading.add(text, component, 0)
    if any(found.severity is Severity.ERROR for found in reading.found):
        raise Refused(reading.found)
    document, findings = read_ir(StructuredText(text.file, (reading.ir(component, name),), reading.lines, text.findings))
    findings = [found if found.location.line else replace(found, location=Location(text.file, 1)) for found in findings]
    document = replace(
        document, format=Format.COMPONENT_YAML, is_component=True, wrapper_kind=Format.COMPONENT_YAML.value, wrapper=component
    )
    return document, [*reading.found, *findings]


def _component_in(text: StructuredText) -> dict[str, Any]:
    """The one component of a file. Raises Refused."""
    components = [document for document in text.documents if isinstance(document, dict) and "implementation" in document]
    if len(components) != 1:
        raise Refused([reading_rules.not_one_pipeline(Location(text.file, 1), text.file, len(components))])
    (component,) = components
    return component


class _Reading:
    """The IR of a component and, for a graph, of those in it, while it is put together.

    ``lines`` are of the source: for what is in another file, that of the task which uses it.
    """

    def __init__(self, text: StructuredText, library: Library) -> None:
        self.text = text
        self.library = library
        self.others: dict[str, StructuredText] = {}
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

    def add(self, text: StructuredText, component: Mapping[str, Any], depth: int, line: int = 0) -> str:
        """Add a component of ``text``, and those of its graph; its name among the components, without ``comp-``.

        ``line`` is that of the task which uses a component of another file.
        """
        given = component.get("name")
        name = unique(resource_name(given if isinstance(given, str) else "") or "component", self.components, "comp-")
        # The name is taken before those inside the graph want it.
        made: dict[str, Any] = {}
        self.components[f"comp-{name}"] = made
        line = line or text.at(component, "implementation").line
        self.lines[id(self.components), f"comp-{name}"] = self.lines[id(self.executors), f"exec-{name}"] = line
        for key in component:
            if key not in _KNOWN:
                self.found.append(rules.part_left_out(text.at(component, key), str(key), f"The key {str(key)[:60]}"))
        implementation = component.get("implementation")
        implementation = implementation if isinstance(implementation, dict) else {}
        if isinstance(implementation.get("graph"), dict):
            interface = self._interface(text, component, set(), set())
            graph = Graph(text, component, implementation["graph"], interface)
            dag, found = graph_of(graph, partial(self._inner, text, depth, line if text is not self.text else 0))
            self.found += found
            made["dag"] = dag
        else:
            container = implementation.get("container")
            words = [container.get("command"), container.get("args")] if isinstance(container, dict) else []
            by_value = references(words, "inputValue")
            by_path = references(words, "inputPath") | references(words, "inputUri")
            interface = self._interface(text, component, by_value, by_path)
            made["executorLabel"] = f"exec-{name}"
            executor, found = container_of(text, component, interface)
            self.found += found
            self.executors[f"exec-{name}"] = {"container": executor}
        for key, definitions in (("inputDefinitions", interface.inputs), ("outputDefinitions", interface.outputs)):
            if definitions:
                made[key] = definitions
        return name

    def _interface(
        self, text: StructuredText, component: Mapping[str, Any], by_value: set[str], by_path: set[str]
    ) -> Interface:
        interface, found = interface_of(text, component, by_value, by_path)
        self.found += found
        return interface

    def _inner(
        self, text: StructuredText, depth: int, line: int, reference: Mapping[str, Any], task: str, at: Location
    ) -> tuple[str, dict[str, Any]] | None:
        """Add the component of a task's ``componentRef``; None, and a diagnostic, when it is not to be had."""
        if depth >= _DEEPEST_GRAPH:
            raise Refused([rules.not_a_component(Location(self.text.file, 1), "", "its graphs are nested too deeply")])
        if len(self.components) >= MOST_COMPONENTS:
            what = f"more than {MOST_COMPONENTS:,} components, each use counted"
            raise Refused([reading_rules.too_much(Location(self.text.file, 1), self.text.file, what)])
        component = reference.get("spec")
        if not isinstance(component, dict):
            file, problem = self.library.find(reference)
            if file is None:
                self.found.append(_not_to_be_had(at, task, reference, problem))
                return None
            told = "" if reference.get("digest") else file.digest
            self.found.append(graph_rules.component_of_a_file(at, task, task[:100], file.file, told))
            text, line = self._other(file), line or at.line
            component = _component_in(text)
        name = self.add(text, component, depth + 1, line)
        return name, self.components[f"comp-{name}"]

    def _other(self, file: ComponentFile) -> StructuredText:
        """The text of another file, read once. Raises Refused."""
        if file.file not in self.others:
            self.others[file.file] = read(file.text, file.file)
            self.found += self.others[file.file].findings
        return self.others[file.file]


def _not_to_be_had(at: Location, task: str, reference: Mapping[str, Any], problem: str) -> Diagnostic:
    url = str(reference.get("url") or "")
    where = str(url or reference.get("name") or "an unknown place")[:200]
    return graph_rules.component_by_url(at, task, task[:100], where, url, str(reference.get("digest") or "")[:64], problem)


_PASSED = {"parameters": "componentInputParameter", "artifacts": "componentInputArtifact"}


def _is_status(definition: Mapping[str, Any]) -> bool:
    return definition.get("parameterType") == "TASK_FINAL_STATUS"


def _selected(kind: str, task: str, name: str) -> dict[str, Any]:
    if kind == "parameters":
        return {"valueFromParameter": {"producerSubtask": task, "outputParameterKey": name}}
    return {"artifactSelectors": [{"producerSubtask": task, "outputArtifactKey": name}]}
