"""Holds a request against the CRD of its kind: members that it lacks, those it requires, and types.

What the service model says about the request is in ``service_model.validate``; a CRD knows no limits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker.custom_resources.fields import Field, field_table
from kfp_sagemaker.service_model.validate import Finding, Severity, Unresolved

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (Mapping,),
    "map": (Mapping,),
    "array": (list, tuple),
    "string": (str,),
    "date-time": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def findings(kind: str, operation: str, request: Mapping[str, Any]) -> list[Finding]:
    """All that the custom resource of ``kind`` cannot say of ``request``, by path from ``operation``.

    Empty where there is nothing to refuse. A value that is known only when the pipeline runs fits everything.
    """
    table = field_table(kind)
    found = [Finding(f"{operation}.{member}", f"required by the custom resource {kind}", Severity.STRUCTURE)
             for member in table.required if request.get(member) is None]
    return [*found, *_walk(request, table.spec, operation, kind)]


def _walk(value: Any, known: Field, path: str, kind: str) -> Iterator[Finding]:
    if isinstance(value, Unresolved) or value is None:
        return
    fits = isinstance(value, _TYPES[known.type]) and (known.type == "boolean" or not isinstance(value, bool))
    if not fits:
        yield Finding(path, f"the custom resource {kind} has {known.type} here", Severity.STRUCTURE, value)
    elif known.type == "object":
        for member, item in value.items():
            if member not in known.members:
                yield Finding(f"{path}.{member}", lacks(kind), Severity.STRUCTURE, item)
            else:
                yield from _walk(item, known.members[member], f"{path}.{member}", kind)
    elif known.item is not None and known.type == "array":
        for index, item in enumerate(value):
            yield from _walk(item, known.item, f"{path}[{index}]", kind)
    elif known.item is not None:
        for key, item in value.items():
            yield from _walk(item, known.item, f"{path}.{key}", kind)


def lacks(kind: str) -> str:
    """The sentence for a member that the CRD of ``kind`` does not have."""
    return f"the custom resource {kind} of ACK's SageMaker controller {field_table(kind).controller} has no such field"
