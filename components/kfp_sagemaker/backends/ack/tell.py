"""From a verdict to what the engine is told: a description with its ``Standing``, or an error of ``errors``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.backends.ack.judge import Finding, Verdict
from kfp_sagemaker.errors import (
    AccessDenied,
    CapacityUnavailable,
    NameTaken,
    RemoteFailure,
    RequestRefused,
)
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG
from kfp_sagemaker.resources.resource import STANDING, Resource, Standing, State

_CONFIG_BEFORE = re.compile(r"latest EndpointConfigName is (?P<name>[\w-]+)")
_IDLE = """\
{kind} {name}: {text}, for longer than it may take. Reasons are:
  the ACK controller of SageMaker does not run (kubectl get pods --all-namespaces | grep sagemaker)
  it does not watch this namespace, this kind or these labels (its flags --watch-namespace, --reconcile-resources, \
--watch-selectors)
  it cannot reach AWS: AWS_CA_BUNDLE is set in its pod, or the account or region of the resource was changed
  it is busy with other resources (its flag --reconcile-default-max-concurrent-syncs; here, KFP_SAGEMAKER_CONTROLLER_TIMEOUT)
Its log tells which: custom resource {place}."""


def tell(
    resource: Resource, name: str, described: Mapping[str, Any], verdict: Verdict, *, older: bool, place: str
) -> Mapping[str, Any]:
    """``described`` with what the verdict adds to it. Raises StepError for what is not a state of the resource.

    ``older``: it was there before what the step asked for. ``place`` is the custom resource's namespace and name.
    """
    what = f"{resource.kind} {name}"
    if verdict.finding is Finding.SETTLED:
        state = resource.state(described)
        if older and state in (State.FAILED, State.STOPPED):
            return {**described, STANDING: Standing(state, resource.status_text(described), older=True)}
        return described
    if verdict.finding is Finding.WAIT:
        busy = resource.status_member is not None and resource.state(described) in (State.BUSY, State.UNKNOWN)
        if busy and not verdict.text and described.get(resource.status_member or ""):
            return described
        return {**described, STANDING: Standing(State.BUSY, verdict.text or "waiting for the controller")}
    if verdict.finding is Finding.DELETED:
        return {**described, "FailureReason": verdict.text, STANDING: Standing(State.FAILED, "deleted")}
    if verdict.finding is Finding.ROLLED_BACK:
        return _rolled_back(resource, described, verdict.text)
    if verdict.finding is Finding.TAKEN:
        raise NameTaken(f"{what} is there already in SageMaker, and custom resource {place} did not make it; choose another "
                        "name")
    if verdict.finding is Finding.IDLE:
        raise RemoteFailure(_IDLE.format(kind=resource.kind, name=name, text=verdict.text, place=place))
    if verdict.finding is Finding.DENIED:
        raise AccessDenied(f"{what}: access denied to the ACK controller; `kfp-sagemaker iam` prints the policy of its IAM "
                           f"role. {verdict.text}")
    if verdict.finding is Finding.CAPACITY:
        raise CapacityUnavailable(f"{what}: {verdict.text}")
    raise RequestRefused(f"{what} was refused: {verdict.text}")


def _rolled_back(resource: Resource, described: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """It runs with what it had before the update, while its spec says what was asked for."""
    reason = described.get("FailureReason") or text
    before = _CONFIG_BEFORE.search(text)
    member = ENDPOINT_CONFIG.name_member
    if before is None or not described.get(member):
        return {**described, "FailureReason": reason, STANDING: Standing(State.FAILED, "the update failed")}
    return {**described, member: before["name"], "FailureReason": reason}
