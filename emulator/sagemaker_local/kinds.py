"""The kinds of resource that the local SageMaker offers, as data: names, statuses, error texts, defaults, rules.

A new kind of record is a new row. A new kind of job is a row too, if the execution can run it. What the rows are used for:
operations.py. Error texts are those that clients match on (the ACK controllers, Airflow); codes are the service model's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sagemaker_local import defaults, derived, rules, tuning_rules
from sagemaker_local.errors import ServiceError

NAME_IN_USE = (
    "ResourceInUse",
    "{title} name must be unique within an AWS account and region, and a {words} with this name already exists ({arn})",
)


@dataclass(frozen=True)
class Kind:
    """One kind. The texts may use ``{name}``, ``{arn}``, ``{words}`` (training job) and ``{title}`` (Training job)."""

    name: str
    words: str
    life: Literal["job", "record", "endpoint", "schedule", "timed"]
    not_found: tuple[str, str]
    exists: tuple[str, str]
    fill_defaults: Callable[[dict[str, Any]], None] = defaults.none
    broken_rules: Callable[[Mapping[str, Any]], Iterator[str]] = rules.none
    """Sentences on what is wrong with a Create request beyond the model's constraints."""
    derived: Callable[[Mapping[str, Any]], Mapping[str, Any]] = derived.nothing
    """Members that Describe or a summary shows and that follow from the request."""
    first_status: str | None = None
    settled_status: str | None = None
    """Of the life ``timed``: what the first status becomes by time."""
    failed_status: str | None = None
    """Of the life ``timed``: what it becomes if the fault script says so."""
    deleting_status: str | None = None
    """Of the life ``timed``: while it is being deleted; None if that takes no time."""
    creation_time_member: str = "CreationTime"
    modification_time_member: str = "LastModifiedTime"
    start_time_member: str | None = None
    end_time_member: str | None = None
    member_prefix: str | None = None
    """What the members for name and ARN begin with, where that is not the kind's name: ``JobDefinition``."""
    arn_path: str | None = None
    """What stands before the name in an ARN, where that is not the words with hyphens: ``workteam/private-crowd``."""
    nested: bool = False
    """Whether Describe gives its members as one structure, named as the kind."""

    @property
    def name_member(self) -> str:
        return f"{self.member_prefix or self.name}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.member_prefix or self.name}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.name}Status"

    @property
    def resource_type(self) -> str:
        """As in ARNs and in the tagging API: ``training-job``."""
        return (self.arn_path or self.words.replace(" ", "-")).partition("/")[0]

    def arn(self, name: str, region: str, account_id: str) -> str:
        return f"arn:aws:sagemaker:{region}:{account_id}:{self.arn_path or self.resource_type}/{name}"

    def error(self, which: tuple[str, str], name: str, arn: str) -> ServiceError:
        """One of the kind's errors with its text filled in."""
        code, text = which
        return ServiceError(code, text.format(name=name, arn=arn, words=self.words, title=self.words.capitalize()))


def _absent(words: str) -> tuple[str, str]:
    return "ValidationException", f'Could not find {words} "{{arn}}".'


def _present(words: str) -> tuple[str, str]:
    return "ValidationException", f'Cannot create already existing {words} "{{arn}}".'


