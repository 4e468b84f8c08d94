"""Of which custom resources the deletion would not stop the job, and what stops it then."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.backends.ack.stopping import LETS_GO_ON, hindrance, stop_command
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.custom_resources.manifest import to_manifest
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.labeling_job import LABELING_JOB
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.resource import Resource, State
from kfp_sagemaker.resources.training_job import TRAINING_JOB

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:labeling-job/pets"
FINALIZERS = {"finalizers": ["finalizers.sagemaker.services.k8s.aws/LabelingJob"]}
READ_ONLY = {"annotations": {"services.k8s.aws/read-only": "true"}}
REFUSED = [{"type": "ACK.Recoverable", "status": "True", "message": "ThrottlingException"}]
SYNCED = [{"type": "ACK.ResourceSynced", "status": "True"}]
JOBS = {resource.kind: resource for component in component_ids("v2") for resource in find_face(component).resources
        if resource.stop is not None}


def custom(resource: Resource, status: str = "", conditions: Any = None, **metadata: Any) -> dict[str, Any]:
    """A custom resource in that status, which SageMaker has unless the status is empty."""
    manifest = to_manifest(resource, {resource.name_member: "pets"}, name="pets", namespace="here", labels={}, annotations={})
    told: dict[str, Any] = {"conditions": conditions} if conditions else {}
    if status:
        field = field_table(resource.kind).status.members[resource.status_member or ""].name
        told |= {"ackResourceMetadata": {"arn": ARN, "region": "eu-west-1"}, field: status, "conditions": SYNCED}
    return {**manifest, "metadata": {**manifest["metadata"], **metadata}, "status": told}


@pytest.mark.parametrize(("there", "reason"), [
    (custom(LABELING_JOB, "Initializing", **FINALIZERS), "is Initializing"),
    (custom(LABELING_JOB, "InProgress", **FINALIZERS), None),
    (custom(LABELING_JOB, "Stopping", **FINALIZERS), None),
    (custom(LABELING_JOB, "Completed", **FINALIZERS), None),
    (custom(LABELING_JOB, "Initializing", **FINALIZERS, deletionTimestamp="2026-11-22T00:12:15Z"), None),
    (custom(LABELING_JOB), None),
    (custom(LABELING_JOB, **FINALIZERS), "is being made"),
    (custom(LABELING_JOB, conditions=REFUSED, **FINALIZERS), None),
    (custom(TRAINING_JOB, **FINALIZERS), None),
    (custom(TRAINING_JOB, "InProgress", **FINALIZERS), None),
    (custom(TRAINING_JOB, "InProgress", **READ_ONLY), "is read only"),
    (custom(TRAINING_JOB, "Completed", **READ_ONLY), None),
    (custom(TRAINING_JOB, **READ_ONLY), None),
    (custom(MODEL, **READ_ONLY), None),
], ids=["initializing", "in progress", "stopping", "ended", "deleted already", "no controller yet", "in its first look",
        "refused", "another kind in its first look", "another kind", "read only", "read only and ended",
        "read only and not looked at", "nothing to stop"])
def test_what_keeps_the_deletion_from_stopping_the_job(there: dict[str, Any], reason: str | None) -> None:
    found = hindrance(JOBS.get(there["kind"], MODEL), there)

    assert (found is None) if reason is None else (found is not None and reason in found.text)


def test_only_what_does_not_pass_by_itself_is_not_waited_for() -> None:
    initializing, read = custom(LABELING_JOB, "Initializing", **FINALIZERS), custom(TRAINING_JOB, "InProgress", **READ_ONLY)

    assert [found and found.passes for found in (hindrance(LABELING_JOB, initializing), hindrance(TRAINING_JOB, read))] == [
        True, False]


@pytest.mark.parametrize("kind", LETS_GO_ON)
def test_the_statuses_are_some_that_the_kind_is_busy_in(kind: str) -> None:
    busy = {status for status, state in JOBS[kind].statuses.items() if state is State.BUSY}

    assert LETS_GO_ON[kind] < busy


@pytest.mark.parametrize("kind", JOBS)
def test_every_kind_of_job_has_a_command_that_stops_it(kind: str) -> None:
    resource = JOBS[kind]
    busy = next(status for status, state in resource.statuses.items() if state is State.BUSY)

    command = stop_command(resource, custom(resource, busy))

    named = f"--pipeline-execution-arn {ARN}" if kind == "PipelineExecution" else "-name pets"
    assert command.startswith("aws sagemaker stop-")
    assert command.endswith(f"{named} --region eu-west-1")
