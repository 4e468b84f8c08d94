"""Access to botocore's SageMaker service model, loaded once for checks and clients alike.

What is checked against it is not here but in ``validate``, ``prune`` and ``differences``.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.loaders import create_loader
from botocore.model import ServiceModel

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import Shape
    from botocore.session import Session


@functools.cache
def _loader() -> Loader:
    return create_loader(os.environ.get("AWS_DATA_PATH"))


@functools.cache
def session() -> Session:
    """The one botocore session of the process. It has the loader of the checks, so that a client reads no model again."""
    # What only checks requests needs no client, and does not pay for importing what makes them.
    import botocore.session

    made = botocore.session.get_session()
    made.register_component("data_loader", _loader())
    return made


@functools.cache
def service() -> Any:
    """The SageMaker service model."""
    return ServiceModel(_loader().load_service_model("sagemaker", "service-2"), "sagemaker")


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
