"""A parameter's value as text in a command, as KFP's launcher writes it.

Source: ``getPlaceholders`` of launcher_v2.go, a Go program. A number is written by ``FormatFloat(x, 'f', -1)``, lists and
objects by ``json.Marshal`` of a protobuf value, which leaves no space, sorts keys and escapes what HTML would read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: Numbers from here on, and below the inverse, have an exponent within lists and objects.
_LARGE, _SMALL = 1e21, 1e-6
_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def value_text(value: Any) -> str:
    """A parameter's value as KFP writes it into a command."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return _positional(value)
    return _json(value).translate(_ESCAPED)


def whole_json(value: Any) -> str:
    """A JSON value in as few bytes as may be: the executor input, in which nothing is escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_size(value: Any) -> int:
    """Bytes of a JSON value as it stands in an executor input."""
    return len(whole_json(value).encode("utf-8", "surrogatepass"))


def _json(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{whole_json(str(name))}:{_json(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_json, value)) + "]"
    return _number(value) if isinstance(value, float) else whole_json(value)


def _number(value: float) -> str:
    if value == 0 or _SMALL <= abs(value) < _LARGE:
        return _positional(value)
    mantissa, _, exponent = repr(value).partition("e")
    power = int(exponent)
    return f"{mantissa.removesuffix('.0')}e{'-' if power < 0 else '+'}{abs(power)}"


def _positional(value: float) -> str:
    """The shortest digits that tell the number from all others, without an exponent."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
