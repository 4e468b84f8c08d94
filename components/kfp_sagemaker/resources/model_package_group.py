"""CreateModelPackageGroup and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

MODEL_PACKAGE_GROUP = Resource(
    kind="ModelPackageGroup",
    life=Life.RECORD,
    create="CreateModelPackageGroup",
    describe="DescribeModelPackageGroup",
    delete="DeleteModelPackageGroup",
    name_member="ModelPackageGroupName",
    arn_member="ModelPackageGroupArn",
    arn_type="model-package-group",
    name_prefix="ModelPackageGroup",
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ValidationException", "does not exist"),),
    already_exists=(ErrorText("ValidationException", "already exists"),),
    status_member="ModelPackageGroupStatus",
    statuses={
        "Pending": State.BUSY,
        "InProgress": State.BUSY,
        "Deleting": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "DeleteFailed": State.FAILED,
    },
    never_defaulted=("ModelPackageGroupDescription", "ManagedConfiguration"),
)
