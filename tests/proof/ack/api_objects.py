"""Custom resources as the API server of these tests keeps them, and its rules for what is applied to them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kfp_sagemaker.custom_resources.fields import API_VERSION, GROUP, FieldTable, field_table, kinds

TABLES = {field_table(kind).plural: field_table(kind) for kind in kinds()}
START = datetime(2026, 11, 1, tzinfo=UTC)
Object = dict[str, Any]


class Answer(Exception):
    """An answer that is no success, as the API server words it."""

    def __init__(self, code: int, reason: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                     "message": message, "details": details}


def forbidden(verb: str, plural: str) -> Answer:
    """What RBAC answers."""
    user = "system:serviceaccount:team-a:pipeline-runner"
    return Answer(403, "Forbidden", f'{plural}.{GROUP} "x" is forbidden: User "{user}" cannot {verb} resource "{plural}" in '
                  f'API group "{GROUP}" in the namespace "team-a"')


@dataclass
class Store:
    """What the server keeps across restarts.

    ``events`` are (resourceVersion, plural, event); ``oldest`` is where they begin.
    """

    objects: dict[tuple[str, str], Object] = field(default_factory=dict)
    events: list[tuple[int, str, Object]] = field(default_factory=list)
    version: int = 1000
    oldest: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def now(self) -> str:
        return (START + timedelta(seconds=self.version)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def write(self, plural: str, custom: Object, kind: str) -> Object:
        """Keep ``custom`` as a new version, and tell the watches."""
        with self.changed:
            self.version += 1
            custom["metadata"]["resourceVersion"] = str(self.version)
            key = (plural, custom["metadata"]["name"])
            if kind == "DELETED":
                self.objects.pop(key, None)
            else:
                self.objects[key] = custom
            self.events.append((self.version, plural, {"type": kind, "object": copy.deepcopy(custom)}))
            self.changed.notify_all()
        return custom


#: Where the last manifest of server-side apply is kept; it is not shown.
APPLIED = "applied"


def check(table: FieldTable, manifest: Mapping[str, Any]) -> None:
    untyped = f"failed to create typed patch object (team-a/x; {API_VERSION}, Kind={table.kind})"
    known = {inner.name: inner for inner in table.spec.members.values()}
    for name, value in manifest["spec"].items():
        if name not in known:
            raise Answer(500, "InternalError", f"{untyped}: .spec.{name}: field not declared in schema")
        if known[name].type == "string" and not isinstance(value, str):
            raise Answer(500, "InternalError", f"{untyped}: .spec.{name}: expected string, got {value}")
    lacking = [table.spec.members[member].name for member in table.required
               if table.spec.members[member].name not in manifest["spec"]]
    if lacking:
        causes = [{"reason": "FieldValueRequired", "message": "Required value", "field": f"spec.{name}"} for name in lacking]
        raise Answer(422, "Invalid", f'{table.kind}.{GROUP} "x" is invalid', causes=causes)


def merge_applied(custom: Object, last: Mapping[str, Any], manifest: Mapping[str, Any], part: str) -> None:
    """What was applied before and is not any more goes; what is applied now is there."""

    def of(whole: Mapping[str, Any]) -> Any:
        return (whole if part == "spec" else whole.get("metadata", {})).get(part, {})

    target = custom if part == "spec" else custom["metadata"]
    kept = {name: value for name, value in of(custom).items() if name in of(manifest) or name not in of(last)}
    merged = {**kept, **copy.deepcopy(of(manifest))}
    if merged or part in target:
        target[part] = merged


def own(custom: Object, manager: str, operation: str, subresource: str, now: str) -> None:
    entries = custom["metadata"].setdefault("managedFields", [])
    mine = {"manager": manager, "operation": operation, **({"subresource": subresource} if subresource else {})}
    entries[:] = [one for one in entries if {key: one[key] for key in mine if key in one} != mine
                  or bool(one.get("subresource")) != bool(subresource)]
    entries.append({**mine, "apiVersion": API_VERSION, "time": now, "fieldsType": "FieldsV1", "fieldsV1": {}})


def shown(custom: Mapping[str, Any]) -> Object:
    return {name: value for name, value in custom.items() if name != APPLIED}
