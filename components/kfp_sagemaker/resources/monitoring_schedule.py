"""CreateMonitoringSchedule and its kin.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeMonitoringSchedule.html
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

_INLINE = "MonitoringScheduleConfig.MonitoringJobDefinition"

MONITORING_SCHEDULE = Resource(
    kind="MonitoringSchedule",
    life=Life.SERVICE,
    create="CreateMonitoringSchedule",
    describe="DescribeMonitoringSchedule",
    update="UpdateMonitoringSchedule",
    delete="DeleteMonitoringSchedule",
    name_member="MonitoringScheduleName",
    arn_member="MonitoringScheduleArn",
    arn_type="monitoring-schedule",
    name_prefix="MonitoringSchedule",
    # Only Studio shows them.
    console_page="",
    not_found=(ErrorText("ResourceNotFound"),),
    already_exists=(ErrorText("ResourceInUse"),),
    status_member="MonitoringScheduleStatus",
    statuses={
        "Pending": State.BUSY,
        "Scheduled": State.SUCCEEDED,
        "Failed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    role_member=f"{_INLINE}.RoleArn",
    # An update restarts the waiting, and changes LastModifiedTime only.
    started_member="LastModifiedTime",
    never_defaulted=(f"{_INLINE}.BaselineConfig", f"{_INLINE}.Environment", f"{_INLINE}.NetworkConfig.VpcConfig"),
)
