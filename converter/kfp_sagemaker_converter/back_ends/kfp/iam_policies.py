"""The IAM policies that a converted pipeline needs: for the pods of moved steps, and for the role that their jobs run as."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kfp_sagemaker.container_step.step_spec import SecretPolicy, Service
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.iam import policy

from kfp_sagemaker_converter.configuration.configuration import Configuration, is_in_ecr
from kfp_sagemaker_converter.passes.move import Moved

_VERSION = "2012-10-17"
_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket")
_LOG_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


def iam_policies(moved: Iterable[Moved], configuration: Configuration, pipeline_root: str) -> dict[str, Any]:
    """Policy documents by name: ``pod``, ``job`` and ``job-trust``; none when nothing moved.

    What the configuration does not name, account, region or bucket, is ``*``. ``pipeline_root`` is the pipeline's own.
    """
    steps = list(moved)
    if not steps:
        return {}
    role = configuration.role.split(":")
    partition, account = (role[1], role[4]) if len(role) > 4 else ("aws", "*")
    region = configuration.region or "*"
    roots = {root for root in (configuration.pipeline_root, pipeline_root) if root.startswith("s3://")}
    s3 = _s3(partition, roots)
    services = sorted({one.spec.service for one in steps})
    faces = [find_face("v1/train" if service is Service.TRAINING else "v1/process") for service in services]
    assumed = sorted({str(one.spec.job.more["assume_role"]) for one in steps if "assume_role" in one.spec.job.more})
    pod = policy(
        faces,
        partition=partition,
        region=region,
        account=account,
        roles=[configuration.role] if configuration.role else (),
        assumed_roles=assumed,
        stop=True,
    )
    pod["Statement"] += s3
    return {
        "pod": pod,
        "job": {"Version": _VERSION, "Statement": [*s3, *_of_jobs(steps, partition, region, account)]},
        "job-trust": {
            "Version": _VERSION,
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        },
    }


def _s3(partition: str, roots: Iterable[str]) -> list[dict[str, Any]]:
    """Reading and writing below the pipeline roots, and listing their buckets."""
    places = sorted(root.removeprefix("s3://").strip("/") for root in roots) or ["*"]
    buckets = sorted({place.partition("/")[0] for place in places})
    objects = [f"arn:{partition}:s3:::{place}/*" if place != "*" else f"arn:{partition}:s3:::*" for place in places]
    return [
        _statement("PipelineRoot", ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], objects),
        _statement("PipelineBucket", _BUCKET_ACTIONS, [f"arn:{partition}:s3:::{bucket}" for bucket in buckets]),
    ]


def _of_jobs(steps: list[Moved], partition: str, region: str, account: str) -> list[dict[str, Any]]:
    """What SageMaker does as a job's role, https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html."""
    groups = {Service.PROCESSING: "/aws/sagemaker/ProcessingJobs", Service.TRAINING: "/aws/sagemaker/TrainingJobs"}
    services = sorted({one.spec.service for one in steps})
    log_groups = [f"arn:{partition}:logs:{region}:{account}:log-group:{groups[service]}*" for service in services]
    found = [
        _statement("Logs", _LOG_ACTIONS, log_groups),
        {**_statement("Metrics", ["cloudwatch:PutMetricData"], ["*"]),
         "Condition": {"StringLike": {"cloudwatch:namespace": "*SageMaker*"}}},
        _statement("EcrLogin", ["ecr:GetAuthorizationToken"], ["*"]),
    ]  # fmt: skip
    repositories = sorted({_repository(one.spec.image, partition) for one in steps if is_in_ecr(one.spec.image)})
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    found.append(_statement("Images", pull, repositories or ["*"]))
    secrets = sorted({s.arn for one in steps for s in one.spec.secrets if s.policy is SecretPolicy.SECRETS_MANAGER and s.arn})
    if secrets:
        found.append(_statement("Secrets", ["secretsmanager:GetSecretValue"], secrets))
    if any(one.spec.job.subnets for one in steps):
        interfaces = ["CreateNetworkInterface", "CreateNetworkInterfacePermission", "DeleteNetworkInterface",
                      "DeleteNetworkInterfacePermission", "DescribeDhcpOptions", "DescribeNetworkInterfaces",
                      "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs"]  # fmt: skip
        found.append(_statement("Network", [f"ec2:{action}" for action in interfaces], ["*"]))
    return found


def _repository(image: str, partition: str) -> str:
    """The ARN of the repository of an image in ECR: ``ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG``."""
    host, _, path = image.partition("/")
    parts = host.split(".")
    name = path.partition("@")[0]
    name = name.rpartition(":")[0] if ":" in name.rpartition("/")[2] else name
    return f"arn:{partition}:ecr:{parts[3]}:{parts[0]}:repository/{name}"


def _statement(sid: str, actions: Iterable[str], resources: Iterable[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
