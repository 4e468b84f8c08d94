"""Inputs and outputs of a component.yaml as IR definitions, by kfp 2's rules for names, types and defaults.

Types that kfp 2 does not know become ``system.Artifact`` there. An input is a parameter all the same when the command takes
its value: KFP 1 passed any type as text, and kfp 2 refuses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.rules import component as rules

_PARAMETERS = {
    "integer": "NUMBER_INTEGER", "int": "NUMBER_INTEGER", "double": "NUMBER_DOUBLE", "float": "NUMBER_DOUBLE",
    "string": "STRING", "str": "STRING", "text": "STRING", "bool": "BOOLEAN", "boolean": "BOOLEAN",
    "dict": "STRUCT", "jsonobject": "STRUCT", "list": "LIST", "jsonarray": "LIST",
}  # fmt: skip
_ARTIFACTS = {
    name.lower(): f"system.{name}"
    for name in ("Artifact", "Model", "Dataset", "Metrics", "ClassificationMetrics", "SlicedClassificationMetrics", "HTML",
                 "Markdown")
}  # fmt: skip
_GOOGLE = re.compile(r"google\.[A-Za-z]+\Z")
_FINAL_STATUS = "PipelineTaskFinalStatus"
_VERSION = "0.0.1"
_TRUE, _FALSE = ("y", "yes", "t", "true", "on", "1"), ("n", "no", "f", "false", "off", "0")


@dataclass
class Interface:
    """``inputs`` and ``outputs`` are IR definitions; the names say which IR name an input or output of the file has."""

    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    input_names: dict[str, str] = field(default_factory=dict)
    output_names: dict[str, str] = field(default_factory=dict)

    def is_parameter(self, group: str, name: str) -> bool:
        """Whether the input or output (``group``) of IR name ``name`` is a parameter."""
        return name in (self.inputs if group == "inputs" else self.outputs).get("parameters", {})


def sanitized(name: str) -> str:
    """The IR name of an input or output: ``Training Job Name`` is ``training_job_name``."""
    return re.sub("[^_0-9a-z]+", "_", name.lower()).strip("_")


def interface_of(
    text: StructuredText, component: Mapping[str, Any], taken_by_value: Collection[str], taken_by_path: Collection[str]
) -> tuple[Interface, list[Diagnostic]]:
    """The interface of ``component``, and what there is to say about it.

    ``taken_by_value`` and ``taken_by_path`` are the inputs, by their names in the file, that the command takes so.
    """
    interface, found = Interface(), []
    for group, definitions, names in (
        ("inputs", interface.inputs, interface.input_names), ("outputs", interface.outputs, interface.output_names),
    ):  # fmt: skip
        listed = component.get(group) or []
        if not isinstance(listed, list):
            found.append(rules.not_a_component(text.at(component, group), group, f"{group} is no list"))
            continue
        for position, words in enumerate(listed):
            at = text.at(listed, position)
            if not isinstance(words, dict) or not isinstance(words.get("name"), str) or not sanitized(words["name"]):
                problem = f"{group}[{position}] has no name that is text"
                found.append(rules.not_a_component(at, group, problem))
                continue
            name = sanitized(words["name"])
            if name in names.values():
                found.append(rules.same_name(at, words["name"], words["name"], name))
                continue
            names[words["name"]] = name
            kind, schema = _kind(words.get("type"))
            if group == "inputs":
                if kind == "artifacts" and words["name"] in taken_by_value:
                    found.append(rules.taken_as_text(at, words["name"], words["name"], _shown(words.get("type"))))
                    kind, schema = "parameters", "STRING"
                elif kind == "parameters" and words["name"] in taken_by_path and words["name"] not in taken_by_value:
                    found.append(rules.taken_as_artifact(at, words["name"], words["name"], _shown(words.get("type"))))
                    kind, schema = "artifacts", "system.Artifact"
            definition = _definition(kind, schema, words)
            if group == "inputs":
                found += _add_default(text, words, definition, kind, schema)
            definitions.setdefault(kind, {})[name] = definition
    return interface, found


def _kind(type_: Any) -> tuple[str, str]:
    """``parameters`` and their type, or ``artifacts`` and their schema."""
    if not isinstance(type_, str):
        return "artifacts", "system.Artifact"
    if type_ == _FINAL_STATUS:
        return "parameters", "TASK_FINAL_STATUS"
    # List[str] and typing.List[str] are lists.
    outer = type_.removeprefix("typing.").partition("[")[0]
    if outer.lower() in _PARAMETERS:
        return "parameters", _PARAMETERS[outer.lower()]
    if _GOOGLE.match(type_):
        return "artifacts", type_
    return "artifacts", _ARTIFACTS.get(type_.lower(), "system.Artifact")


def _definition(kind: str, schema: str, words: Mapping[str, Any]) -> dict[str, Any]:
    said = {"description": words["description"]} if isinstance(words.get("description"), str) and words["description"] else {}
    if kind == "parameters":
        return {**said, "parameterType": schema}
    return {**said, "artifactType": {"schemaTitle": schema, "schemaVersion": _VERSION}}


def _add_default(
    text: StructuredText, words: Mapping[str, Any], definition: dict[str, Any], kind: str, schema: str
) -> list[Diagnostic]:
    if schema == "TASK_FINAL_STATUS":
        definition["isOptional"] = True
        return []
    if "default" not in words:
        if words.get("optional") is True:
            definition["isOptional"] = True
        return []
    definition["isOptional"] = True
    default = words["default"]
    if default is None:
        return []
    at = text.at(words, "default")
    if kind == "artifacts":
        # kfp 2 drops a constant for an artifact, and KFP 1 wrote it to the file.
        return [rules.default_of_artifact(at, words["name"], words["name"])] if default != "" else []
    try:
        definition["defaultValue"] = cast(default, schema)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return [rules.wrong_default(at, words["name"], words["name"], _shown(default), schema)]
    return []


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(word)
    return word in _TRUE


def _integer(value: Any) -> float:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return float(int(value))


def _number(value: Any) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(value)
    return number


def _structure(kind: type) -> Callable[[Any], Any]:
    def structure(value: Any) -> Any:
        made = json.loads(value) if isinstance(value, str) else value
        if not isinstance(made, kind):
            raise ValueError(value)
        return made

    return structure


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)


_CASTS: Mapping[str, Callable[[Any], Any]] = {
    "NUMBER_INTEGER": _integer, "NUMBER_DOUBLE": _number, "STRING": _text, "BOOLEAN": _boolean, "STRUCT": _structure(dict),
    "LIST": _structure(list),
}  # fmt: skip


def cast(value: Any, parameter_type: str) -> Any:
    """A value of component.yaml, often text, as one of the IR type. Raises ValueError or TypeError for one that is none."""
    return _CASTS.get(parameter_type, lambda given: given)(value)


def _shown(value: Any) -> str:
    if value is None:
        return "no type"
    return (value if isinstance(value, str) else json.dumps(value, default=str))[:80]
