"""What only one of the two kinds of job has: which kind a step needs, and what the other cannot do for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker.container_step.step_spec import JobSettings, Service
from kfp_sagemaker.errors import Violation
from kfp_sagemaker.instance_types import instance_types

#: Settings that processing jobs have not.
TRAINING_ONLY = (
    "spot_instance", "checkpoint_s3_uri", "checkpoint_local_path", "keep_alive", "registry_access", "registry_credentials_arn",
)
#: Inputs of a job, less the one for its script: each takes the input artifacts of a bucket.
BUCKETS = {Service.PROCESSING: 9, Service.TRAINING: 19}
_NOTHING = (None, False, 0, "", "0", "Platform")
_ENUMS = {Service.PROCESSING: "ProcessingInstanceType", Service.TRAINING: "TrainingInstanceType"}


def asking_for_training(settings: Mapping[str, Any]) -> list[str]:
    """Which of the settings (by their names in JobSettings) ask for what processing jobs have not."""
    return [name for name in TRAINING_ONLY if settings.get(name) not in _NOTHING]


def service_for(settings: Mapping[str, Any]) -> Service:
    """The kind of job that has what the settings ask for: processing, unless only training has."""
    known = instance_types().get(str(settings.get("instance_type") or ""))
    only_for_training = known is not None and Service.PROCESSING not in known.uses and Service.TRAINING in known.uses
    return Service.TRAINING if only_for_training or asking_for_training(settings) else Service.PROCESSING


def impossible(
    service: Service, settings: JobSettings, buckets: Mapping[str, str], volumes: int = 0
) -> Iterator[Violation]:
    """What a job of that kind cannot have of the settings; ``buckets`` are those of the input artifacts.

    ``volumes`` are inputs that stand for volume claims.
    """
    yield from _instance_type(service, settings.instance_type)
    yield from _of_processing(settings) if service is Service.PROCESSING else _of_training(settings)
    if settings.max_wait_time not in _NOTHING and not settings.spot_instance:
        yield Violation("max_wait_time", "is for spot instances: set spot_instance too", value=settings.max_wait_time)
    most = BUCKETS[service] - volumes
    if len(buckets) > most:
        fix = (f"set service: training, which takes those of {BUCKETS[Service.TRAINING]}" if service is Service.PROCESSING
               else "copy some of them into one bucket")
        some, beside = ", ".join(list(buckets)[:3]), f" beside {volumes} volumes" if volumes else ""
        yield Violation("input artifacts", f"lie in {len(buckets)} buckets ({some} ...), and a {service} job takes those of "
                                           f"{most}{beside}: {fix}")


def _instance_type(service: Service, name: str) -> Iterator[Violation]:
    known = instance_types().get(name)
    if known is None or service in known.uses:
        return
    # The table is as old as this library; the installed model may know better.
    from kfp_sagemaker.service_model.model import service as service_model

    if name in service_model().shape_for(_ENUMS[service]).enum:
        return
    others = [str(each) for each in Service if each in known.uses]
    fix = f"set service: {others[0]}, or choose another type" if others else "choose another type"
    yield Violation("instance_type", f"is not for {service} jobs: {fix}", value=name)


def _of_processing(settings: JobSettings) -> Iterator[Violation]:
    for name in asking_for_training(vars(settings)):
        yield Violation(name, "only training jobs have it: set service: training", value=getattr(settings, name))


def _of_training(settings: JobSettings) -> Iterator[Violation]:
    if settings.spot_instance and settings.keep_alive not in _NOTHING:
        yield Violation("keep_alive", "warm pools have no spot instances: leave one of them out", value=settings.keep_alive)
    if settings.registry_access not in ("", "Platform", "Vpc"):
        yield Violation("registry_access", "must be one of Platform, Vpc", value=settings.registry_access)
    if settings.registry_credentials_arn and settings.registry_access != "Vpc":
        yield Violation("registry_credentials_arn", "needs registry_access: Vpc", value=settings.registry_credentials_arn)
    if settings.registry_access == "Vpc" and not (settings.subnets and settings.security_group_ids):
        yield Violation("registry_access", "a private registry is reached through a VPC: give subnets and security_group_ids "
                                           "that can reach it", value=settings.registry_access)
