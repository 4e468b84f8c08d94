"""The rights in a cluster that steps on the ACK back end need: Role, RoleBinding and ServiceAccount.

What the controller may do in AWS is in ``iam``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kfp_sagemaker.custom_resources.fields import GROUP, field_table
from kfp_sagemaker.faces.face import Face

_READING = ("get", "list", "watch")
_MAKING = ("create", "patch", "delete")

#: The name of the Role and RoleBinding.
ROLE_NAME = "kfp-sagemaker"


def verbs(face: Face) -> tuple[str, ...]:
    """What a step of the component does to custom resources."""
    return (*_READING, "delete") if face.deletes else (*_READING, *_MAKING)


def plurals(face: Face) -> tuple[str, ...]:
    """Which custom resources it does that to, sorted."""
    return tuple(sorted({field_table(resource.kind).plural for resource in face.resources}))


def rbac(faces: Sequence[Face], *, namespace: str, service_account: str) -> list[dict[str, Any]]:
    """ServiceAccount, Role and RoleBinding for the pods of steps of ``faces``, as Kubernetes objects."""
    allowed: dict[str, set[str]] = {}
    for face in faces:
        for plural in plurals(face):
            allowed.setdefault(plural, set()).update(verbs(face))
    by_verbs: dict[tuple[str, ...], list[str]] = {}
    for plural in sorted(allowed):
        chosen = tuple(verb for verb in (*_READING, *_MAKING) if verb in allowed[plural])
        by_verbs.setdefault(chosen, []).append(plural)
    rules = [{"apiGroups": [GROUP], "resources": names, "verbs": list(chosen)} for chosen, names in by_verbs.items()]
    metadata = {"name": ROLE_NAME, "namespace": namespace}
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": service_account, "namespace": namespace}},
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": ROLE_NAME},
            "subjects": [{"kind": "ServiceAccount", "name": service_account, "namespace": namespace}],
        },
    ]
