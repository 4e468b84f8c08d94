"""botocore's service models: operations, shapes, and the cutting of a value to what an output shape has.

Checks of a request are in validation.py.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape


@functools.cache
def service_model(service: str) -> ServiceModel:
    """The model of a service by its botocore name, e.g. ``sagemaker`` (botocore is imported here: 0.2 s)."""
    import botocore.session

    return botocore.session.get_session().get_service_model(service)


def has_operation(service: str, operation: str) -> bool:
    """Whether the installed botocore knows the operation."""
    return operation in service_model(service).operation_names


@functools.cache
def operation_model(service: str, operation: str) -> OperationModel:
    """Raises botocore's OperationNotFoundError for one that the installed botocore does not know."""
    return service_model(service).operation_model(operation)


def known_members(value: Any, shape: Shape | None) -> Any:
    """What of ``value`` a client of this model can see: members that the shape lacks are cut, None counts as absent."""
    if shape is None:
        return {}
    if shape.type_name == "structure":
        members: Mapping[str, Shape] = shape.members  # type: ignore[attr-defined]
        return {
            name: known_members(value[name], member) for name, member in members.items() if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [known_members(item, shape.member) for item in value]  # type: ignore[attr-defined]
    if shape.type_name == "map":
        return {key: known_members(item, shape.value) for key, item in value.items()}  # type: ignore[attr-defined]
    return value
