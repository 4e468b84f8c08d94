"""What about a step no job can do: it then stays in the cluster, with the reasons.

Not here: settings that a job can have, or can do without (``kubernetes_settings``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.configuration.configuration import Configuration, StepSettings
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container, Setting
from kfp_sagemaker_converter.passes.kubernetes_settings import DROPPED, KEPT_IN_POD, LIMITS, OF_NODES
from kfp_sagemaker_converter.passes.kubernetes_words import known_name, mappings, name_in
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.passes.volumes import VOLUMES, volume_obstacles
from kfp_sagemaker_converter.rules import obstacles as rules

#: Fields of PipelineContainerSpec and its resources in pipeline_spec.proto. IR keeps executors as data: any may be there.
_OF_CONTAINER = ("image", "command", "args", "lifecycle", "resources", "env")
_OF_RESOURCES = (
    "cpuLimit", "memoryLimit", "cpuRequest", "memoryRequest", "resourceCpuLimit", "resourceMemoryLimit", "resourceCpuRequest",
    "resourceMemoryRequest", "accelerator",
)  # fmt: skip
_SECRETS = ("secretAsEnv", "secretAsVolume")
_KNOWN = {*VOLUMES, *DROPPED, *KEPT_IN_POD, *LIMITS, *OF_NODES, *_SECRETS}
_WORKSPACE = "{{$.workspace_path}}"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def obstacles(step: Step, settings: StepSettings, configuration: Configuration) -> list[Diagnostic]:
    """Every reason for which the step, of which the configuration says ``settings``, cannot be a job."""
    return [*_of_container(step), *volume_obstacles(step, settings, configuration), *_of_settings(step, configuration)]


def _of_container(step: Step) -> Iterator[Diagnostic]:
    assert isinstance(step.executor, Container)
    at, words = step.executor.location, step.executor.words.get("container") or {}
    if any(parameter.type == "TASK_CONFIG" for parameter in step.component.inputs.parameters.values()):
        yield rules.needs_task_config(at, step.name, step.name)
    if words.get("lifecycle"):
        yield rules.pre_cache_check(at, step.name, step.name)
    for name in (*_unknown(words, _OF_CONTAINER), *_unknown(words.get("resources"), _OF_RESOURCES, "resources.")):
        yield rules.unknown_setting(at, step.name, step.name, name)
    for name in [name for name, _ in step.executor.env if not _VARIABLE.fullmatch(name)]:
        yield rules.variable_name(at, step.name, step.name, name)
    given = [use.task.inputs.values() for use in step.uses]
    texts = (str(one.words) for inputs in given for one in inputs)
    if any(_WORKSPACE in text for text in (*step.executor.command, *step.executor.args, *texts)):
        yield rules.volume(at, step.name, step.name, "the pipeline's workspace")


def _unknown(words: Any, known: Collection[str], where: str = "") -> list[str]:
    return [f"{where}{key}"[:100] for key in words if key not in known] if isinstance(words, Mapping) else []


def _of_settings(step: Step, configuration: Configuration) -> Iterator[Diagnostic]:
    for setting in step.settings:
        if not setting.value:
            continue
        if setting.name in _SECRETS:
            yield from _of_secrets(step, setting, configuration)
        elif setting.name not in _KNOWN:
            yield rules.unknown_setting(setting.location, step.name, step.name, setting.name)


def _of_secrets(step: Step, setting: Setting, configuration: Configuration) -> Iterator[Diagnostic]:
    if setting.name not in VOLUMES and mappings(setting.value) != setting.value:
        yield rules.unknown_setting(setting.location, step.name, step.name, f"{setting.name} of an unknown form")
    for entry in mappings(setting.value):
        name = known_name(entry, "secretName")
        if configuration.secret(name).policy != "keep":
            continue
        if not name_in(entry, "secretName"):
            yield rules.secret_at_run_time(setting.location, step.name, step.name, name or "NAME")
        else:
            how = "as files" if setting.name in VOLUMES else "in its environment"
            yield rules.secret(setting.location, step.name, step.name, name, how)
