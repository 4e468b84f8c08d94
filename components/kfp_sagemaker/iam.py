"""The IAM policies that steps need, derived from what components declare.

A policy is for the role of the pod (or for the one given as ``assume_role``), not for the role that a job runs as; on the ACK
back end it is for the role of the controller. Of S3 it has only the listing of outputs: data is read and written by the jobs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from botocore.exceptions import UnknownRegionError

from kfp_sagemaker.container_step.layout import OUTPUT_FOLDER, OWN_FOLDER
from kfp_sagemaker.ecr import IN_ECR
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.face import BackEnd, Face
from kfp_sagemaker.resources.resource import Life, Resource
from kfp_sagemaker.service_model.model import session

#: What SageMaker asks for when a request has tags, https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html.
_TAG_ACTION = "sagemaker:AddTags"
#: What the controller asks for when it reads a resource back.
_CONTROLLERS_TAG_ACTIONS = (_TAG_ACTION, "sagemaker:DeleteTags", "sagemaker:ListTags")
_LOG_ACTIONS = ("logs:DescribeLogStreams", "logs:GetLogEvents")
#: Other resources that actions on a resource need a right on, https://docs.aws.amazon.com/service-authorization/latest/reference/.
_CALLED_ON_TOO = {
    "endpoint": ("endpoint-config",),
    "inference-component": ("endpoint",),
    "model-package": ("model-package-group",),
}
#: Folders with what a step may delete, in the wildcards of policies: a run's (by its id), one below a staging URI (by the
#: identity of the step), and this library's own.
_LEFT_IN = ("-".join("?" * count for count in (8, 4, 4, 4, 12)), "?" * 32, f"{OWN_FOLDER}/{OUTPUT_FOLDER}")
_PASS_ROLE = "iam:PassRole"
#: What reads and writes S3 with a key, and lets instances have a volume with it.
_KEY_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
#: The service principal is the same in all partitions.
_SAGEMAKER_PRINCIPAL = "sagemaker.amazonaws.com"


def actions(face: Face) -> tuple[str, ...]:
    """All actions that a step of the component may call, sorted; without those of ``capacity_actions``.

    On the ACK back end: that the controller may call for it.
    """
    found = {action for resource in face.resources for action in _sagemaker_actions(face, resource)}
    if _passes_role(face):
        found.add(_PASS_ROLE)
    if face.backend is BackEnd.ACK:
        return tuple(sorted(found))
    if _log_groups(face):
        found.update(_LOG_ACTIONS)
    found.update(face.reads)
    return tuple(sorted(found))


def capacity_actions(face: Face) -> tuple[str, ...]:
    """What a step with input ``wait_for_capacity`` calls besides: a service that could not be created keeps its name."""
    services = () if face.deletes else [resource for resource in face.resources if resource.life is Life.SERVICE]
    return tuple(f"sagemaker:{resource.delete}" for resource in services)


def policy(
    faces: Sequence[Face],
    *,
    partition: str = "aws",
    region: str = "*",
    account: str = "*",
    roles: Sequence[str] = (),
    assumed_roles: Sequence[str] = (),
    stop: bool = False,
    wait_for_capacity: bool = False,
    buckets: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The least policy document for steps of ``faces``, as JSON.

    ``roles`` are the ARNs of the roles that jobs and models run as (none: all of the account). ``assumed_roles`` are those
    given as input ``assume_role``: the rest of the policy then belongs to them. ``stop`` adds what
    ``kfp-sagemaker stop --run`` calls, ``wait_for_capacity`` what steps with that input do. ``buckets`` are
    those of the pipeline root and of imported artifacts, in which moved steps list inputs and write what their jobs start from
    (None: there are no moved steps; empty: all buckets). A region or account of ``*`` means all.
    """
    statements = [
        _statement(f"{resource.kind}s", chosen, [
            f"arn:{partition}:sagemaker:{region}:{account}:{arn_type}/*"
            for arn_type in (resource.arn_type, *_CALLED_ON_TOO.get(resource.arn_type, ()))])
        for resource, chosen in _by_resource(faces, stop, wait_for_capacity)
    ]
    if any(_passes_role(face) for face in faces):
        statement = _statement("PassRole", [_PASS_ROLE], roles or [f"arn:{partition}:iam::{account}:role/*"])
        statements.append({**statement, "Condition": {"StringEquals": {"iam:PassedToService": _SAGEMAKER_PRINCIPAL}}})
    statements += _read_statements([face for face in faces if face.backend is BackEnd.BOTO3], partition, region, account)
    if buckets is not None:
        statements += _object_statements(buckets, partition)
        left = [f"arn:{partition}:s3:::{bucket}/*/{folder}/*" for bucket in buckets or ["*"] for folder in _LEFT_IN]
        statements.append(_statement("DeleteWhatAttemptsLeft", ["s3:DeleteObject"], left))
    if assumed_roles:
        statements.append(_statement("AssumeRole", ["sts:AssumeRole"], assumed_roles))
    if stop:
        # It knows no resources, https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonresourcegrouptaggingapi.html.
        statements.append(_statement("FindByTag", ["tag:GetResources"], ["*"]))
    return {"Version": "2012-10-17", "Statement": statements}


