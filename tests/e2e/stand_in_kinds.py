"""What the stand-in for ACK's SageMaker controller knows of each kind, as data: operations, statuses, error texts.

From the controller's published generator configuration and recordings of the real one (version 1.9.1).
"""

from __future__ import annotations

from dataclasses import dataclass

NEVER = float("inf")
"""Seconds until the next look: not before the resource changes."""


@dataclass(frozen=True)
class Kind:
    """``busy`` statuses are looked at again after 30 s. ``absent`` is the code and the beginning of the not-found message."""

    name: str
    absent: tuple[str, str]
    busy: frozenset[str] = frozenset()
    stops: bool = False
    """Deletion stops it, and what has ended is left alone."""
    updates: bool = False
    failed: str | None = None
    """The status that is Terminal."""
    late: tuple[str, ...] = ()
    """Fields of the spec (paths of the API's names) that are filled in from what Describe shows."""
    again: float = NEVER
    """Seconds after which what is synced is looked at again; of ACK's, NEVER is ten hours."""
    conflict: bool = False
    """Whether ConflictException is a terminal code."""

    @property
    def status_member(self) -> str:
        return f"{self.name}Status"

    @property
    def create(self) -> str:
        return "StartPipelineExecution" if self.name == "PipelineExecution" else f"Create{self.name}"


_JOB = frozenset({"InProgress", "Stopping"})
_VALIDATION, _NOT_FOUND = "ValidationException", "ResourceNotFound"
_FLAGS = ("EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "EnableNetworkIsolation")
_MODEL_MONITOR = ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")

KINDS = {kind.name: kind for kind in (
    Kind("TrainingJob", (_VALIDATION, "Requested resource not found"), _JOB, stops=True, again=300, updates=True, late=(
        *_FLAGS, "AlgorithmSpecification.EnableSageMakerMetricsTimeSeries", "OutputDataConfig.CompressionType",
        "OutputDataConfig.KmsKeyId", "ResourceConfig.InstanceCount")),
    Kind("ProcessingJob", (_VALIDATION, "Could not find requested job"), _JOB, stops=True),
    Kind("TransformJob", (_VALIDATION, "Could not find requested job"), _JOB, stops=True, late=(
        "TransformInput.CompressionType", "TransformInput.SplitType")),
    Kind("HyperParameterTuningJob", (_NOT_FOUND, ""), _JOB, stops=True, late=(
        "TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions", "TrainingJobDefinition.ResourceConfig.InstanceCount",
        *(f"TrainingJobDefinition.{flag}" for flag in _FLAGS))),
    Kind("LabelingJob", (_VALIDATION, ""), _JOB, stops=True, late=(
        "HumanTaskConfig.MaxConcurrentTaskCount", "HumanTaskConfig.TaskAvailabilityLifetimeInSeconds",
        "OutputConfig.KmsKeyId")),
    Kind("Model", (_VALIDATION, "Could not find model"), late=("EnableNetworkIsolation",)),
    Kind("EndpointConfig", (_VALIDATION, "Could not find endpoint configuration"), late=("EnableNetworkIsolation",)),
    Kind("Endpoint", (_VALIDATION, "Could not find endpoint"), updates=True, failed="Failed", again=30,
         busy=frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})),
    *(Kind(f"{monitored}JobDefinition", (_NOT_FOUND, "")) for monitored in _MODEL_MONITOR),
    Kind("MonitoringSchedule", (_NOT_FOUND, ""), frozenset({"Pending"}), updates=True, failed="Failed", again=30),
    Kind("ModelPackageGroup", (_VALIDATION, "ModelPackageGroup"), conflict=True,
         busy=frozenset({"Pending", "InProgress", "Deleting"})),
    Kind("ModelPackage", (_VALIDATION, "ModelPackage"), frozenset({"Pending", "InProgress", "Deleting"}), updates=True,
         failed="Failed", late=("CertifyForMarketplace",), conflict=True),
    Kind("InferenceComponent", (_VALIDATION, "Could not find inference component"), updates=True, failed="Failed", again=30,
         busy=frozenset({"Creating", "Updating", "Deleting"})),
    Kind("Pipeline", (_NOT_FOUND, "Pipeline"), updates=True),
    Kind("PipelineExecution", (_NOT_FOUND, "Pipeline execution"), stops=True, updates=True, again=60,
         busy=frozenset({"Executing", "Stopping"})),
    Kind("FeatureGroup", (_NOT_FOUND, "Resource Not Found"), frozenset({"Creating", "Deleting"}), failed="CreateFailed", late=(
        "OfflineStoreConfig.DisableGlueTableCreation", "OfflineStoreConfig.S3StorageConfig.ResolvedOutputS3Uri")),
)}
