"""Puts the values of inputs to the places in requests that their declarations name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.inputs import BadValue, Input
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.service_model.validate import Unresolved


def assemble(
    inputs: tuple[Input, ...], values: Mapping[str, Any], operations: tuple[str, ...]
) -> tuple[dict[str, dict[str, Any]], list[Violation]]:
    """One request per operation from the inputs that have a target; empty values, and None of ``encode``, leave no trace."""
    requests: dict[str, dict[str, Any]] = {operation: {} for operation in operations}
    problems = []
    for declared in inputs:
        value = values.get(declared.name)
        if is_empty(value):
            continue
        try:
            encoded = value if isinstance(value, Unresolved) else declared.encode(value)
        except BadValue as error:
            problems.append(Violation(declared.name, str(error), value=value if declared.shown else None))
            continue
        if encoded is None:
            continue
        for target in declared.targets:
            operation, *path = target.split(".")
            place(requests[operation], path, encoded)
    return requests, problems


def place(request: dict[str, Any], path: list[str], value: Any) -> None:
    """Set the member at ``path``, making the objects above it."""
    for name in path[:-1]:
        request = request.setdefault(name, {})
    request[path[-1]] = value


def says_nothing_about(extra: Any, path: str) -> bool:
    """Whether merging ``extra`` leaves the member at ``path`` (``ResourceConfig.InstanceType``) as it is."""
    current = extra
    for name in path.replace("[", ".[").split("."):
        if not isinstance(current, Mapping) or name not in current:
            return isinstance(current, Mapping)
        current = current[name]
    return False


def merged(request: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """``extra`` over ``request``: objects are merged at every depth, lists and texts replaced, null removes a member."""
    result = dict(request)
    for name, value in extra.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result
