"""``v1/monitoring_schedule``: the API's own fields on CreateMonitoringSchedule or UpdateMonitoringSchedule.

Whether the schedule is created or updated is decided when the step runs, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources.monitoring_schedule import MONITORING_SCHEDULE

_CREATE, _UPDATE = "CreateMonitoringSchedule", "UpdateMonitoringSchedule"

INPUTS = (
    Input("monitoring_schedule_name", InputType.STRING, "Name of the schedule: created, or updated when it is there.",
          default="", target=(f"{_CREATE}.MonitoringScheduleName", f"{_UPDATE}.MonitoringScheduleName")),
    Input("monitoring_schedule_config", InputType.OBJECT,
          "When to monitor, and by which job definition (its name and type, or all of it), as in the API.",
          target=(f"{_CREATE}.MonitoringScheduleConfig", f"{_UPDATE}.MonitoringScheduleConfig")),
    *CONNECTION_INPUTS,
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The requests of CreateMonitoringSchedule and, for a schedule that is there, UpdateMonitoringSchedule."""
    requests, problems = assemble(INPUTS, values, (_CREATE, _UPDATE))
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeMonitoringSchedule response."""
    described = ended.described
    config = described.get("MonitoringScheduleConfig") or {}
    figures = {
        "Schedule": config.get("ScheduleConfig", {}).get("ScheduleExpression", ""),
        "Monitoring type": described.get("MonitoringType", ""),
        "Job definition": config.get("MonitoringJobDefinitionName", ""),
        "Endpoint": described.get("EndpointName", ""),
    }
    return Collected(
        parameters={"monitoring_schedule_name": described.get("MonitoringScheduleName", ""),
                    "arn": described.get("MonitoringScheduleArn", "")},
        figures={name: f"`{value}`" for name, value in figures.items() if value},
    )


MONITORING_SCHEDULE_FACE = Face(
    id="v1/monitoring_schedule",
    display_name="SageMaker - Monitoring Schedule",
    description="Creates a SageMaker monitoring schedule, or updates the one of that name, and waits until it is scheduled.",
    resources=(MONITORING_SCHEDULE,),
    operations=(_CREATE,),
    instead=_UPDATE,
    inputs=INPUTS,
    outputs=(
        Output("monitoring_schedule_name", OutputType.STRING, "Name of the schedule."),
        Output("arn", OutputType.STRING, "ARN of the schedule."),
        CARD,
    ),
    build=build,
    collect=collect,
    lifecycle=Lifecycle.EXISTING_CUSTOMERS_ONLY,
)
