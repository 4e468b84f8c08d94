"""A request against the service model: required, unknown, type, length, size, value, pattern, enum, all at once.

The wording is the service's own ("2 validation errors detected: Value 'x' at 'roleArn' failed to satisfy constraint: ..."), as
its front ends give it. Rules that the model does not state are in rules.py.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sagemaker_local.errors import validation_error
from sagemaker_local.service_model import operation_model

if TYPE_CHECKING:
    from botocore.model import Shape

JAVA_CLASSES = {"w": "a-zA-Z_0-9", "d": "0-9"}
"""What Java's ``\\w`` and ``\\d`` mean; the regex package takes every script's letters and digits."""

SURROGATES = re.compile(r"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", re.IGNORECASE)
"""Java writes a character beyond U+FFFF as two escapes."""

PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "character": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
}


def check_request(service: str, operation: str, params: Any) -> None:
    """Raises ServiceError (ValidationException) that lists everything that is wrong."""
    shape = operation_model(service, operation).input_shape
    found = list(violations(params, shape, "")) if shape is not None else []
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise validation_error(count + "; ".join(found))


def violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    """One sentence per violated constraint; ``path`` is spelled as by the service: ``tags.1.member.key``."""
    if not has_type(value, shape):
        yield _sentence(value, path, f"Member must be of type {shape.type_name}")
    elif shape.type_name == "structure":
        yield from _structure_violations(value, shape, path)
    elif shape.type_name == "list":
        yield from _own_violations(value, shape, path)
        yield from _list_violations(value, shape.member, path)  # type: ignore[attr-defined]
    elif shape.type_name == "map":
        yield from _own_violations(value, shape, path)
        yield from _map_violations(value, shape, path)
    else:
        yield from _own_violations(value, shape, path)


def has_type(value: Any, shape: Shape) -> bool:
    """JSON's type against the shape's; a bool is no number."""
    if isinstance(value, bool) and shape.type_name != "boolean":
        return False
    return isinstance(value, PYTHON_TYPES[shape.type_name])


def constraints(shape: Shape) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    """The constraints that the model states for a shape itself: the sentence and the test."""
    limits = shape.metadata
    numeric = shape.type_name in ("integer", "long", "float", "double")
    measure: Callable[[Any], Any] = (lambda value: value) if numeric else len
    what = "value" if numeric else "length"
    if "max" in limits:
        most = limits["max"]
        yield f"Member must have {what} less than or equal to {most}", lambda value: measure(value) <= most
    if "min" in limits:
        least = limits["min"]
        yield f"Member must have {what} greater than or equal to {least}", lambda value: measure(value) >= least
    if "pattern" in limits:
        pattern: str = limits["pattern"]
        yield f"Member must satisfy regular expression pattern: {pattern}", lambda value: matches(pattern, value)
    enum: list[str] = getattr(shape, "enum", None) or []
    if enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]", lambda value: value in enum


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches a pattern of the model, which is a Java regular expression."""
    return _compiled(pattern).fullmatch(text) is not None


@functools.cache
def _compiled(pattern: str) -> Any:
    import regex

    paired = SURROGATES.sub(_code_point, pattern)
    return regex.compile(_with_java_classes(paired), regex.WORD)


def _code_point(pair: re.Match[str]) -> str:
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"


def _with_java_classes(pattern: str) -> str:
    """Spells out the classes whose meaning differs, inside and outside of brackets."""
    spelled: list[str] = []
    depth = 0
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character == "\\" and position + 1 < len(pattern):
            escaped = pattern[position + 1]
            members = JAVA_CLASSES.get(escaped)
            if members is None:
                spelled.append(character + escaped)
            else:
                spelled.append(members if depth else f"[{members}]")
            position += 2
            continue
        depth += (character == "[") - (character == "]" and depth > 0)
        spelled.append(character)
        position += 1
    return "".join(spelled)


def _structure_violations(value: dict[str, Any], shape: Shape, path: str) -> Iterator[str]:
    members: dict[str, Shape] = shape.members  # type: ignore[attr-defined]
    for name in shape.required_members:
        if value.get(name) is None:
            yield _sentence(None, _member(path, name), "Member must not be null")
    if getattr(shape, "is_tagged_union", False) and sum(item is not None for item in value.values()) != 1:
        yield _sentence(value, path, f"Exactly one member must be specified of [{', '.join(members)}]")
    for name, item in value.items():
        if name not in members:
            yield _sentence(item, _member(path, name), f"{shape.name} has no such member")
        elif item is not None:
            yield from violations(item, members[name], _member(path, name))


def _list_violations(value: list[Any], member: Shape, path: str) -> Iterator[str]:
    if member.type_name in ("structure", "list", "map"):
        for index, item in enumerate(value, start=1):
            yield from violations(item, member, f"{path}.{index}.member")
    elif any(_violates(item, member) for item in value):
        yield _sentence(value, path, f"Member must satisfy constraint: [{_all_of(member)}]")


def _map_violations(value: dict[str, Any], shape: Shape, path: str) -> Iterator[str]:
    key_shape, value_shape = shape.key, shape.value  # type: ignore[attr-defined]
    if any(_violates(key, key_shape) for key in value):
        yield _sentence(value, path, f"Map keys must satisfy constraint: [{_all_of(key_shape)}]")
    if value_shape.type_name in ("structure", "list", "map"):
        for key, item in value.items():
            yield from violations(item, value_shape, f"{path}.{key}.member")
    elif any(_violates(item, value_shape) for item in value.values()):
        yield _sentence(value, path, f"Map value must satisfy constraint: [{_all_of(value_shape)}]")


def _own_violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    for sentence, holds in constraints(shape):
        if not holds(value):
            yield _sentence(value, path, sentence)


def _violates(value: Any, shape: Shape) -> bool:
    return not has_type(value, shape) or not all(holds(value) for _, holds in constraints(shape))


def _all_of(shape: Shape) -> str:
    return ", ".join(sentence for sentence, _ in constraints(shape)) or f"Member must be of type {shape.type_name}"


def _sentence(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{_java_text(value)}'"
    return f"Value {shown} at '{path or 'request'}' failed to satisfy constraint: {constraint}"


def _java_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_java_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_java_text(item) for item in value) + "]"
    return str(value)


def _member(path: str, name: str) -> str:
    spelled = name[:1].lower() + name[1:]
    return f"{path}.{spelled}" if path else spelled
