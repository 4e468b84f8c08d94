"""Inputs of components: their declaration, and the reading of what KFP or a person gives for them.

A value comes as the KFP type, or as the text that the components before these took (JSON, else YAML). What an input means
in a request is declared here (``target``) but carried out in ``assemble``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.structured_text import parse_text
from kfp_sagemaker.service_model.validate import Unresolved


class InputType(StrEnum):
    """The type names of component.yaml."""

    STRING = "String"
    INTEGER = "Integer"
    FLOAT = "Float"
    BOOL = "Bool"
    OBJECT = "JsonObject"
    ARRAY = "JsonArray"


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Input:
    """One input of a component.

    ``default`` is the text that component.yaml carries (None: required). ``target`` is where the value goes
    (``CreateModel.ModelName``), several when it goes to several requests, after ``encode``. ``choices`` are the only texts
    allowed; ``minimum`` the least number. ``when_empty`` is what an empty text means where the input is required. ``shown``
    False keeps the value out of messages. ``advanced`` sorts it behind the inputs that matter on its page.
    """

    name: str
    type: InputType
    description: str
    default: str | None = None
    target: str | tuple[str, ...] = ()
    encode: Callable[[Any], Any] = field(default=_as_it_is)
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    when_empty: str | None = None
    shown: bool = True
    advanced: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """Request members the value goes to, as paths from the operation."""
        return (self.target,) if isinstance(self.target, str) else self.target


class BadValue(ValueError):
    """A value that an input cannot take; the message says why."""


def read_inputs(inputs: tuple[Input, ...], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Violation]]:
    """Typed values of ``inputs`` out of ``raw``, defaults filled in, absent ones left out; and all that is wrong."""
    values: dict[str, Any] = {}
    names = [declared.name for declared in inputs]
    problems = [Violation(str(name), _no_such_input(str(name), names)) for name in raw if name not in names]
    for declared in inputs:
        given = raw.get(declared.name)
        try:
            value = read_value(declared, given)
            if value is None and declared.default is not None:
                value = read_value(declared, declared.default)
            elif value is None and given == "":
                value = declared.when_empty
        except BadValue as error:
            problems.append(Violation(declared.name, str(error), value=given if declared.shown else None))
            continue
        if value is not None:
            values[declared.name] = value
        elif declared.default is None:
            problems.append(Violation(declared.name, "required, and not given"))
    return values, problems


def _no_such_input(name: str, names: list[str]) -> str:
    import difflib  # Only for the message.

    alike = difflib.get_close_matches(name, names, n=3)
    return f"no such input; did you mean {' or '.join(alike)}?" if alike else f"no such input; there are {', '.join(names)}"


def read_value(declared: Input, given: Any) -> Any:
    """The value of one input; None when it is absent (nothing, or an empty text). Raises BadValue."""
    if given is None or isinstance(given, Unresolved):
        return given
    if given == "" and declared.type is not InputType.BOOL:
        return None
    value = _READERS[declared.type](given)
    if declared.choices and value not in declared.choices:
        raise BadValue(f"must be one of {', '.join(declared.choices)}")
    if declared.minimum is not None and value < declared.minimum:
        raise BadValue(f"the minimum is {declared.minimum}")
    return value


def _read_string(given: Any) -> str:
    if not isinstance(given, str):
        raise BadValue(f"expected text, got {_kind(given)}")
    _check_text(given)
    return given


def _read_number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise BadValue(f"expected a number, got {_kind(given)}")
    try:
        number = float(given) if not isinstance(given, int) else given
    except (ValueError, OverflowError):
        raise BadValue("expected a number, got text that is none") from None
    if isinstance(number, float) and not math.isfinite(number):
        raise BadValue("not a finite number")
    return number


def _read_integer(given: Any) -> int:
    if isinstance(given, str) and re.fullmatch(r"\s*[+-]?\d{1,19}\s*", given, re.ASCII):
        return int(given)
    number = _read_number(given)
    if isinstance(number, float) and not number.is_integer():
        raise BadValue("expected a whole number")
    if abs(number) > 2**63 - 1:
        raise BadValue(f"the maximum is {2**63 - 1}")
    return int(number)


_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})


def _read_bool(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower() if isinstance(given, str) or given in (0, 1) else None
    if word in ("0.0", "1.0"):
        word = word[0]
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadValue("expected true or false (also yes/no, on/off, 1/0)")


def _read_object(given: Any) -> dict[str, Any]:
    value = _structured(given)
    if value is not None and not isinstance(value, dict):
        raise BadValue(f"expected an object, got {_kind(value)}")
    return value or {}


def _read_array(given: Any) -> list[Any]:
    value = _structured(given)
    if value is not None and not isinstance(value, list):
        raise BadValue(f"expected a list, got {_kind(value)}")
    return value or []


_READERS: dict[InputType, Callable[[Any], Any]] = {
    InputType.STRING: _read_string,
    InputType.INTEGER: _read_integer,
    InputType.FLOAT: _read_number,
    InputType.BOOL: _read_bool,
    InputType.OBJECT: _read_object,
    InputType.ARRAY: _read_array,
}


def _structured(given: Any) -> Any:
    if not isinstance(given, str):
        return restored(given)
    try:
        value = parse_text(given)
    except ValueError as error:
        raise BadValue(str(error)) from None
    return restored(value)


_MOST_NODES = 200_000
_DEEPEST = 100


def restored(value: Any) -> Any:
    """``value`` with the integers that KFP's Struct turned into floats (6.0) made integers again, at every depth.

    Raises BadValue for what JSON cannot say: other types, keys that are not text, NaN, control characters other than tab
    and newlines, and for what no request could hold (200,000 nodes, 100 levels).
    """
    count = 0

    def walk(item: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if count > _MOST_NODES or depth > _DEEPEST:
            raise BadValue(f"too large: the maximum is {_MOST_NODES} values in {_DEEPEST} levels")
        if item is None or isinstance(item, bool | int | Unresolved):
            return item
        if isinstance(item, str):
            return _check_text(item)
        if isinstance(item, float):
            if not math.isfinite(item):
                raise BadValue("holds a number that is not finite")
            return int(item) if item.is_integer() and abs(item) < 2**63 else item
        if isinstance(item, list | tuple):
            return [walk(element, depth + 1) for element in item]
        if isinstance(item, Mapping):
            if not all(isinstance(key, str) for key in item):
                raise BadValue(f"holds a key that is not text: {next(k for k in item if not isinstance(k, str))!r}")
            return {_check_text(key): walk(element, depth + 1) for key, element in item.items()}
        raise BadValue(f"holds a {type(item).__name__}, which JSON does not have; put it in quotes")

    return walk(value, 0)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _check_text(text: str) -> str:
    found = _CONTROL.search(text)
    if found:
        raise BadValue(f"holds the control character U+{ord(found[0]):04X} at position {found.start()}")
    return text


def _kind(value: Any) -> str:
    names = {"str": "text", "dict": "an object", "list": "a list", "bool": "a truth value", "NoneType": "nothing"}
    return names.get(type(value).__name__, "a number" if isinstance(value, int | float) else type(value).__name__)
