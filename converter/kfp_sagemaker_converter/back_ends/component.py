"""A converted component.yaml: ``component.yaml`` again, and a Python op. Pure, from the converted IR and the source's words.

Inputs and outputs keep their names, order and descriptions; types are those that kfp 2 made of them, so that both files give
the component of the converted pipeline. A graph has no form in component.yaml that kfp 2 reads: its op loads the pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from kfp_sagemaker_converter.front_ends.component_yaml.interface import sanitized
from kfp_sagemaker_converter.front_ends.names import resource_name
from kfp_sagemaker_converter.model import Document

_TYPES = {
    "STRING": "String", "NUMBER_INTEGER": "Integer", "NUMBER_DOUBLE": "Float", "BOOLEAN": "Boolean", "STRUCT": "JsonObject",
    "LIST": "JsonArray", "TASK_FINAL_STATUS": "PipelineTaskFinalStatus",
}  # fmt: skip


def component_files(document: Document, ir: Mapping[str, Any]) -> dict[str, str]:
    """The texts by file name, for a document that was a component; ``ir`` is the converted pipeline around it."""
    source = document.wrapper
    name = next(iter(ir["root"]["dag"]["tasks"]))
    component = ir["components"][f"comp-{name}"]
    if "executorLabel" not in component:
        return {"component.py": _python_op(document, "pipeline.yaml", source)}
    op = _python_op(document, "component.yaml", source)
    return {"component.yaml": _component_yaml(source, ir, component), "component.py": op}


def _component_yaml(source: Mapping[str, Any], ir: Mapping[str, Any], component: Mapping[str, Any]) -> str:
    container = ir["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    defaults = ir["root"].get("inputDefinitions", {}).get("parameters", {})
    made: dict[str, Any] = {key: source[key] for key in ("name", "description", "metadata") if key in source}
    for group, key in (("inputs", "inputDefinitions"), ("outputs", "outputDefinitions")):
        listed = _interface(source.get(group) or [], component.get(key, {}), defaults if group == "inputs" else {})
        if listed:
            made[group] = listed
    kept = {"image": container["image"], "command": list(container["command"]), "args": list(container["args"])}
    if container.get("env"):
        kept["env"] = {one["name"]: one["value"] for one in container["env"]}
    made["implementation"] = {"container": kept}
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)


def _interface(
    written: list[Mapping[str, Any]], definitions: Mapping[str, Mapping[str, Any]], defaults: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The inputs or outputs as they were written, then those that were added."""
    names = {sanitized(words["name"]): words for words in written}
    known = {name: words for of_kind in definitions.values() for name, words in of_kind.items()}
    ordered = [*names, *(name for name in known if name not in names)]
    return [_one(names.get(name, {"name": name}), known[name], defaults.get(name, {})) for name in ordered if name in known]


def _one(written: Mapping[str, Any], words: Mapping[str, Any], at_root: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"name": written["name"]}
    schema = words.get("artifactType", {}).get("schemaTitle", "")
    made["type"] = _TYPES[words["parameterType"]] if "parameterType" in words else schema.removeprefix("system.")
    description = written.get("description") or words.get("description")
    if description:
        made["description"] = description
    default = at_root.get("defaultValue", words.get("defaultValue"))
    if default is not None and "parameterType" in words:
        made["default"] = _as_text(default, words["parameterType"])
    elif words.get("isOptional"):
        made["optional"] = True
    return made


def _as_text(value: Any, parameter_type: str) -> str:
    """A default as component.yaml has it: text, which kfp casts to the type."""
    if parameter_type == "NUMBER_INTEGER":
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def _python_op(document: Document, file: str, source: Mapping[str, Any]) -> str:
    name = resource_name(str(source.get("name") or document.pipeline.name)).replace("-", "_") or "component"
    name = f"component_{name}" if name[0].isdigit() else name
    # Within a docstring, whatever is in the name.
    title = json.dumps(str(source.get("name") or document.pipeline.name))[1:-1]
    return (
        f'"""The component {title}, whose step runs as an Amazon SageMaker job. Written by kfp-sagemaker convert."""\n\n'
        "from pathlib import Path\n\n"
        "from kfp import components\n\n"
        f'{name} = components.load_component_from_file(str(Path(__file__).with_name("{file}")))\n'
    )
