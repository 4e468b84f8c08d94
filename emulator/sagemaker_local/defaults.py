"""The values that the service fills in for members that a Create request leaves out, as its Describe then shows them.

Taken from the API reference's "default" sentences and from recorded Describe answers; one function per kind, changing the
request (a copy of it) in place. What the model requires is not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

TRAINING = {
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
    "StoppingCondition.MaxRuntimeInSeconds": 86400,
    "OutputDataConfig.KmsKeyId": "",
    "OutputDataConfig.CompressionType": "GZIP",
    "AlgorithmSpecification?.EnableSageMakerMetricsTimeSeries": False,
    "CheckpointConfig?.LocalPath": "/opt/ml/checkpoints",
    "DebugHookConfig?.LocalPath": "/opt/ml/output/tensors",
    "InputDataConfig[].CompressionType": "None",
    "InputDataConfig[].RecordWrapperType": "None",
    "InputDataConfig[].DataSource.S3DataSource?.S3DataDistributionType": "FullyReplicated",
}

PROCESSING = {
    "StoppingCondition.MaxRuntimeInSeconds": 86400,
    "ProcessingInputs[].AppManaged": False,
    "ProcessingInputs[].S3Input?.S3InputMode": "File",
    "ProcessingInputs[].S3Input?.S3DataDistributionType": "FullyReplicated",
    "ProcessingInputs[].S3Input?.S3CompressionType": "None",
    "ProcessingOutputConfig?.KmsKeyId": "",
    "ProcessingOutputConfig?.Outputs[].AppManaged": False,
}

MODEL = {
    "EnableNetworkIsolation": False,
    "PrimaryContainer?.Mode": "SingleModel",
    "Containers[].Mode": "SingleModel",
}

ENDPOINT_CONFIG = {
    "EnableNetworkIsolation": False,
    "ProductionVariants[].InitialVariantWeight": 1.0,
    "ShadowProductionVariants[].InitialVariantWeight": 1.0,
}

TRANSFORM = {
    "TransformInput.CompressionType": "None",
    "TransformInput.SplitType": "None",
    "TransformOutput.AssembleWith": "None",
    "TransformOutput.KmsKeyId": "",
    "DataProcessing.InputFilter": "$",
    "DataProcessing.OutputFilter": "$",
    "DataProcessing.JoinSource": "None",
}

TUNED_TRAINING = {
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
    "AlgorithmSpecification.MetricDefinitions": [],
}
"""Of a training job definition of a tuning job."""

LABELING = {
    "OutputConfig.KmsKeyId": "",
    "HumanTaskConfig.MaxConcurrentTaskCount": 1000,
    "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds": 864000,
}

MODEL_PACKAGE = {
    "CertifyForMarketplace": False,
    "SkipModelValidation": "None",
}

FEATURE_GROUP = {
    "OfflineStoreConfig?.DisableGlueTableCreation": False,
    "ThroughputConfig.ThroughputMode": "OnDemand",
}

JOB_DEFINITION = {
    "StoppingCondition.MaxRuntimeInSeconds": 86400,
}


def none(request: dict[str, Any]) -> None:
    """For kinds without defaults."""


def training_job(request: dict[str, Any]) -> None:
    fill(request, TRAINING)


def processing_job(request: dict[str, Any]) -> None:
    fill(request, PROCESSING)


def model(request: dict[str, Any]) -> None:
    fill(request, MODEL)
    if request.get("Containers"):
        fill(request, {"InferenceExecutionConfig.Mode": "Serial"})


def endpoint_config(request: dict[str, Any]) -> None:
    fill(request, ENDPOINT_CONFIG)


def transform_job(request: dict[str, Any]) -> None:
    fill(request, TRANSFORM)


def labeling_job(request: dict[str, Any]) -> None:
    fill(request, LABELING)


def tuned_training(definition: dict[str, Any]) -> None:
    """Of one training job definition of a tuning job."""
    fill(definition, TUNED_TRAINING)


def model_package(request: dict[str, Any]) -> None:
    """The state of approval is that of a version in a group; a package with a name of its own has none."""
    fill(request, MODEL_PACKAGE)
    if request.get("ModelPackageGroupName"):
        request.setdefault("ModelApprovalStatus", "PendingManualApproval")


def feature_group(request: dict[str, Any]) -> None:
    fill(request, FEATURE_GROUP)


def job_definition(request: dict[str, Any]) -> None:
    """Of Model Monitor, whatever it monitors."""
    fill(request, JOB_DEFINITION)


def fill(request: dict[str, Any], values: dict[str, Any]) -> None:
    """Sets what is absent. In a path ``a?`` is entered only if it is there, ``a[]`` is every item of a list, ``a`` is made."""
    for path, value in values.items():
        *parents, last = path.split(".")
        for holder in _holders(request, parents):
            holder.setdefault(last, value)


def _holders(holder: dict[str, Any], parents: list[str]) -> Iterator[dict[str, Any]]:
    if not parents:
        yield holder
        return
    first, rest = parents[0], parents[1:]
    name = first.rstrip("?[]")
    if first.endswith("[]"):
        for item in holder.get(name) or []:
            yield from _holders(item, rest)
    elif first.endswith("?"):
        if holder.get(name) is not None:
            yield from _holders(holder[name], rest)
    else:
        yield from _holders(holder.setdefault(name, {}), rest)
