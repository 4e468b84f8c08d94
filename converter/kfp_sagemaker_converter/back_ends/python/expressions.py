"""Values and conditions of the IR as Python expressions: constants, f-strings, comparisons, items of loops."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from kfp_sagemaker_converter.back_ends.python.names import CannotSay, is_name

#: Gives the Python expression of an input by its name.
Reference = Callable[[str], str]

_PLACEHOLDER = re.compile(r"\{\{\$\.inputs\.parameters\['([^']*)'\]\}\}")
_INVISIBLE = re.compile("[\x7f-\x9f\u2028\u2029]")
_SELECTOR = re.compile(r'parseJson\(string_value\)\["([^"]*)"\]\Z')
#: A constant of another type of number than what it is compared with.
_CONVERTED = re.compile(r"(?:int|double)\(([-+.\de]+)\)")
_INPUT = re.compile(r"(?:(?:int|double|bool)\()*inputs\.parameter_values\['([^']*)'\]\)*")
#: What tells that text with quotes in it is more than one operand.
_MORE = re.compile(r"&&|\|\||inputs\.")
_COMPARISON = re.compile(r"(.+?) (==|!=|>=|<=|>|<) (.+)", re.DOTALL)


def literal(value: Any, reference: Reference) -> str:
    """A constant; text in it that holds placeholders of inputs is an f-string, or the input itself."""
    if isinstance(value, str):
        return _text(value, reference)
    if isinstance(value, list):
        return f"[{', '.join(literal(item, reference) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{_text(str(key), reference)}: {literal(item, reference)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return number(value)


def number(value: Any) -> str:
    """A number, boolean or None: numbers of the IR are floats, ``3.0`` for 3."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return repr(value)


def typed(value: Any, parameter_type: str, reference: Reference) -> str:
    """A constant for an input of this type."""
    if parameter_type == "NUMBER_DOUBLE" and isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value))
    return literal(value, reference)


def quoted(text: str) -> str:
    """Text in double quotes. What editors take for a line break, and what is no Unicode, is escaped."""
    text = json.dumps(text, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def one_line(text: str) -> str:
    """Text for a comment."""
    return quoted(" ".join(text.split()))[1:-1].replace('\\"', '"')


def _text(text: str, reference: Reference) -> str:
    parts = _PLACEHOLDER.split(text)
    if len(parts) == 1:
        return quoted(text)
    made = []
    for position, part in enumerate(parts):
        if position % 2:
            made.append(f"{{{reference(part).replace(chr(34), chr(39))}}}")
        else:
            made.append(quoted(part)[1:-1].replace("{", "{{").replace("}", "}}"))
    return f'f"{"".join(made)}"'


def value_or_input(text: str, reference: Reference) -> str:
    """Text of a setting: the input itself when it is nothing but its placeholder."""
    match = _PLACEHOLDER.fullmatch(text)
    return reference(match.group(1)) if match else _text(text, reference)


def member(selector: str) -> str | None:
    """The key that a CEL selector takes out of a mapping; None where it is another selector."""
    match = _SELECTOR.match(selector)
    return match.group(1) if match else None


def selected(expression: str, selector: str) -> str:
    """A value of an item of a loop, by the CEL selector over it.

    Raises:
        CannotSay: it is another selector.
    """
    if not selector:
        return expression
    key = member(selector)
    if key is None:
        raise CannotSay(f"the selector {selector}")
    return f"{expression}.{key}" if is_name(key) else f"getattr({expression}, {quoted(key)})"


def comparison(condition: str, reference: Reference) -> str:
    """The Python comparison of a CEL condition.

    Raises:
        CannotSay: it is more than one comparison.
    """
    match = _COMPARISON.fullmatch(condition)
    if match is None:
        raise CannotSay(f"the condition {condition}")
    left, operator, right = match.groups()
    return f"{_operand(left, reference)} {operator} {_operand(right, reference)}"


def _operand(text: str, reference: Reference) -> str:
    match = _INPUT.fullmatch(text)
    if match is not None:
        return reference(match.group(1))
    if text in ("true", "false"):
        return text.capitalize()
    if (converted := _CONVERTED.fullmatch(text)) is not None:
        text = converted[1]
    # kfp puts text between quotes as it is, quotes in it too.
    if len(text) > 1 and text[0] == text[-1] == "'" and not ("'" in text[1:-1] and _MORE.search(text)):
        return quoted(text[1:-1])
    try:
        return number(json.loads(text)) if text[:1] != '"' else quoted(json.loads(text))
    except ValueError:
        raise CannotSay(f"{text} in a condition") from None


def branch(condition: str, before: list[str]) -> str | None:
    """The condition of one of several branches without the negations of those before it; None for the last, ``Else``.

    ``before`` are the conditions of the branches before it, without their negations.
    """
    negations = " && ".join(f"!({one})" for one in before)
    if condition == negations:
        return None
    return condition.removeprefix(f"{negations} && ") if negations else condition
