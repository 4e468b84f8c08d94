"""The IAM policies that a converted pipeline needs: for the pods of moved steps, and for the role that their jobs run as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kfp_sagemaker.container_step.step_spec import MountKind, SecretPolicy, Service
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.iam import job_policy, key_statements, partition_of, policy

from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.model import Importer, Pipeline
from kfp_sagemaker_converter.passes.move import Moved

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
#: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html, for jobs in a VPC.
_NETWORK = (
    "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
)  # fmt: skip


def iam_policies(pipeline: Pipeline, moved: Iterable[Moved], configuration: Configuration) -> dict[str, Any]:
    """Policy documents by name: ``pod``, ``job`` and ``job-trust``; none when nothing moved.

    What the configuration does not name, account, region or bucket, is ``*``.
    """
    steps = list(moved)
    if not steps:
        return {}
    roles = [configuration.role] if configuration.role else []
    region = configuration.region or "*"
    place: dict[str, Any] = {
        "partition": partition_of(region, roles),
        "region": region,
        "account": roles[0].split(":")[4] if roles else "*",
        "buckets": _buckets(pipeline, configuration, steps),
    }
    faces = [find_face(name) for name in sorted({_FACES[one.spec.service] for one in steps})]
    assumed = sorted({str(one.spec.job.more["assume_role"]) for one in steps if "assume_role" in one.spec.job.more})
    functions = sorted({one.spec.job.registry_credentials_arn for one in steps} - {""})
    pulled = sorted({one.spec.image for one in steps if one.spec.job.registry_access != "Vpc"})
    of_jobs = job_policy(**place, secrets=_secrets(steps), registry_functions=functions, images=pulled)
    if configuration.defaults.subnets or any("{{" not in one.spec.job.subnets and one.spec.job.subnets for one in steps):
        of_jobs["Statement"].append({"Sid": "Network", "Effect": "Allow", "Action": list(_NETWORK), "Resource": ["*"]})
    of_pods = policy(faces, **place, roles=roles, assumed_roles=assumed, stop=True)
    keys = {key for one in steps for key in (one.spec.job.resource_encryption_key, one.spec.job.output_encryption_key) if key}
    for_keys = key_statements(keys, **{name: place[name] for name in ("partition", "region", "account")})
    for document in (of_pods, of_jobs):
        document["Statement"] += for_keys
    return {"pod": of_pods, "job": of_jobs, "job-trust": _TRUST}


_FACES = {Service.PROCESSING: "v1/process", Service.TRAINING: "v1/train"}


def _buckets(pipeline: Pipeline, configuration: Configuration, steps: Iterable[Moved]) -> list[str]:
    """The buckets of the pipeline root, of imported artifacts, volumes and checkpoints; none (all) without a known root."""
    root = pipeline.default_pipeline_root
    root = root if root.startswith("s3://") else configuration.pipeline_root
    if not root:
        return []
    imported = [one.uri for one in pipeline.executors.values() if isinstance(one, Importer) and one.uri.startswith("s3://")]
    mounted = [mount.source for one in steps for mount in one.spec.mounts if mount.kind is MountKind.S3]
    checkpoints = [uri for one in steps if (uri := one.spec.job.checkpoint_s3_uri)]
    return sorted({uri.removeprefix("s3://").partition("/")[0] for uri in (root, *imported, *mounted, *checkpoints)})


def _secrets(steps: Iterable[Moved]) -> list[str]:
    specs = [one.spec for one in steps]
    found = {one.arn for spec in specs for one in spec.secrets if one.policy is SecretPolicy.SECRETS_MANAGER and one.arn}
    found |= {one.source for spec in specs for one in spec.mounts if one.kind is MountKind.SECRETS_MANAGER}
    return sorted(found)
