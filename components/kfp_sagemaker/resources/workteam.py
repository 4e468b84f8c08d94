"""CreateWorkteam and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeWorkteam.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource

WORKTEAM = Resource(
    kind="Workteam",
    life=Life.RECORD,
    create="CreateWorkteam",
    describe="DescribeWorkteam",
    delete="DeleteWorkteam",
    name_member="WorkteamName",
    arn_member="WorkteamArn",
    arn_type="workteam",
    name_prefix="Workteam",
    console="groundtruth",
    console_page="labeling-workforces/private-details",
    not_found=(ErrorText("ValidationException", "The work team"), ErrorText("ResourceNotFound")),
    already_exists=(ErrorText("ResourceInUse"),),
    described_member="Workteam",
    started_member="CreateDate",
    never_defaulted=("WorkerAccessConfiguration",),
)
