"""What may be said about a request by its shape alone: what in it is absent, and how it differs from what exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker.errors import shorten
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.service_model.model import input_shape, output_shape
from kfp_sagemaker.service_model.validate import Unresolved

#: Members whose values never go into a message: environment variables may hold secrets.
_CONFIDENTIAL = ("Environment",)


def is_confidential(path: str) -> bool:
    """Whether what stands at ``path`` (``PrimaryContainer.Environment.TOKEN``) must not be shown."""
    return any(f".{name}" in f".{path}" for name in _CONFIDENTIAL)


def without_absent_members(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """``request`` without optional members that are None or an empty text, at every depth.

    An empty value in a map (an environment variable) or list (an argument) is a value and stays.
    """
    pruned: dict[str, Any] = _pruned(request, input_shape(operation))
    return pruned


def _pruned(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        kept = {}
        for name, item in value.items():
            member = shape.members.get(name)
            if (item is None or item == "") and name not in shape.required_members:
                continue
            kept[name] = item if member is None else _pruned(item, member)
        return kept
    if shape.type_name == "list" and isinstance(value, list):
        return [_pruned(item, shape.member) for item in value]
    return value


def differences(
    describe_operation: str, request: Mapping[str, Any], existing: Mapping[str, Any], never_defaulted: tuple[str, ...] = (),
    described_member: str | None = None,
) -> list[str]:
    """Where ``existing`` (a Describe response) is not what ``request`` asks for, as sentences naming member and values.

    Members that Describe does not return (tags) cannot be compared. Members that the request leaves open may hold
    anything, since the service fills in defaults; except those in ``never_defaulted`` (paths), which it never fills in.
    ``existing`` is what stands under ``described_member``, for a Describe that nests everything there.
    """
    shape: Any = output_shape(describe_operation)
    shape = shape.members[described_member] if described_member else shape
    found: list[str] = []
    for name, wanted in request.items():
        if name in shape.members and not is_empty(wanted):
            found += _differences(name, wanted, existing.get(name))
    for path in never_defaulted:
        there = _at(existing, path)
        if is_empty(_at(request, path)) and not is_empty(there):
            found.append(_sentence(path, there, None))
    return found


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _differences(path: str, wanted: Any, there: Any) -> Iterator[str]:
    if isinstance(wanted, Unresolved):
        return
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        for name, item in wanted.items():
            if not is_empty(item):
                yield from _differences(f"{path}.{name}", item, there.get(name))
    elif isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        for index, item in enumerate(wanted):
            yield from _differences(f"{path}[{index}]", item, there[index])
    elif isinstance(wanted, int | float) and isinstance(there, int | float) and not isinstance(wanted, bool):
        # A DescribeX response may hold 1.0 where 1 was sent.
        if float(wanted) != float(there):
            yield _sentence(path, there, wanted)
    elif wanted != there:
        yield _sentence(path, there, wanted)


def _sentence(path: str, there: Any, wanted: Any) -> str:
    if is_confidential(path):
        return f"{path}: differs (values are not shown)"
    return f"{path}: there {shorten(there)}, here {'none' if wanted is None else shorten(wanted)}"
