"""CreateFeatureGroup and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeFeatureGroup.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

FEATURE_GROUP = Resource(
    kind="FeatureGroup",
    life=Life.RECORD,
    create="CreateFeatureGroup",
    describe="DescribeFeatureGroup",
    delete="DeleteFeatureGroup",
    name_member="FeatureGroupName",
    arn_member="FeatureGroupArn",
    arn_type="feature-group",
    name_prefix="FeatureGroup",
    name_limit=64,
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ResourceNotFound"),),
    already_exists=(ErrorText("ResourceInUse"),),
    status_member="FeatureGroupStatus",
    statuses={
        "Creating": State.BUSY,
        "Deleting": State.BUSY,
        "Created": State.SUCCEEDED,
        "CreateFailed": State.FAILED,
        "DeleteFailed": State.FAILED,
    },
    role_member="RoleArn",
    never_defaulted=("OnlineStoreConfig", "OfflineStoreConfig", "Description"),
)
