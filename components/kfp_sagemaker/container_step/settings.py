"""The settings of a moved step's job as inputs of the face that runs it: placeholders filled, an instance type chosen."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from kfp_sagemaker.container_step.placeholders import Filling, fill_text
from kfp_sagemaker.container_step.step_spec import JobSettings, Resources
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.instance_types import instance_types
from kfp_sagemaker.smallest_instance import GIBIBYTE, Accelerator, accelerator, has_kind, quantity

_logger = logging.getLogger(__name__)

#: What a step runs on that says nothing about what it needs: 4 vCPU, 16 GiB.
DEFAULT_INSTANCE_TYPE = "ml.m5.xlarge"

#: What of the resources is an amount.
_AMOUNTS = ("cpu", "memory", "accelerator_count")

#: Settings whose name is not that of the face's input.
_INPUT_NAMES = {"subnets": "vpc_subnets", "security_group_ids": "vpc_security_group_ids"}
#: Settings that are inputs of both faces; the others are for ``job`` to place.
_SHARED = (
    "role", "region", "instance_type", "instance_count", "volume_size", "max_run_time", "subnets", "security_group_ids",
    "network_isolation", "traffic_encryption", "tags", "resource_encryption_key", "output_encryption_key",
)
_PASSED = re.compile(r"\{\{\$\.inputs\.parameters\['(?P<name>[^']+)'\]\}\}")


def filled_settings(job: JobSettings, filling: Filling) -> JobSettings:
    """The settings without placeholders. Those of inputs that the step was not given are empty."""
    filled = {each.name: _filled(getattr(job, each.name), filling) for each in fields(job) if each.name != "candidates"}
    resources = Resources(**{each.name: _filled(getattr(job.resources, each.name), filling) for each in fields(Resources)})
    settings = JobSettings(**{**filled, "resources": resources, "candidates": job.candidates})
    if settings.instance_type:
        return settings
    chosen = chosen_instance_type(settings) if job.candidates else DEFAULT_INSTANCE_TYPE
    return JobSettings(**{**filled, "resources": resources, "instance_type": chosen})


def connection(job: JobSettings, filling: Filling, region: str | None) -> StepSettings:
    """What calls to S3 need before all settings are known; ``region`` is that of the pod."""
    return StepSettings(
        region=_filled(job.region, filling) or region,
        assume_role=_filled(job.more.get("assume_role"), filling) or None,
        external_id=_filled(job.more.get("external_id"), filling) or None,
        role_session_name=_filled(job.more.get("role_session_name"), filling) or None,
    )


def face_inputs(settings: JobSettings) -> dict[str, Any]:
    """Inputs that ``v1/process`` and ``v1/train`` have both; ``more`` wins, for it names them itself."""
    inputs = {_INPUT_NAMES.get(name, name): getattr(settings, name) for name in _SHARED}
    return {**inputs, **settings.more}


def setting_of_input(name: str, job: JobSettings) -> str:
    """How a person knows a face's input: by the name that a pipeline passes it by, where it does."""
    setting = next((setting for setting, other in _INPUT_NAMES.items() if other == name), name)
    passed = _PASSED.fullmatch(str(getattr(job, setting, "")))
    return passed["name"] if passed else setting


def chosen_instance_type(settings: JobSettings) -> str:
    """The first candidate that holds what the step asks for. Raises InvalidInput when none does, or a quantity is none."""
    wanted = settings.resources
    problems: list[Violation] = []
    amounts = {}
    for name in _AMOUNTS:
        text = str(getattr(wanted, name))
        try:
            amounts[name] = max((quantity(each) for each in text.split() if each != "null"), default=0.0)
        except ValueError as error:
            problems.append(Violation(f"resources.{name}", str(error), value=text))
    kind = accelerator(wanted.accelerator_type) if wanted.accelerator_type else None
    if kind is not None and not kind.kind:
        problems.append(Violation("resources.accelerator_type", "SageMaker has no such accelerator; name an instance type",
                                  value=wanted.accelerator_type))
    if problems:
        raise InvalidInput("step", problems)
    memory = amounts["memory"] / GIBIBYTE
    asked = ", ".join(f"{each.name} {getattr(wanted, each.name)}" for each in fields(Resources) if getattr(wanted, each.name))
    for candidate in settings.candidates:
        if (candidate.cpu >= amounts["cpu"] and candidate.memory >= memory
                and candidate.accelerators >= amounts["accelerator_count"]
                and (kind is None or not amounts["accelerator_count"] or _is_of(candidate.instance_type, kind))):
            _logger.info("instance type %s: the smallest that has %s", candidate.instance_type, asked or "anything")
            return candidate.instance_type
    largest = settings.candidates[-1].instance_type
    raise InvalidInput("step", [Violation("resources", f"{asked}: more than the largest type that this step may run on, "
                                          f"{largest}; name an instance type for it")])


def _is_of(instance_type: str, kind: Accelerator) -> bool:
    known = instance_types().get(instance_type)
    return known is not None and has_kind(known, kind)


def _filled(value: Any, filling: Filling) -> Any:
    if isinstance(value, str):
        text = fill_text(value, filling)
        return "" if text == "null" or (text == value and "{{$" in value) else text
    if isinstance(value, Mapping):
        return {name: _filled(item, filling) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, filling) for item in value]
    return value
