"""Between a custom resource's fields and the API's members: the same letters and digits, whatever the case.

Written apart from the product's field tables, which it is there to test.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any


@functools.cache
def letters_and_digits(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def to_api(value: Any, schema: Mapping[str, Any], shape: Any) -> Any:
    """A custom resource's value as the API's, by the CRD's schema and the API's shape."""
    if value is None:
        return None
    if shape.type_name == "structure":
        members = {letters_and_digits(name): name for name in shape.members}
        return {members[letters_and_digits(name)]: to_api(
            item, schema["properties"][name], shape.members[members[letters_and_digits(name)]])
            for name, item in value.items() if letters_and_digits(name) in members}
    if shape.type_name == "list":
        return [to_api(item, schema["items"], shape.member) for item in value]
    if shape.type_name == "map":
        return {key: to_api(item, schema["additionalProperties"], shape.value) for key, item in value.items()}
    return value


def to_custom_resource(value: Any, schema: Mapping[str, Any], shape: Any) -> Any:
    """An API's value as a custom resource's: what the CRD has of it."""
    if shape.type_name == "structure":
        members = {letters_and_digits(name): name for name in shape.members}
        shown = {}
        for name, part in schema.get("properties", {}).items():
            member = members.get(letters_and_digits(name))
            if member is not None and value.get(member) is not None:
                shown[name] = to_custom_resource(value[member], part, shape.members[member])
        return shown
    if shape.type_name == "list":
        return [to_custom_resource(item, schema["items"], shape.member) for item in value]
    if shape.type_name == "map":
        return {key: to_custom_resource(item, schema["additionalProperties"], shape.value) for key, item in value.items()}
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
