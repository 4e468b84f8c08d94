"""From a request of the API to a custom resource, and from a custom resource back to what Describe would tell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kfp_sagemaker.custom_resources.fields import API_VERSION, Field, field_table
from kfp_sagemaker.resources.resource import Resource

#: Key of a description under which the object's status stands as it is. Members of the API begin with a capital letter.
STATUS = "status"

#: An object's name is a DNS subdomain, https://kubernetes.io/docs/concepts/overview/working-with-objects/names/.
_MOST_CHARACTERS = 253
_HASH_CHARACTERS = 8


def to_manifest(
    resource: Resource,
    request: Mapping[str, Any],
    *,
    name: str,
    namespace: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> dict[str, Any]:
    """The custom resource that asks for what ``request`` (of the kind's create operation) asks for.

    ``name`` is SageMaker's name; the object's is ``object_name`` of it. No ``namespace`` (empty): whoever applies it says.
    Raises ValueError for members that the CRD lacks: what
    ``check.findings`` finds has to be refused before.
    """
    metadata: dict[str, Any] = {"name": object_name(name)}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = dict(labels)
    if annotations:
        metadata["annotations"] = dict(annotations)
    spec = _to_fields(request, field_table(resource.kind).spec, resource.kind)
    return {"apiVersion": API_VERSION, "kind": resource.kind, "metadata": metadata, "spec": spec}


def object_name(name: str) -> str:
    """The RFC 1123 name of the object that stands for what SageMaker calls ``name``.

    SageMaker's names are unique without regard to case, so that the lower case says as much. A name with other characters than
    Kubernetes allows gets a hash, lest two names become one.
    """
    lower = name.lower()
    if re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", lower) and len(lower) <= _MOST_CHARACTERS:
        return lower
    digest = hashlib.sha256(lower.encode()).hexdigest()[:_HASH_CHARACTERS]
    readable = re.sub(r"[^a-z0-9]+", "-", lower)[: _MOST_CHARACTERS - _HASH_CHARACTERS - 1].strip("-")
    return f"{readable}-{digest}" if readable else f"x-{digest}"


def described(resource: Resource, custom_object: Mapping[str, Any]) -> dict[str, Any]:
    """What Describe would tell of the resource that ``custom_object`` stands for, as far as the controller wrote it down.

    Spec (what was asked for, with the service's defaults where the controller fetched them) and status, by the API's member
    names; the ARN under ``resource.arn_member``; times as datetime. The status as it stands in the object (conditions too) is
    under ``STATUS``; before the controller's first look it is empty. Where the controller does not tell when SageMaker began,
    that is when the object was made.
    """
    table = field_table(resource.kind)
    status = custom_object.get("status") or {}
    told: dict[str, Any] = {
        member: value
        for member, value in _to_members(custom_object.get("spec") or {}, table.spec).items()
        if member not in table.undescribed
    }
    told.update(_to_members(status, table.status))
    arn = (status.get("ackResourceMetadata") or {}).get("arn")
    if arn:
        told[resource.arn_member] = arn
    made = (custom_object.get("metadata") or {}).get("creationTimestamp")
    if made and resource.started_member not in told:
        told[resource.started_member] = datetime.fromisoformat(made)
    return {**told, STATUS: dict(status)}


def _to_fields(value: Any, known: Field, path: str) -> Any:
    if known.type == "object" and isinstance(value, Mapping):
        lacking = [member for member in value if member not in known.members]
        if lacking:
            raise ValueError(f"{path}: the custom resource has no field for {', '.join(lacking)}")
        return {known.members[member].name: _to_fields(item, known.members[member], f"{path}.{member}")
                for member, item in value.items() if item is not None}
    if known.item is not None and known.type == "array" and isinstance(value, list | tuple):
        return [_to_fields(item, known.item, f"{path}[]") for item in value]
    if known.item is not None and known.type == "map" and isinstance(value, Mapping):
        return {key: _to_fields(item, known.item, f"{path}.{key}") for key, item in value.items()}
    return value


def _to_members(value: Any, known: Field) -> Any:
    """``value`` by the API's names. What the table does not know is of the controller, not of the API, and left out."""
    if known.type == "object" and isinstance(value, Mapping):
        return {member: _to_members(value[inner.name], inner)
                for member, inner in known.members.items() if value.get(inner.name) is not None}
    if known.item is not None and known.type == "array" and isinstance(value, list):
        return [_to_members(item, known.item) for item in value]
    if known.item is not None and known.type == "map" and isinstance(value, Mapping):
        return {key: _to_members(item, known.item) for key, item in value.items()}
    if known.type == "date-time" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
