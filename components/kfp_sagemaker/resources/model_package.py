"""CreateModelPackage and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModelPackage.html.

A package of a group has no name but a version, which the service counts. What tells it from others when it is made is the
client token: a request with the same token makes no second package.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

MODEL_PACKAGE = Resource(
    kind="ModelPackage",
    life=Life.RECORD,
    create="CreateModelPackage",
    describe="DescribeModelPackage",
    delete="DeleteModelPackage",
    name_member="ClientToken",
    arn_member="ModelPackageArn",
    arn_type="model-package",
    name_prefix="ModelPackage",
    name_limit=36,
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ValidationException", "does not exist"),),
    already_exists=(ErrorText("ConflictException"), ErrorText("ValidationException", "already exists")),
    status_member="ModelPackageStatus",
    statuses={
        "Pending": State.BUSY,
        "InProgress": State.BUSY,
        "Deleting": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
    },
)
