"""The JSONPath subset of DataProcessing's filters.

Source: Developer Guide, "Associate Prediction Results with Input Records", "Supported JSONPath Operators": ``$``,
``.name``, ``*``, ``['name','name']``, ``[0,2]``, ``[1:3]``. What the page does not list is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

OPERATORS = "$, .name, .*, [*], ['name'], ['name','name'], [0], [0,2], [1:3]"

NAME = r"(?:'[^']*'|\"[^\"]*\")"
STEP = re.compile(
    rf"""(?P<all>\.\*|\.?\[\s*\*\s*\])
    |\.(?P<name>[^\s.\[\]'"*:,$()?@]+)
    |\.?\[\s*(?P<names>{NAME}(?:\s*,\s*{NAME})*)\s*\]
    |\.?\[\s*(?P<indexes>-?\d+(?:\s*,\s*-?\d+)*)\s*\]
    |\.?\[\s*(?P<start>-?\d*)\s*:\s*(?P<end>-?\d*)\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Step:
    """One operator. ``take`` gives what it selects of a value; ``many`` if the outcome is a list of what is found."""

    take: Callable[[Any], list[Any]]
    many: bool = False


@dataclass(frozen=True)
class JsonPath:
    """A parsed expression."""

    text: str
    steps: tuple[Step, ...]

    @property
    def is_root(self) -> bool:
        """Whether it selects everything."""
        return not self.steps

    def select(self, value: Any) -> Any:
        """What it selects of ``value``: one value, or a list after ``*``, several indexes or a slice.

        Raises ValueError when a name or an index is not there.
        """
        found = [value]
        try:
            for step in self.steps:
                found = [part for each in found for part in step.take(each)]
        except (KeyError, IndexError, TypeError) as error:
            reason = f"{error.args[0]!r} is not there" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"{self.text} selects what the record has not: {reason}") from error
        return found if any(step.many for step in self.steps) else found[0]


def parse_json_path(text: str) -> JsonPath:
    """Raises ValueError for anything but the operators above. Empty text is ``$``."""
    expression = text.strip() or "$"
    position, steps = 1, []
    while expression[0] == "$" and position < len(expression):
        found = STEP.match(expression, position)
        if found is None:
            break
        steps.append(_step(found))
        position = found.end()
    if expression[0] != "$" or position < len(expression):
        raise ValueError(f"{text!r} is not a JSONPath that batch transform supports; its operators are {OPERATORS}")
    return JsonPath(expression, tuple(steps))


def _step(found: re.Match[str]) -> Step:
    if found["all"]:
        return Step(lambda value: list(value.values() if isinstance(value, dict) else _array(value)), many=True)
    if found["name"] is not None:
        return _names([found["name"]])
    if found["names"]:
        return _names([name[1:-1] for name in re.findall(NAME, found["names"])])
    if found["indexes"]:
        indexes = [int(index) for index in found["indexes"].split(",")]
        return Step(lambda value: [_array(value)[index] for index in indexes], many=len(indexes) > 1)
    part = slice(*(int(found[end]) if found[end] else None for end in ("start", "end")))
    return Step(lambda value: _array(value)[part], many=True)


def _names(names: list[str]) -> Step:
    """One name gives its value, several give an object."""
    if len(names) == 1:
        return Step(lambda value: [_object(value)[names[0]]])
    return Step(lambda value: [{name: _object(value)[name] for name in names}])


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a name needs a JSON object")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("an index needs a JSON array or a CSV row")
    return value