def _job_definition(monitoring_type: str) -> Kind:
    """One of the four kinds of job definition of Model Monitor, by its MonitoringType."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in monitoring_type).strip()
    return Kind(
        name=f"{monitoring_type}JobDefinition",
        words=f"{words} job definition",
        life="record",
        not_found=("ResourceNotFound", "Job Definition {arn} not found"),
        exists=("ResourceInUse", "Job Definition {arn} already exists"),
        fill_defaults=defaults.job_definition,
        broken_rules=rules.job_definition,
        derived=derived.job_definition,
        member_prefix="JobDefinition",
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        name="TrainingJob",
        words="training job",
        life="job",
        not_found=("ValidationException", "Requested resource not found."),
        exists=NAME_IN_USE,
        fill_defaults=defaults.training_job,
        broken_rules=rules.training_job,
        first_status="InProgress",
        start_time_member="TrainingStartTime",
        end_time_member="TrainingEndTime",
    ),
    Kind(
        name="ProcessingJob",
        words="processing job",
        life="job",
        not_found=("ValidationException", "Could not find requested job with name: {name}"),
        exists=NAME_IN_USE,
        fill_defaults=defaults.processing_job,
        broken_rules=rules.processing_job,
        first_status="InProgress",
        start_time_member="ProcessingStartTime",
        end_time_member="ProcessingEndTime",
    ),
    Kind(
        name="Model",
        words="model",
        life="record",
        not_found=_absent("model"),
        exists=_present("model"),
        fill_defaults=defaults.model,
        broken_rules=rules.model,
    ),
    Kind(
        name="EndpointConfig",
        words="endpoint configuration",
        life="record",
        not_found=_absent("endpoint configuration"),
        exists=_present("endpoint configuration"),
        fill_defaults=defaults.endpoint_config,
        broken_rules=rules.endpoint_config,
        arn_path="endpoint-config",
    ),
    Kind(
        name="Endpoint",
        words="endpoint",
        life="endpoint",
        not_found=_absent("endpoint"),
        exists=_present("endpoint"),
        first_status="Creating",
    ),
    Kind(
        name="TransformJob",
        words="transform job",
        life="job",
        not_found=("ValidationException", "Could not find requested job with name: {name}"),
        exists=NAME_IN_USE,
        fill_defaults=defaults.transform_job,
        broken_rules=rules.transform_job,
        first_status="InProgress",
        start_time_member="TransformStartTime",
        end_time_member="TransformEndTime",
    ),
    Kind(
        name="HyperParameterTuningJob",
        words="hyper parameter tuning job",
        life="job",
        not_found=("ResourceNotFound", "Amazon SageMaker can't find a tuning job with the name {name}."),
        exists=NAME_IN_USE,
        fill_defaults=tuning_rules.fill_defaults,
        broken_rules=tuning_rules.broken_rules,
        first_status="InProgress",
        end_time_member="HyperParameterTuningEndTime",
    ),
    Kind(
        name="LabelingJob",
        words="labeling job",
        life="job",
        not_found=("ValidationException", "Could not find requested job with name: {name}"),
        exists=NAME_IN_USE,
        fill_defaults=defaults.labeling_job,
        broken_rules=rules.labeling_job,
        derived=derived.labeling_job,
        first_status="Initializing",
    ),
    Kind(
        name="Workteam",
        words="work team",
        life="record",
        not_found=("ValidationException", 'The work team "{arn}" does not exist.'),
        exists=NAME_IN_USE,
        broken_rules=rules.workteam,
        derived=derived.workteam,
        creation_time_member="CreateDate",
        modification_time_member="LastUpdatedDate",
        arn_path="workteam/private-crowd",
        nested=True,
    ),
    *map(_job_definition, ("DataQuality", "ModelQuality", "ModelBias", "ModelExplainability")),
    Kind(
        name="MonitoringSchedule",
        words="monitoring schedule",
        life="schedule",
        not_found=("ResourceNotFound", "Monitoring Schedule {arn} not found"),
        exists=("ResourceInUse", "Monitoring Schedule {arn} already exists"),
        broken_rules=rules.monitoring_schedule,
        derived=derived.monitoring_schedule,
        first_status="Pending",
    ),
    Kind(
        name="ModelPackageGroup",
        words="model package group",
        life="timed",
        not_found=("ValidationException", "ModelPackageGroup {arn} does not exist."),
        exists=("ValidationException", "Model Package Group already exists: {arn}"),
        derived=derived.made_by,
        first_status="InProgress",
        settled_status="Completed",
        failed_status="Failed",
    ),
    Kind(
        name="ModelPackage",
        words="model package",
        life="timed",
        not_found=("ValidationException", "ModelPackage {arn} does not exist."),
        exists=("ConflictException", "Model Package already exists: {arn}"),
        fill_defaults=defaults.model_package,
        broken_rules=rules.model_package,
        derived=derived.model_package,
        first_status="InProgress",
        settled_status="Completed",
        failed_status="Failed",
    ),
    Kind(
        name="InferenceComponent",
        words="inference component",
        life="timed",
        not_found=_absent("inference component"),
        exists=_present("inference component"),
        broken_rules=rules.inference_component,
        derived=derived.inference_component,
        first_status="Creating",
        settled_status="InService",
        failed_status="Failed",
        deleting_status="Deleting",
    ),
    Kind(
        name="Pipeline",
        words="pipeline",
        life="timed",
        not_found=("ResourceNotFound", "Pipeline {arn} does not exist."),
        exists=(
            "ValidationException",
            "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists.",
        ),
        broken_rules=rules.pipeline,
        derived=derived.made_by,
        first_status="Active",
        settled_status="Active",
        deleting_status="Deleting",
    ),
    Kind(
        name="PipelineExecution",
        words="pipeline execution",
        life="timed",
        not_found=("ResourceNotFound", "Pipeline execution {arn} does not exist"),
        exists=("ConflictException", "Pipeline execution already exists: {arn}"),
        derived=derived.pipeline_execution,
        first_status="Executing",
        settled_status="Succeeded",
        failed_status="Failed",
        arn_path="pipeline",
    ),
    Kind(
        name="FeatureGroup",
        words="feature group",
        life="timed",
        not_found=("ResourceNotFound", "Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {name}"),
        exists=(
            "ResourceInUse",
            "Resource Already Exists: FeatureGroup with name {name} already exists. Choose a different name.",
        ),
        fill_defaults=defaults.feature_group,
        broken_rules=rules.feature_group,
        derived=derived.feature_group,
        first_status="Creating",
        settled_status="Created",
        failed_status="CreateFailed",
        deleting_status="Deleting",
    ),
)

KIND_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
