"""Checks a request against the service model: required, unknown, type, minimum, maximum, pattern and enumeration.

botocore itself checks neither maximum nor pattern nor enumeration. Which input a member came from is not known here.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import regex

from kfp_sagemaker.service_model.model import input_shape


class Severity(Enum):
    """How bad a finding is."""

    #: The request cannot be sent at all: unknown member or wrong type.
    STRUCTURE = "structure"
    #: The service model forbids it; ``validation: warn`` lets it through.
    LIMIT = "limit"
    #: The installed botocore may simply be older than the service.
    UNKNOWN_VALUE = "unknown value"


class Unresolved:
    """Stands for a value that is only known when the pipeline runs; fits every shape."""

    def __repr__(self) -> str:
        return "<known when the pipeline runs>"


UNRESOLVED = Unresolved()


@dataclass(frozen=True)
class Finding:
    """A violation of the model at ``path`` (``CreateModel.ModelName``); ``value`` is what stands there."""

    path: str
    problem: str
    severity: Severity
    value: Any = None

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def validate(operation: str, request: Mapping[str, Any]) -> list[Finding]:
    """All violations of ``request`` against the input shape of ``operation``."""
    return list(_walk(request, input_shape(operation), operation))


_SURROGATES = re.compile(r"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", re.IGNORECASE)


@functools.lru_cache(maxsize=1024)
def compiled_pattern(pattern: str) -> Any:
    """A pattern of the model, anchored at both ends. They are Java's (\\p{L} and such), which the regex package reads.

    Except that Java writes a character beyond U+FFFF as two. Raises regex.error.
    """
    whole = _SURROGATES.sub(lambda pair: f"\\U{_code_point(int(pair[1], 16), int(pair[2], 16)):08X}", pattern)
    return regex.compile(rf"(?:{whole})\Z")


def _code_point(high: int, low: int) -> int:
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)


#: Seconds after which a match is given up: some patterns take exponential time (that of workforce names).
_MATCH_SECONDS = 1.0


def matches(pattern: str, value: str) -> bool:
    """Whether ``value`` matches a pattern of the model, or that cannot be told here and is for the service to judge."""
    try:
        return compiled_pattern(pattern).match(value, timeout=_MATCH_SECONDS) is not None
    except (regex.error, TimeoutError):
        return True


def _walk(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    if isinstance(value, Unresolved):
        return
    if shape.type_name == "structure":
        yield from _structure(value, shape, path)
    elif shape.type_name == "list":
        yield from _list(value, shape, path)
    elif shape.type_name == "map":
        yield from _map(value, shape, path)
    elif shape.type_name in ("string", "character"):
        yield from _string(value, shape, path)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _number(value, shape, path)
    elif shape.type_name == "boolean" and not isinstance(value, bool):
        yield _type_finding(path, "boolean", value)


def _structure(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _type_finding(path, "object", value)
        return
    for name in shape.required_members:
        if value.get(name) is None and not shape.members[name].metadata.get("idempotencyToken"):
            yield Finding(f"{path}.{name}", "required", Severity.LIMIT)
    for name, item in value.items():
        if name not in shape.members:
            yield Finding(f"{path}.{name}", f"unknown member; {shape.name} has {', '.join(shape.members)}",
                          Severity.STRUCTURE, item)
        elif item is not None:
            yield from _walk(item, shape.members[name], f"{path}.{name}")


def _list(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, list | tuple):
        yield _type_finding(path, "list", value)
        return
    yield from _range(len(value), shape, path, "items", value)
    for index, item in enumerate(value):
        yield from _walk(item, shape.member, f"{path}[{index}]")


def _map(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _type_finding(path, "object", value)
        return
    yield from _range(len(value), shape, path, "entries", value)
    for key, item in value.items():
        yield from _walk(key, shape.key, f"{path}<{key}>")
        yield from _walk(item, shape.value, f"{path}.{key}")


def _string(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _type_finding(path, "string", value)
        return
    yield from _range(len(value), shape, path, "characters", value)
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        listed = ", ".join(allowed) if len(allowed) <= 12 else f"{len(allowed)} values of {shape.name}"
        yield Finding(path, f"not a value that this version knows ({listed})", Severity.UNKNOWN_VALUE, value)
    pattern = shape.metadata.get("pattern")
    if pattern and not matches(pattern, value):
        yield Finding(path, f"does not match {pattern!r}", Severity.LIMIT, value)


def _number(value: Any, shape: Any, path: str) -> Iterator[Finding]:
    whole = shape.type_name in ("integer", "long")
    if isinstance(value, bool) or not isinstance(value, int | float) or (whole and not isinstance(value, int)):
        yield _type_finding(path, shape.type_name, value)
        return
    if isinstance(value, float) and not math.isfinite(value):
        yield Finding(path, "not a finite number", Severity.STRUCTURE, str(value))
        return
    yield from _range(value, shape, path, "", value)


def _range(measure: float, shape: Any, path: str, unit: str, value: Any) -> Iterator[Finding]:
    counted = f"{measure} {unit}, " if unit else ""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and measure < least:
        yield Finding(path, f"{counted}the minimum is {least}", Severity.LIMIT, value)
    if most is not None and measure > most:
        yield Finding(path, f"{counted}the maximum is {most}", Severity.LIMIT, value)


def _type_finding(path: str, expected: str, value: Any) -> Finding:
    names = {"str": "string", "dict": "object", "NoneType": "null", "bool": "boolean", "int": "integer"}
    given = names.get(type(value).__name__, type(value).__name__)
    return Finding(path, f"expected {expected}, got {given}", Severity.STRUCTURE, value)
