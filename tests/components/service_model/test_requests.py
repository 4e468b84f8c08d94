"""How what is there differs from what is asked for, by the members that Describe tells."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.resources.job_definitions import DATA_QUALITY_JOB_DEFINITION
from kfp_sagemaker.resources.monitoring_schedule import MONITORING_SCHEDULE
from kfp_sagemaker.resources.workteam import WORKTEAM
from kfp_sagemaker.service_model.requests import differences

VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
INLINE = {"RoleArn": "r", "MonitoringResources": {"ClusterConfig": {"InstanceCount": 1}}}


def of_schedules(wanted: dict[str, Any], there: dict[str, Any]) -> list[str]:
    return differences("DescribeMonitoringSchedule", {"MonitoringScheduleConfig": wanted}, {"MonitoringScheduleConfig": there},
                       MONITORING_SCHEDULE.never_defaulted)


@pytest.mark.parametrize(("wanted", "there"), [
    ({"MonitoringType": "DataQuality"}, {"MonitoringType": "DataQuality"}),
    # The service fills in what a request leaves open.
    ({"MonitoringJobDefinition": INLINE},
     {"MonitoringType": "DataQuality",
      "MonitoringJobDefinition": {**INLINE, "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
                                  "NetworkConfig": {"EnableNetworkIsolation": False}}}),
    ({"MonitoringJobDefinition": {**INLINE, "Environment": {}}}, {"MonitoringJobDefinition": INLINE}),
])
def test_equal(wanted: dict[str, Any], there: dict[str, Any]) -> None:
    assert of_schedules(wanted, there) == []


@pytest.mark.parametrize(("wanted", "there", "told"), [
    ({"MonitoringType": "DataQuality"}, {"MonitoringType": "ModelBias"},
     "MonitoringScheduleConfig.MonitoringType: there 'ModelBias', here 'DataQuality'"),
    ({"MonitoringJobDefinitionName": "d"}, {"MonitoringJobDefinition": INLINE},
     "MonitoringScheduleConfig.MonitoringJobDefinitionName: there None, here 'd'"),
    ({"MonitoringJobDefinition": INLINE}, {"MonitoringJobDefinition": {**INLINE, "NetworkConfig": {"VpcConfig": VPC}}},
     "MonitoringScheduleConfig.MonitoringJobDefinition.NetworkConfig.VpcConfig: there "),
    ({"MonitoringJobDefinition": INLINE}, {"MonitoringJobDefinition": {**INLINE, "Environment": {"TOKEN": "hunter2"}}},
     "MonitoringScheduleConfig.MonitoringJobDefinition.Environment: differs (values are not shown)"),
])
def test_different_also_where_only_what_is_there_has_what_the_service_never_fills_in(
    wanted: dict[str, Any], there: dict[str, Any], told: str
) -> None:
    (difference,) = of_schedules(wanted, there)

    assert difference.startswith(told)


def test_what_is_never_filled_in_may_be_a_path_whose_beginning_is_absent() -> None:
    there = {"RoleArn": "r", "NetworkConfig": {"VpcConfig": VPC}}
    found = differences(DATA_QUALITY_JOB_DEFINITION.describe, {"RoleArn": "r"}, there,
                        DATA_QUALITY_JOB_DEFINITION.never_defaulted)

    assert [difference.partition(":")[0] for difference in found] == ["NetworkConfig.VpcConfig"]


def test_what_describe_nests_is_compared_member_by_member() -> None:
    found = differences(WORKTEAM.describe, {"Description": "ours"}, {"Description": "theirs", "WorkteamArn": "arn"},
                        WORKTEAM.never_defaulted, WORKTEAM.described_member)

    assert found == ["Description: there 'theirs', here 'ours'"]
