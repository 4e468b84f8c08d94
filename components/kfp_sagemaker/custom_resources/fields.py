"""The field table of a kind: what its custom resource definition (CRD) has, by the names of the SageMaker API's members.

The tables are made by ``scripts/generate_ack_fields.py`` from the CRDs of one version of the controller, and loaded when a
kind is first asked for.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GROUP = "sagemaker.services.k8s.aws"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

_TABLES = Path(__file__).with_name("tables")


@dataclass(frozen=True)
class Field:
    """One field of a custom resource.

    ``name`` is the CRD's. ``type`` is object, array, map, string, integer, number, boolean or date-time (RFC 3339).
    ``members`` are those of an object by the API's names; ``item`` is what an array or map holds.
    """

    name: str
    type: str
    members: Mapping[str, Field] = field(default_factory=dict)
    item: Field | None = None


@dataclass(frozen=True)
class FieldTable:
    """The fields of a kind, for one version of the controller.

    ``spec`` and ``status`` are objects. ``required`` are the API members that the CRD requires of a spec. ``missing`` are
    paths (``InputDataConfig[].DataSource.DatasetSource``) that the API's create request has and the CRD lacks; ``added`` are
    fields of the spec that only an update of the API has. ``undescribed`` are members that Describe does not tell.
    """

    kind: str
    plural: str
    controller: str
    spec: Field
    status: Field
    required: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    undescribed: frozenset[str]


def kinds() -> tuple[str, ...]:
    """All kinds that there is a table of, sorted."""
    return tuple(sorted(path.stem for path in _TABLES.glob("*.json")))


@functools.cache
def field_table(kind: str) -> FieldTable:
    """The table of a kind such as ``TrainingJob``. Raises KeyError for one that the controller does not have."""
    path = _TABLES / f"{kind}.json"
    if not path.is_file():
        raise KeyError(kind)
    document = json.loads(path.read_bytes())
    return FieldTable(
        kind=document["kind"],
        plural=document["plural"],
        controller=document["controller"],
        spec=_object("spec", document["spec"]),
        status=_object("status", document["status"]),
        required=tuple(document["required"]),
        missing=tuple(document["missing"]),
        added=tuple(document["added"]),
        undescribed=frozenset(document["undescribed"]),
    )


def _object(name: str, members: Mapping[str, Any]) -> Field:
    return Field(name, "object", {member: _field(described) for member, described in members.items()})


def _field(described: Mapping[str, Any]) -> Field:
    name, kind = described.get("field", ""), described["type"]
    if kind == "object":
        return _object(name, described["members"])
    return Field(name, kind, item=_field(described["items"]) if "items" in described else None)