def job_policy(
    *,
    partition: str = "aws",
    region: str = "*",
    account: str = "*",
    buckets: Sequence[str] = (),
    secrets: Sequence[str] = (),
    registry_functions: Sequence[str] = (),
    images: Sequence[str] = (),
) -> dict[str, Any]:
    """A policy document for the role that jobs of moved steps run as: data, images, logs and metrics, as JSON.

    ``secrets`` are ARNs of secrets that such jobs read, with or without the suffix that AWS gives them; ``registry_functions``
    those of Lambda functions with the credentials of private registries. ``images`` are those of the jobs; where one is not in
    ECR, or there are none, all repositories of the account may be read. Jobs in a VPC need more:
    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html.
    """
    all_repositories = [f"arn:{partition}:ecr:{region}:{account}:repository/*"]
    group = f"arn:{partition}:logs:{region}:{account}:log-group:/aws/sagemaker/*"
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    log = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    statements = [
        *_object_statements(buckets, partition),
        _statement("PullImages", pull, _repositories(images, partition) or all_repositories),
        # These two know no resources.
        _statement("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
        _statement("PutMetrics", ["cloudwatch:PutMetricData"], ["*"]),
        _statement("WriteLogs", log, [group]),
    ]
    if secrets:
        statements.append(_statement("ReadSecrets", ["secretsmanager:GetSecretValue"],
                                     [name for arn in secrets for name in (arn, f"{arn}-??????")]))
    if registry_functions:
        statements.append(_statement("AskForRegistryCredentials", ["lambda:InvokeFunction"], registry_functions))
    return {"Version": "2012-10-17", "Statement": statements}


def key_statements(
    keys: Iterable[str], *, partition: str = "aws", region: str = "*", account: str = "*"
) -> list[dict[str, Any]]:
    """Statements for the KMS keys that jobs encrypt volumes and outputs with; none without keys.

    ``keys`` are ids, ARNs, names of aliases (``alias/team``) or their ARNs. The role that jobs run as needs them, and that of
    pods, which copy what training jobs leave.
    """
    named = [key if key.startswith("arn:") else f"arn:{partition}:kms:{region}:{account}:{key}" if key.startswith("alias/")
             else f"arn:{partition}:kms:{region}:{account}:key/{key}" for key in sorted(set(keys))]
    by_arn = [arn for arn in named if ":alias/" not in arn]
    statements = [_statement("UseKeys", _KEY_ACTIONS, by_arn)] if by_arn else []
    # An alias is no resource of these actions, https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html.
    aliases = [arn for arn in named if arn not in by_arn]
    if aliases:
        places = sorted({f"{arn.rpartition(':')[0]}:key/*" for arn in aliases})
        names = [arn.rpartition(":")[2] for arn in aliases]
        statements.append({**_statement("UseKeysByAlias", _KEY_ACTIONS, places),
                           "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names}}})
    return statements


def _repositories(images: Iterable[str], partition: str) -> list[str]:
    """ARNs of the images' repositories; none when an image is not in ECR."""
    found = [IN_ECR.match(image) for image in images]
    return sorted({f"arn:{partition}:ecr:{one['region']}:{one['account']}:repository/{one['name']}" for one in found if one}
                  if all(found) else [])


def _object_statements(buckets: Sequence[str], partition: str) -> list[dict[str, Any]]:
    chosen = buckets or ["*"]
    return [
        _statement("Objects", ["s3:GetObject", "s3:PutObject"], [f"arn:{partition}:s3:::{bucket}/*" for bucket in chosen]),
        _statement("ListBuckets", ["s3:ListBucket"], [f"arn:{partition}:s3:::{bucket}" for bucket in chosen]),
    ]


def reads_policy(
    faces: Sequence[Face], *, partition: str = "aws", region: str = "*", account: str = "*"
) -> dict[str, Any]:
    """The policy for pods on the ACK back end that show logs and look up outputs, as JSON; without statements for no jobs."""
    return {"Version": "2012-10-17", "Statement": _read_statements(faces, partition, region, account)}


def _read_statements(faces: Sequence[Face], partition: str, region: str, account: str) -> list[dict[str, Any]]:
    statements = []
    groups = sorted({group for face in faces for group in _log_groups(face)})
    if groups:
        names = [f"arn:{partition}:logs:{region}:{account}:log-group:{group}:*" for group in groups]
        statements.append(_statement("Logs", _LOG_ACTIONS, names))
    reads = sorted({action for face in faces for action in face.reads})
    # Look-ups are of whatever the step's own resources name: of a tuning job's training jobs, of a transform job's buckets.
    scopes = {"s3": f"arn:{partition}:s3:::*", "sagemaker": f"arn:{partition}:sagemaker:{region}:{account}:*"}
    for service, scope in scopes.items():
        of_service = [action for action in reads if action.startswith(f"{service}:")]
        if of_service:
            statements.append(_statement(f"LookUp{service.title()}", of_service, [scope]))
    return statements


def partition_of(region: str, roles: Sequence[str]) -> str:
    """The partition (``aws``, ``aws-cn`` ...) of a region; for ``*`` that of the first role, else ``aws``.

    Raises InvalidInput for a text that is no region in any partition.
    """
    if region == "*":
        return roles[0].split(":")[1] if roles else "aws"
    try:
        partition: str = session().get_partition_for_region(region)
    except UnknownRegionError:
        raise InvalidInput("iam", [Violation("--region", "not a region of AWS, such as eu-west-1", value=region)]) from None
    return partition


def _by_resource(faces: Sequence[Face], stop: bool, wait_for_capacity: bool) -> list[tuple[Resource, set[str]]]:
    found: dict[str, tuple[Resource, set[str]]] = {}
    for face in faces:
        for resource in face.resources:
            chosen = found.setdefault(resource.kind, (resource, set()))[1]
            chosen.update(_sagemaker_actions(face, resource))
            if stop and resource.stop:
                chosen.update({f"sagemaker:{resource.stop}", f"sagemaker:{resource.describe}"})
            if wait_for_capacity and resource.life is Life.SERVICE:
                chosen.update(capacity_actions(face))
    return list(found.values())


def _sagemaker_actions(face: Face, resource: Resource) -> set[str]:
    if face.backend is BackEnd.ACK:
        # The controller does all of it for any resource that it sees.
        by_controller = (resource.create, resource.update, resource.describe, resource.stop or resource.delete)
        return {*(f"sagemaker:{operation}" for operation in by_controller if operation), *_CONTROLLERS_TAG_ACTIONS}
    if face.deletes:
        operations: Iterable[str | None] = (resource.describe, resource.delete)
    else:
        # What an update replaces is a record that the service is made of.
        replaced = resource.delete if face.delete_replaced_input and resource is not face.resource else None
        operations = (resource.create, resource.update, resource.describe, resource.stop, replaced)
    called = {f"sagemaker:{operation}" for operation in operations if operation}
    return called if face.deletes else called | {_TAG_ACTION}


def _passes_role(face: Face) -> bool:
    return (face.backend is BackEnd.ACK or not face.deletes) and any(resource.role_member for resource in face.resources)


def _log_groups(face: Face) -> list[str]:
    """Only the logs of jobs are shown."""
    if face.deletes:
        return []
    return [resource.log_group for resource in face.resources if resource.log_group and resource.life is Life.JOB]


def _statement(sid: str, chosen: Iterable[str], resources: Iterable[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(chosen), "Resource": list(resources)}
