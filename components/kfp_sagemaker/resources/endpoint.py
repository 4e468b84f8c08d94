"""CreateEndpoint and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html.

InService alone is not success: an update that rolled back is InService too, with the old config.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

ENDPOINT = Resource(
    kind="Endpoint",
    life=Life.SERVICE,
    create="CreateEndpoint",
    describe="DescribeEndpoint",
    update="UpdateEndpoint",
    delete="DeleteEndpoint",
    name_member="EndpointName",
    arn_member="EndpointArn",
    arn_type="endpoint",
    name_prefix="Endpoint",
    console_page="endpoints",
    not_found=(ErrorText("ValidationException", "Could not find endpoint"),),
    already_exists=(ErrorText("ValidationException", "Cannot create already existing"),),
    status_member="EndpointStatus",
    statuses={
        "Creating": State.BUSY,
        "Updating": State.BUSY,
        "SystemUpdating": State.BUSY,
        "RollingBack": State.BUSY,
        "Deleting": State.BUSY,
        "InService": State.SUCCEEDED,
        "Failed": State.FAILED,
        "OutOfService": State.FAILED,
        "UpdateRollbackFailed": State.FAILED,
    },
    log_group="/aws/sagemaker/Endpoints",
    # An update restarts the waiting, and changes LastModifiedTime only.
    started_member="LastModifiedTime",
)
