"""Placeholders of component.yaml (``{inputValue: x}``) as those of IR (``{{$.inputs.parameters['x']}}``).

``concat`` and ``if`` become the JSON texts that kfp 2 writes for them, which a moved step's launcher resolves in full.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kfp_sagemaker_converter.front_ends.component_yaml.interface import Interface

EXECUTOR_INPUT = "{{$}}"


class NoPlaceholder(ValueError):
    """Something in a command that is no text and no placeholder that can be kept; the message says why."""


def references(elements: Any, kind: str) -> set[str]:
    """The names that placeholders of ``kind`` (``inputValue``) name, anywhere in a command."""
    return {str(value) for key, value in _walk(elements) if key == kind}


def _walk(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def element(value: Any, interface: Interface) -> str:
    """One element of ``command`` or ``args``.

    Raises:
        NoPlaceholder: it is none.
    """
    made = _made(value, interface)
    return made if isinstance(made, str) else json.dumps(made)


def _made(value: Any, interface: Interface) -> Any:
    """Text, or the mapping that stands for ``concat`` or ``if``."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        # YAML reads 1 and true as no text; KFP 1 passed them as they were written.
        return json.dumps(value)
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise NoPlaceholder(f"{_shown(value)} is neither text nor one placeholder")
    ((kind, inner),) = value.items()
    if kind == "executorInput":
        return EXECUTOR_INPUT
    if kind == "concat" and isinstance(inner, list):
        return {"Concat": [_made(item, interface) for item in inner]}
    if kind == "if" and isinstance(inner, dict):
        return _if_present(inner, interface)
    if kind in _ENDINGS and isinstance(inner, str):
        return _reference(kind, inner, interface)
    raise NoPlaceholder(f"{_shown(value)} is no placeholder of component.yaml")


#: What follows the name, for artifacts.
_ENDINGS = {"inputValue": ".value", "inputPath": ".path", "inputUri": ".uri", "outputPath": ".path", "outputUri": ".uri"}


def _reference(kind: str, name: str, interface: Interface) -> str:
    group = "inputs" if kind.startswith("input") else "outputs"
    names = interface.input_names if group == "inputs" else interface.output_names
    if name not in names:
        raise NoPlaceholder(f"{kind} names {name!r}, which is not among the {group}")
    known = names[name]
    if interface.is_parameter(group, known):
        if kind == "inputValue":
            return f"{{{{$.inputs.parameters['{known}']}}}}"
        if kind == "outputPath":
            return f"{{{{$.outputs.parameters['{known}'].output_file}}}}"
        raise NoPlaceholder(f"{kind} names {name!r}, which is a parameter: its value is taken elsewhere, and it has no file")
    return f"{{{{$.{group}.artifacts['{known}']{_ENDINGS[kind]}}}}}"


def _if_present(words: dict[str, Any], interface: Interface) -> Any:
    condition, then, otherwise = words.get("cond"), words.get("then"), words.get("else")
    if isinstance(condition, bool) or str(condition).lower() in ("true", "false"):
        chosen = then if str(condition).lower() == "true" else otherwise
        if isinstance(chosen, list) and len(chosen) == 1:
            (chosen,) = chosen
        if chosen is None or isinstance(chosen, list):
            raise NoPlaceholder("an if with a constant condition gives no single argument")
        return _made(chosen, interface)
    name = condition.get("isPresent") if isinstance(condition, dict) else None
    if not isinstance(name, str) or name not in interface.input_names:
        raise NoPlaceholder(f"an if asks for {_shown(condition)}, and only isPresent of an input can be asked for")
    made = {"InputName": interface.input_names[name], "Then": _branch(then, interface)}
    if otherwise is not None:
        made["Else"] = _branch(otherwise, interface)
    return {"IfPresent": made}


def _branch(value: Any, interface: Interface) -> Any:
    if isinstance(value, list):
        return [_made(item, interface) for item in value]
    return _made(value, interface)


def _shown(value: Any) -> str:
    return json.dumps(value, default=str)[:100]
