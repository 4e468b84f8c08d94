"""Custom resources as one look at them finds them, and what the look means."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker.backends.ack.judge import History, Verdict, judge
from kfp_sagemaker.custom_resources.fields import kinds
from kfp_sagemaker.custom_resources.manifest import described
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Resource

RESOURCES = {resource.kind: resource for name in component_ids() for resource in find_face(name).resources
             if resource.kind in kinds()}
APPLIED, BEFORE, AFTER = "2026-11-22T00:12:15Z", "2026-11-22T00:12:14Z", "2026-11-22T00:12:16Z"
ARN = "arn:aws:sagemaker:us-west-2:123456789012:thing/it"


def condition(kind: str, status: str = "True", message: str = "") -> dict[str, str]:
    return {"type": f"ACK.{kind}", "status": status, "message": message}


SYNCED, NOT_SYNCED = condition("ResourceSynced"), condition("ResourceSynced", "False", "it is at work")


def custom(resource: Resource, status: str | None = None, *conditions: dict[str, str], **metadata: Any) -> dict[str, Any]:
    """A custom resource as the controller leaves it, which SageMaker has."""
    told: dict[str, Any] = {"ackResourceMetadata": {"arn": ARN}, "conditions": list(conditions)}
    if status is not None and resource.status_member:
        told[resource.status_member[0].lower() + resource.status_member[1:]] = status
    return {"metadata": {"name": "it", "namespace": "here", **metadata}, "spec": {}, "status": told}


def look(resource: Resource, there: dict[str, Any] | None, **history: Any) -> Verdict:
    return judge(resource, there, described(resource, there or {}), History(**history))
