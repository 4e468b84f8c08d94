"""The settings of a moved step's job: what the configuration says, what the step asked for, what the pipeline passes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kfp_sagemaker.container_step.kinds_of_job import TRAINING_ONLY
from kfp_sagemaker.container_step.step_spec import JobSettings, Resources

from kfp_sagemaker_converter.configuration.configuration import Configuration, StepSettings
from kfp_sagemaker_converter.model import Container
from kfp_sagemaker_converter.passes.compute import PROCESSING, TRAINING, InstanceChoice
from kfp_sagemaker_converter.passes.kubernetes_settings import Carried
from kfp_sagemaker_converter.passes.volumes import LARGEST_VOLUME, Volumes

#: Settings that are called the same in the configuration and in the job.
_SAME = (
    "instance_count", "volume_size", "max_run_time", "network_isolation", "traffic_encryption", "resource_encryption_key",
    "output_encryption_key", *TRAINING_ONLY,
)  # fmt: skip
#: Seconds that a job may run, by service: botocore's model, and for training the API's page.
LONGEST_RUN = {PROCESSING: 777_600, TRAINING: 2_419_200}
#: Further inputs of the job's component.
_MORE = ("wait_for_capacity", "assume_role")


def job_settings(
    configuration: Configuration,
    settings: StepSettings,
    choice: InstanceChoice,
    carried: Carried,
    volumes: Volumes,
    container: Container,
) -> JobSettings:
    """The job of one step.

    Role, region and network come from the pipeline's parameters, and so does the instance type of a step that asks for
    nothing; what a rule says of the step is written into it.
    """
    left_out = TRAINING_ONLY if choice.service == PROCESSING else ()
    said: dict[str, Any] = {
        name: value for name in _SAME if name not in left_out and (value := getattr(settings.job, name)) is not None
    }
    if said.get("spot_instance") and settings.job.max_wait_time:
        said["max_wait_time"] = settings.job.max_wait_time
    if carried.max_run_time and "max_run_time" not in said:
        said["max_run_time"] = min(carried.max_run_time, LONGEST_RUN[choice.service])
    if volumes.gibibytes:
        own = int(said.get("volume_size", JobSettings.volume_size))
        said["volume_size"] = min(own + volumes.gibibytes, LARGEST_VOLUME)
    for name in ("subnets", "security_group_ids"):
        value = getattr(settings.job, name)
        if value != getattr(configuration.defaults, name):
            said[name] = ",".join(value or ())
    if settings.job.from_private_registry and choice.service != PROCESSING:
        said["registry_access"] = "Vpc"
    more = {name: value for name in _MORE if (value := getattr(settings.job, name)) is not None}
    job = JobSettings(tags={**carried.tags, **(settings.job.tags or {})}, more=more, **said)
    if choice.candidates:
        return replace(job, instance_type="", candidates=choice.candidates, resources=_resources(container))
    return job if choice.by_default else replace(job, instance_type=choice.instance_type)


def _resources(container: Container) -> Resources:
    """What is asked for, for the choice at run time. CPU and memory that are known already limit the candidates."""
    asked = container.resources
    return Resources(
        cpu=_at_run_time(asked.cpu_request, asked.cpu_limit),
        memory=_at_run_time(asked.memory_request, asked.memory_limit),
        accelerator_count=asked.accelerator_count,
        # So does a kind.
        accelerator_type=_at_run_time(asked.accelerator_type),
    )


def _at_run_time(*texts: str) -> str:
    return " ".join(dict.fromkeys(text for text in texts if "{{$" in text))
