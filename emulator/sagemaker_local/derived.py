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


def made_by(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who made it: a member that the model requires and that is empty for a caller who is no user profile."""
    return {"CreatedBy": {}, "LastModifiedBy": {}}


def model_package(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """A package in a group has a version and no name; nothing is validated."""
    _, version_follows, version = members["ModelPackageName"].partition("/")
    numbered = {"ModelPackageName": None, "ModelPackageVersion": int(version)} if version_follows else {}
    return {**made_by(members), **numbered, "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []}}


def inference_component(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """Specification and copies as Describe's summaries have them; there are at once as many copies as are wanted."""
    place = members["InferenceComponentArn"].rpartition(":")[0]
    copies = members.get("RuntimeConfig", {}).get("CopyCount", 1)
    return {
        "EndpointArn": f"{place}:endpoint/{members['EndpointName']}",
        "RuntimeConfig": {"DesiredCopyCount": copies, "CurrentCopyCount": copies},
        "Specification": _specification(members.get("Specification")),
        "Specifications": [_specification(each) for each in members.get("Specifications", ())] or None,
    }


def _specification(given: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if given is None or "Container" not in given:
        return given
    image = given["Container"].get("Image")
    deployed = {"DeployedImage": {"SpecifiedImage": image, "ResolvedImage": image}} if image else {}
    return {**given, "Container": {**given["Container"], **deployed}}


def pipeline_execution(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pipeline's ARN stands before /execution/; a summary calls the time of creation the start."""
    return {
        **made_by(members),
        "PipelineArn": members["PipelineExecutionArn"].partition("/execution/")[0],
        "StartTime": members["CreationTime"],
    }


def feature_group(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the offline store keeps its data: below its S3 URI by account, store, region and group (developer guide)."""
    store = members.get("OfflineStoreConfig")
    if store is None:
        return {"NextToken": ""}
    _, _, _, region, account, _ = members["FeatureGroupArn"].split(":", 5)
    s3, name = store["S3StorageConfig"], members["FeatureGroupName"]
    resolved = f"{s3['S3Uri'].rstrip('/')}/{account}/sagemaker/{region}/offline-store/{name}/data"
    return {
        "NextToken": "",
        "OfflineStoreConfig": {**store, "S3StorageConfig": {"ResolvedOutputS3Uri": resolved, **s3}},
        "OfflineStoreStatus": {"Status": "Active"},
    }
