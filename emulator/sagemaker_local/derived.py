"""Members that Describe or a summary shows and that follow from the request, one function per kind.

Each takes the members that a Describe shows without them. What the execution finds out is not here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

NO_LABELS = {"TotalLabeled": 0, "HumanLabeled": 0, "MachineLabeled": 0, "FailedNonRetryableError": 0, "Unlabeled": 0}


def nothing(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """For kinds whose request has it all."""
    return {}


def labeling_job(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """The counters before the first label, the reference code that workers see, and a summary's flat members."""
    task = members["HumanTaskConfig"]
    consolidation = task.get("AnnotationConsolidationConfig", {})
    return {
        "LabelCounters": NO_LABELS,
        "JobReferenceCode": hashlib.sha256(members["LabelingJobArn"].encode()).hexdigest()[:12],
        "WorkteamArn": task["WorkteamArn"],
        "PreHumanTaskLambdaArn": task.get("PreHumanTaskLambdaArn"),
        "AnnotationConsolidationLambdaArn": consolidation.get("AnnotationConsolidationLambdaArn"),
    }


def workteam(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """The workforce (an account has one, named default) and the labeling portal's host."""
    *place, _ = members["WorkteamArn"].split(":")
    region = place[3]
    workforce = members.get("WorkforceName", "default")
    arn = ":".join([*place, f"workforce/{workforce}"])
    return {"WorkforceArn": arn, "SubDomain": f"local.labeling.{region}.sagemaker.aws"}


def job_definition(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """A summary names a definition otherwise than Describe, and shows the endpoint that it is about."""
    source = next(value for name, value in members.items() if name.endswith("JobInput"))
    return {
        "MonitoringJobDefinitionName": members["JobDefinitionName"],
        "MonitoringJobDefinitionArn": members["JobDefinitionArn"],
        "EndpointName": source.get("EndpointInput", {}).get("EndpointName", ""),
    }


def monitoring_schedule(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a schedule is about, from its configuration."""
    config = members["MonitoringScheduleConfig"]
    inputs = config.get("MonitoringJobDefinition", {}).get("MonitoringInputs", [{}])
    return {
        "MonitoringType": config.get("MonitoringType", "DataQuality"),
        "MonitoringJobDefinitionName": config.get("MonitoringJobDefinitionName"),
        "EndpointName": inputs[0].get("EndpointInput", {}).get("EndpointName"),
    }
