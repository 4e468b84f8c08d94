"""The names of the parameters that hand a job's settings from the pipeline to its steps, free of the pipeline's own names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX, JobSettings

from kfp_sagemaker_converter.model import Component, Pipeline

#: The settings that whoever runs the pipeline may choose.
SETTINGS = ("role", "region", "instance_type", "subnets", "security_group_ids", "staging_uri")


def setting_names(pipeline: Pipeline, converted: bool) -> dict[str, str]:
    """The parameter for each setting: ``sagemaker_role``, with a number where the pipeline has such a name itself.

    In a pipeline that was ``converted`` before, the parameters are there, and are used again.
    """
    if converted:
        return {setting: f"{SETTING_PREFIX}{setting}" for setting in SETTINGS}
    taken = {name for component in (pipeline.root, *pipeline.components.values()) for name in _inputs(component)}
    found = {}
    for setting in SETTINGS:
        name, number = f"{SETTING_PREFIX}{setting}", 2
        while name in taken:
            name, number = f"{SETTING_PREFIX}{setting}_{number}", number + 1
        found[setting] = name
    return found


def _inputs(component: Component) -> tuple[str, ...]:
    given = [name for task in component.dag.tasks.values() for name in task.inputs] if component.dag else []
    return (*component.inputs.parameters, *component.inputs.artifacts, *given)


def renamed(job: JobSettings, names: Mapping[str, str]) -> JobSettings:
    """A job's settings that read the parameters by these names."""
    changes = {}
    for setting, name in names.items():
        usual, text = f"['{SETTING_PREFIX}{setting}']", getattr(job, setting)
        if name != f"{SETTING_PREFIX}{setting}" and usual in text:
            changes[setting] = text.replace(usual, f"['{name}']")
    return replace(job, **changes) if changes else job
