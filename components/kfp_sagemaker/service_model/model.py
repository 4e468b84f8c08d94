"""Access to botocore's SageMaker service model, loaded once for checks and clients alike.

What is checked against it is not here but in ``validate``, ``prune`` and ``differences``.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import xform_name

if TYPE_CHECKING:
    from botocore.model import Shape


@functools.cache
def session() -> botocore.session.Session:
    """The one botocore session of the process. Its loader keeps the 5 MB model, so that a client does not read it again."""
    return botocore.session.get_session()


@functools.cache
def service() -> Any:
    """The SageMaker service model."""
    return session().get_service_model("sagemaker")


def snake_case(member: str) -> str:
    """A member or kind as Python and KFP name it: ``JobDefinitionName`` becomes ``job_definition_name``."""
    return str(xform_name(member))


def input_shape(operation: str) -> Shape:
    """Shape of an operation's request. Raises botocore's OperationNotFoundError for a name the model lacks."""
    shape: Shape = service().operation_model(operation).input_shape
    return shape


def output_shape(operation: str) -> Shape:
    """Shape of an operation's response."""
    shape: Shape = service().operation_model(operation).output_shape
    return shape


def enum_of(operation: str, member: str) -> tuple[str, ...]:
    """The values that the model knows for a top-level member of an operation's response, such as a status."""
    return tuple(output_shape(operation).members[member].enum)  # type: ignore[attr-defined]
