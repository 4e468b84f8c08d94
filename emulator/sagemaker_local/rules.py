"""Rules on Create requests that the service enforces and its model does not state, one function per kind.

Each yields a sentence for everything that is wrong, in a request that satisfies the model. Sources: the API reference's text
on the member and the developer guide. Rules that need other records (a config's models exist) are in operations.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PROCESSING_ROOT = "/opt/ml/processing/"
LARGEST_TRANSFORM_PAYLOAD = 100
"""MB, of one request and of all that a container is sent at a time (CreateTransformJob, MaxPayloadInMB)."""
REFERENCE_TASKS = ("SemanticSegmentation", "VideoObjectDetection", "VideoObjectTracking", "3DPointCloudObjectTracking")
"""What the names of pre-annotation Lambda functions hold whose labels are files (CreateLabelingJob, LabelAttributeName)."""
SCHEDULE_EXPRESSION = re.compile(r"NOW|cron\(\s*\S+(\s+\S+){5}\s*\)")


def none(request: Mapping[str, Any]) -> Iterator[str]:
    """For kinds without such rules."""
    return iter(())


def training_job(request: Mapping[str, Any]) -> Iterator[str]:
    algorithm = request.get("AlgorithmSpecification")
    serverless = request.get("ServerlessJobConfig")
    resources = request.get("ResourceConfig")
    if algorithm is None and serverless is None:
        yield "AlgorithmSpecification is required for a training job that is not serverless."
    if algorithm is not None and ("TrainingImage" in algorithm) == ("AlgorithmName" in algorithm):
        yield "Exactly one of TrainingImage and AlgorithmName must be specified in AlgorithmSpecification."
    if resources is None and serverless is None:
        yield "ResourceConfig is required for a training job that is not serverless."
    if resources is not None:
        yield from _cluster(resources)
    yield from _spot(request)
    yield from _warm_pool(request)
    yield from _private_registry(request)
    yield from _unique("ChannelName", request.get("InputDataConfig", ()), "InputDataConfig")


def processing_job(request: Mapping[str, Any]) -> Iterator[str]:
    inputs = request.get("ProcessingInputs", ())
    outputs = request.get("ProcessingOutputConfig", {}).get("Outputs", ())
    for item in inputs:
        sources = [source for source in ("S3Input", "DatasetDefinition") if source in item]
        if len(sources) != 1:
            yield f"Exactly one of S3Input and DatasetDefinition must be specified for the input {item['InputName']}."
        for source in sources:
            yield from _local_path(f"input {item['InputName']}", item[source], item.get("AppManaged", False))
    for item in outputs:
        if ("S3Output" in item) == ("FeatureStoreOutput" in item):
            yield f"Exactly one of S3Output and FeatureStoreOutput must be specified for the output {item['OutputName']}."
        if "S3Output" in item:
            yield from _local_path(f"output {item['OutputName']}", item["S3Output"], item.get("AppManaged", False))
    yield from _unique("InputName", inputs, "ProcessingInputs")
    yield from _unique("OutputName", outputs, "ProcessingOutputConfig.Outputs")


def model(request: Mapping[str, Any]) -> Iterator[str]:
    containers = list(request.get("Containers", ()))
    if "PrimaryContainer" in request and containers:
        yield "PrimaryContainer and Containers cannot both be specified."
    if "PrimaryContainer" in request:
        containers.append(request["PrimaryContainer"])
    if not containers:
        yield "Either PrimaryContainer or Containers must be specified."
    for container in containers:
        if "Image" not in container and "ModelPackageName" not in container:
            yield "A container must specify Image or ModelPackageName."
        if "ModelDataUrl" in container and "ModelDataSource" in container:
            yield "A container cannot specify both ModelDataUrl and ModelDataSource."


def endpoint_config(request: Mapping[str, Any]) -> Iterator[str]:
    variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", ())]
    for variant in variants:
        serverless = "ServerlessConfig" in variant
        if "ModelName" not in variant and "ExecutionRoleArn" not in request:
            yield f"ModelName is required for the variant {variant['VariantName']}, unless ExecutionRoleArn is specified."
        if serverless and ("InstanceType" in variant or "InitialInstanceCount" in variant):
            yield f"ServerlessConfig excludes InstanceType and InitialInstanceCount in the variant {variant['VariantName']}."
        if not serverless and "InstanceType" not in variant and "InstancePools" not in variant:
            yield f"InstanceType or ServerlessConfig is required for the variant {variant['VariantName']}."
    yield from _unique("VariantName", variants, "ProductionVariants")


def transform_job(request: Mapping[str, Any]) -> Iterator[str]:
    payload, concurrent = request.get("MaxPayloadInMB", 0), request.get("MaxConcurrentTransforms", 0)
    if payload * max(1, concurrent) > LARGEST_TRANSFORM_PAYLOAD:
        yield f"MaxPayloadInMB, and its product with MaxConcurrentTransforms, cannot exceed {LARGEST_TRANSFORM_PAYLOAD}."


def labeling_job(request: Mapping[str, Any]) -> Iterator[str]:
    task, attribute = request["HumanTaskConfig"], request["LabelAttributeName"]
    yield from _one_of(request["InputConfig"]["DataSource"], ("S3DataSource", "SnsDataSource"), "InputConfig.DataSource")
    yield from _one_of(task["UiConfig"], ("UiTemplateS3Uri", "HumanTaskUiArn"), "HumanTaskConfig.UiConfig")
    if attribute.endswith("-metadata"):
        yield f"LabelAttributeName {attribute} is invalid. It cannot end with -metadata."
    function = task.get("PreHumanTaskLambdaArn", "")
    verifies_segments = "VerificationSemanticSegmentation" in function  # the exception: its labels are words
    if any(name in function for name in REFERENCE_TASKS) and not verifies_segments and not attribute.endswith("-ref"):
        yield f"LabelAttributeName {attribute} is invalid. It must end with -ref for this type of task."


def workteam(request: Mapping[str, Any]) -> Iterator[str]:
    kinds = ("CognitoMemberDefinition", "OidcMemberDefinition")
    for member in request["MemberDefinitions"]:
        yield from _one_of(member, kinds, "a member definition")
    if all(any(kind in member for member in request["MemberDefinitions"]) for kind in kinds):
        yield "MemberDefinitions cannot hold both Cognito and OIDC members."


def job_definition(request: Mapping[str, Any]) -> Iterator[str]:
    """Of Model Monitor, whatever it monitors."""
    for member in request:
        if member.endswith("JobInput"):
            yield from _one_of(request[member], ("EndpointInput", "BatchTransformInput"), member)


def monitoring_schedule(request: Mapping[str, Any]) -> Iterator[str]:
    config = request["MonitoringScheduleConfig"]
    yield from _one_of(config, ("MonitoringJobDefinition", "MonitoringJobDefinitionName"), "MonitoringScheduleConfig")
    if "MonitoringJobDefinitionName" in config and "MonitoringType" not in config:
        yield "MonitoringType is required with MonitoringJobDefinitionName."
    schedule = config.get("ScheduleConfig", {})
    expression = schedule.get("ScheduleExpression", "NOW")
    if not SCHEDULE_EXPRESSION.fullmatch(expression):
        yield f"ScheduleExpression {expression} is invalid. It must be NOW or a cron expression such as cron(0 * ? * * *)."
    elif schedule and expression == "NOW" and not {"DataAnalysisStartTime", "DataAnalysisEndTime"} <= schedule.keys():
        yield "DataAnalysisStartTime and DataAnalysisEndTime are required when ScheduleExpression is NOW."


def model_package(request: Mapping[str, Any]) -> Iterator[str]:
    versioned, name = "ModelPackageGroupName" in request, request.get("ModelPackageName", "")
    if not versioned and not name:
        yield "Either ModelPackageName or ModelPackageGroupName must be specified."
    if versioned and "/" not in name:
        yield "ModelPackageName and ModelPackageGroupName cannot both be specified."


def inference_component(request: Mapping[str, Any]) -> Iterator[str]:
    yield from _one_of(request, ("Specification", "Specifications"), "an inference component")


def pipeline(request: Mapping[str, Any]) -> Iterator[str]:
    yield from _one_of(request, ("PipelineDefinition", "PipelineDefinitionS3Location"), "a pipeline")
    try:
        definition = json.loads(request.get("PipelineDefinition", "{}"))
    except ValueError as error:
        yield f"Unable to parse pipeline definition. It is not JSON: {error}."
        return
    if not isinstance(definition, dict):
        yield "Unable to parse pipeline definition. It is not a JSON object."


def feature_group(request: Mapping[str, Any]) -> Iterator[str]:
    names = {each.get("FeatureName") for each in request["FeatureDefinitions"]}
    for member in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if request[member] not in names:
            yield f"{member} {request[member]} is not one of the feature definitions."
    if "OfflineStoreConfig" in request and "RoleArn" not in request:
        yield "RoleArn is required with OfflineStoreConfig."
    yield from _unique("FeatureName", request["FeatureDefinitions"], "FeatureDefinitions")


def _one_of(structure: Mapping[str, Any], members: tuple[str, str], where: str) -> Iterator[str]:
    if sum(member in structure for member in members) != 1:
        yield f"Exactly one of {' and '.join(members)} must be specified in {where}."


def _cluster(resources: Mapping[str, Any]) -> Iterator[str]:
    if "InstanceGroups" in resources:
        if "InstanceType" in resources or "InstanceCount" in resources:
            yield "ResourceConfig cannot specify InstanceGroups together with InstanceType or InstanceCount."
    elif "InstancePreferences" not in resources and not {"InstanceType", "InstanceCount"} <= resources.keys():
        yield "ResourceConfig must specify InstanceType and InstanceCount, or InstanceGroups."


def _spot(request: Mapping[str, Any]) -> Iterator[str]:
    if not request.get("EnableManagedSpotTraining"):
        return
    condition = request["StoppingCondition"]
    wait, runtime = condition.get("MaxWaitTimeInSeconds"), condition["MaxRuntimeInSeconds"]
    if wait is None or wait < runtime:
        yield "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds."


def _warm_pool(request: Mapping[str, Any]) -> Iterator[str]:
    """Developer Guide, "Managed Warm Pools", Considerations."""
    resources = request.get("ResourceConfig") or {}
    if not resources.get("KeepAlivePeriodInSeconds"):
        return
    if request.get("EnableManagedSpotTraining"):
        yield "KeepAlivePeriodInSeconds cannot be specified with EnableManagedSpotTraining: warm pools have no spot instances."
    if "InstanceGroups" in resources:
        yield "KeepAlivePeriodInSeconds cannot be specified with InstanceGroups."


def _private_registry(request: Mapping[str, Any]) -> Iterator[str]:
    """Developer Guide, "Adapt your training job to access images in a private Docker registry"."""
    image = (request.get("AlgorithmSpecification") or {}).get("TrainingImageConfig") or {}
    by_vpc = image.get("TrainingRepositoryAccessMode") == "Vpc"
    if by_vpc and "VpcConfig" not in request:
        yield "VpcConfig is required when TrainingRepositoryAccessMode is Vpc."
    if "TrainingRepositoryAuthConfig" in image and not by_vpc:
        yield "TrainingRepositoryAuthConfig can be specified only when TrainingRepositoryAccessMode is Vpc."


def _local_path(what: str, place: Mapping[str, Any], app_managed: bool) -> Iterator[str]:
    """DatasetDefinition and S3Input: LocalPath is required when AppManaged is False, and must lie under /opt/ml/processing."""
    path = place.get("LocalPath")
    if path is None:
        if not app_managed:
            yield f"LocalPath is required for the {what} when AppManaged is False."
    elif not path.startswith(PROCESSING_ROOT):
        yield f"LocalPath {path} of the {what} is invalid. It must start with {PROCESSING_ROOT}"


def _unique(member: str, items: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    for value, count in Counter(item[member] for item in items).items():
        if count > 1:
            yield f"{member} must be unique in {where}: {value} occurs {count} times."
