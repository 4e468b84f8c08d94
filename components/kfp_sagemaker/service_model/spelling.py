"""Names of members by their letters and digits: ``roleARN``, ``roleArn`` and ``role_arn`` all are the API's ``RoleArn``.

Custom resources and the API spell the same members differently, and who writes a request may know either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SpelledTwice(ValueError):
    """Two names in one object that mean the same member."""


def letters_and_digits(name: str) -> str:
    """What all spellings of a name have in common."""
    return "".join(character for character in name.lower() if character.isalnum())


def api_spelling(value: Any, shape: Any) -> Any:
    """``value`` with the API's names for the members of structures, at every depth; keys of maps stay as they are.

    What is no member stays too, for ``validate`` to find. Raises SpelledTwice.
    """
    if shape.type_name == "structure" and isinstance(value, Mapping):
        by_letters = {letters_and_digits(member): member for member in shape.members}
        found: dict[str, Any] = {}
        for name, item in value.items():
            member = name if name in shape.members else str(by_letters.get(letters_and_digits(str(name)), name))
            if member in found:
                raise SpelledTwice(f"{member} is given twice, once as {name}")
            found[member] = api_spelling(item, shape.members[member]) if member in shape.members else item
        return found
    if shape.type_name == "list" and isinstance(value, list):
        return [api_spelling(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {key: api_spelling(item, shape.value) for key, item in value.items()}
    return value
