"""Rules on Create requests that the service enforces and its model does not state, one function per kind.

Each yields a sentence for everything that is wrong, in a request that satisfies the model. Sources: the API reference's text
on the member and the developer guide. Rules that need other records (a config's models exist) are in operations.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PROCESSING_ROOT = "/opt/ml/processing/"


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
