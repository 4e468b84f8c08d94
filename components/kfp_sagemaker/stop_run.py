"""Stops the jobs of a pipeline run from outside its pods: what a SIGTERM missed.

Jobs are found by the tag that every created resource carries, through the Resource Groups Tagging API; custom resources
(components of v2) by their label, in the cluster. Records and endpoints are listed but left: stopping a run does not mean to
take down what it deployed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import NoCredentialsError, PartialCredentialsError

from kfp_sagemaker.backends.boto3.backend import NO_CREDENTIALS, Boto3Backend
from kfp_sagemaker.backends.boto3.clients import Clients
from kfp_sagemaker.backends.boto3.translate import translate
from kfp_sagemaker.errors import AlreadyFinished, NotFound, RequestRefused, StepError
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Resource, State

if TYPE_CHECKING:
    from kfp_sagemaker.backends.ack.api import Api
    from kfp_sagemaker.backends.ack.cluster import Cluster

RUN_TAG = "kfp:run-id"


@dataclass(frozen=True)
class Outcome:
    """What became of one resource: ``stopped``, ``already ended``, ``left`` or ``failed`` (with the reason).

    ``arn`` is of a custom resource its plural, namespace and name (``trainingjobs team-a/train``).
    """

    arn: str
    result: str
    detail: str = ""


def stop_run(run_id: str, settings: StepSettings, *, dry_run: bool = False) -> Iterator[Outcome]:
    """Stop every job tagged with ``run_id`` that still runs; one outcome per tagged resource.

    Raises StepError when the run's resources cannot be found out.
    """
    kinds = _kinds()
    backend = Boto3Backend(settings)
    for arn in _tagged(run_id, settings, sorted(kinds)):
        kind, _, name = arn.split(":", 5)[5].partition("/")
        resource = kinds.get(kind)
        if resource is None or resource.stop is None:
            yield Outcome(arn, "left", "not a job")
            continue
        yield _stop(backend, resource, name, arn, dry_run)


def delete_custom_resources(
    run_id: str, namespace: str, *, dry_run: bool = False, cluster: Cluster | None = None
) -> Iterator[Outcome]:
    """Delete every custom resource of ``run_id`` in ``namespace`` whose job still runs, or that nobody has made anything of.

    One outcome per custom resource of the run. ``cluster`` is found when it is not given. Raises StepError when the run's
    custom resources cannot be found out.
    """
    # Most runs have none, and a process that asks SageMaker needs nothing of this.
    from kfp_sagemaker.backends.ack.api import Api
    from kfp_sagemaker.backends.ack.cluster import find_cluster
    from kfp_sagemaker.backends.ack.labels import RUN_ID, label_value
    from kfp_sagemaker.backends.ack.translate import KindUnknown
    from kfp_sagemaker.custom_resources.fields import field_table

    api = Api(cluster or find_cluster())
    resources = {find_face(component).resource.kind: find_face(component).resource for component in component_ids("v2")}
    for kind, resource in resources.items():
        plural = field_table(kind).plural
        try:
            found = api.list_labeled(plural, namespace, f"{RUN_ID}={label_value(run_id)}")
        except KindUnknown:
            continue  # The controller of this cluster is older than the kind.
        for custom in found:
            yield _delete(api, resource, plural, custom, dry_run)


def _delete(api: Api, resource: Resource, plural: str, custom: dict[str, Any], dry_run: bool) -> Outcome:
    from kfp_sagemaker.backends.ack.judge import is_made
    from kfp_sagemaker.backends.ack.stopping import delete
    from kfp_sagemaker.backends.ack.track import DELETION_POLICY
    from kfp_sagemaker.custom_resources.manifest import described

    namespace, name = custom["metadata"]["namespace"], custom["metadata"]["name"]
    what = f"{plural} {namespace}/{name}"
    told = described(resource, custom)
    if is_made(custom) and resource.stop is None:
        return Outcome(what, "left", "not a job")
    if is_made(custom) and resource.state(told) not in (State.BUSY, State.UNKNOWN):
        return Outcome(what, "already ended", resource.status_text(told))
    if dry_run:
        return Outcome(what, "would be stopped", resource.status_text(told))
    try:
        if DELETION_POLICY in custom["metadata"].get("annotations", {}):
            api.merge(plural, namespace, name, {"metadata": {"annotations": {DELETION_POLICY: None}}})
        delete(api, resource, namespace, name, custom)
    except NotFound:
        return Outcome(what, "already ended", "gone")
    except AlreadyFinished:
        return Outcome(what, "already ended")
    except StepError as error:
        return Outcome(what, "failed", str(error))
    return Outcome(what, "stopped")


def _stop(backend: Boto3Backend, resource: Resource, name: str, arn: str, dry_run: bool) -> Outcome:
    try:
        described = backend.describe(resource, name)
        if described is None or resource.state(described) not in (State.BUSY, State.UNKNOWN):
            return Outcome(arn, "already ended", resource.status_text(described) if described else "gone")
        if dry_run:
            return Outcome(arn, "would be stopped", resource.status_text(described))
        backend.stop(resource, name)
    except AlreadyFinished:
        return Outcome(arn, "already ended")
    except StepError as error:
        return Outcome(arn, "failed", str(error))
    return Outcome(arn, "stopped")


def _tagged(run_id: str, settings: StepSettings, types: list[str]) -> Iterator[str]:
    client = Clients(settings).client("resourcegroupstaggingapi")
    arguments = {
        "TagFilters": [{"Key": RUN_TAG, "Values": [run_id]}],
        "ResourceTypeFilters": [f"sagemaker:{kind}" for kind in types],
    }
    while True:
        try:
            page = client.get_resources(**arguments)
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise RequestRefused(NO_CREDENTIALS.format(error)) from error
        except Exception as error:
            raise translate(error, "GetResources", f"the resources of run {run_id}", service="tag") from error
        for mapping in page.get("ResourceTagMappingList", []):
            yield str(mapping["ResourceARN"])
        if not page.get("PaginationToken"):
            return
        arguments["PaginationToken"] = page["PaginationToken"]


def _kinds() -> dict[str, Resource]:
    """Every kind of resource that carries tags of a run, by the type in its ARN; custom resources lead to the same kinds."""
    faces = [find_face(component) for component in component_ids("v1")]
    return {resource.arn_type: resource for face in faces for resource in face.resources}
