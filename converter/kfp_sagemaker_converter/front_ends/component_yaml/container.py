"""``implementation.container`` of a component.yaml as an executor's container in IR.

``fileOutputs``, which kfp 2 drops, is kept by a shell around the command that copies the files when it has succeeded.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.component_yaml.interface import Interface
from kfp_sagemaker_converter.front_ends.component_yaml.placeholders import NoPlaceholder, element
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.rules import component as rules

_KNOWN = ("image", "command", "args", "env", "fileOutputs")


def container_of(
    text: StructuredText, component: Mapping[str, Any], interface: Interface
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The container, and what there is to say about it."""
    implementation = component.get("implementation")
    at = text.at(component, "implementation")
    words = implementation.get("container") if isinstance(implementation, dict) else None
    if not isinstance(words, dict):
        return {}, [rules.not_a_component(at, "implementation", "its implementation is neither a container nor a graph")]
    found: list[Diagnostic] = []
    image = words.get("image")
    if not isinstance(image, str) or not image.strip():
        found.append(rules.not_a_component(at, "image", "its container has no image that is text"))
        image = ""
    command = _elements(text, words, "command", interface, found)
    args = _elements(text, words, "args", interface, found)
    copied = _copied(text, words, interface, found)
    if copied and not command:
        found.append(rules.outputs_without_command(at, "fileOutputs", ", ".join(copied)))
    elif copied:
        found.append(rules.outputs_copied(text.at(words, "fileOutputs"), "fileOutputs", ", ".join(copied)))
        command = [*_copying(copied), *command]
    for key in words:
        if key not in _KNOWN:
            found.append(rules.part_left_out(text.at(words, key), str(key), f"The key {str(key)[:60]} of the container"))
    container: dict[str, Any] = {"image": image}
    container |= {key: value for key, value in (("command", command), ("args", args)) if value}
    env = _env(text, words, found)
    return container | ({"env": env} if env else {}), found


def _elements(
    text: StructuredText, words: Mapping[str, Any], key: str, interface: Interface, found: list[Diagnostic]
) -> list[str]:
    listed = words.get(key)
    if listed is None:
        return []
    if not isinstance(listed, list):
        found.append(rules.not_a_component(text.at(words, key), key, f"{key} is no list"))
        return []
    made = []
    for position, value in enumerate(listed):
        at = text.at(listed, position)
        try:
            if isinstance(value, dict) and len(value) == 1 and (chosen := _constant_if(value)) is not None:
                made += [element(one, interface) for one in chosen]
            else:
                made.append(element(value, interface))
        except NoPlaceholder as problem:
            found.append(rules.not_a_component(at, key, str(problem)))
    return made


def _constant_if(value: Mapping[str, Any]) -> list[Any] | None:
    """The arguments of an ``if`` whose condition is a constant."""
    words = value.get("if")
    condition = words.get("cond") if isinstance(words, dict) else None
    if not isinstance(words, dict) or str(condition).lower() not in ("true", "false"):
        return None
    chosen = words.get("then") if str(condition).lower() == "true" else words.get("else")
    if chosen is None:
        return []
    return chosen if isinstance(chosen, list) else [chosen]


def _copied(
    text: StructuredText, words: Mapping[str, Any], interface: Interface, found: list[Diagnostic]
) -> dict[str, tuple[str, str]]:
    """Path of the program's own, and KFP's placeholder, by output."""
    listed = words.get("fileOutputs")
    if listed is None:
        return {}
    at = text.at(words, "fileOutputs")
    if not isinstance(listed, dict):
        found.append(rules.not_a_component(at, "fileOutputs", "fileOutputs is no mapping of outputs to paths"))
        return {}
    copied = {}
    for name, path in listed.items():
        try:
            placeholder = element({"outputPath": str(name)}, interface)
        except NoPlaceholder:
            problem = f"fileOutputs names {str(name)[:60]!r}, which is not among the outputs"
            found.append(rules.not_a_component(text.at(listed, name), "fileOutputs", problem))
            continue
        if not isinstance(path, str) or not path:
            problem = f"fileOutputs has no path for {name!r}"
            found.append(rules.not_a_component(text.at(listed, name), "fileOutputs", problem))
            continue
        copied[str(name)] = (path, placeholder)
    return copied


def _copying(copied: Mapping[str, tuple[str, str]]) -> list[str]:
    """The start of a command that runs the rest of it and then copies files: a path of a folder is copied as a folder."""
    targets = [f"to_{number}=$1; shift" for number in range(len(copied))]
    copies = [
        f'mkdir -p "$(dirname "$to_{number}")"; cp -R {shlex.quote(path)} "$to_{number}"'
        for number, (path, _) in enumerate(copied.values())
    ]
    script = "; ".join([*targets, '"$@"', *copies])
    return ["sh", "-ec", script, "sh", *(placeholder for _, placeholder in copied.values())]


def _env(text: StructuredText, words: Mapping[str, Any], found: list[Diagnostic]) -> list[dict[str, str]]:
    given = words.get("env")
    if given is None:
        return []
    if not isinstance(given, dict):
        found.append(rules.not_a_component(text.at(words, "env"), "env", "env is no mapping of names to text"))
        return []
    made = []
    for name, value in given.items():
        at = text.at(given, name)
        if isinstance(value, dict | list):
            found.append(rules.not_a_component(at, "env", f"the environment variable {str(name)[:60]} is no text"))
        else:
            made.append({"name": str(name), "value": _text(value)})
    return made


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


