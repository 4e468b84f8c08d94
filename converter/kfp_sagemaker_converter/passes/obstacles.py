"""What about a step no job can do: it then stays in the cluster, with the reasons.

Not here: settings that a job can have, or can do without (``kubernetes_settings``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container, Setting
from kfp_sagemaker_converter.passes.kubernetes_settings import DROPPED, KEPT_IN_POD, LIMITS, OF_NODES, mappings, secret_names
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import obstacles as rules

#: Volumes: settings that mount something of the cluster into the container.
_VOLUMES = {
    "pvcMount": "a volume claim",
    "secretAsVolume": "a secret as files",
    "configMapAsVolume": "a ConfigMap as files",
    "emptyDirMounts": "an emptyDir volume",
    "genericEphemeralVolume": "an ephemeral volume",
}
_KNOWN = {*_VOLUMES, *DROPPED, *KEPT_IN_POD, *LIMITS, *OF_NODES, "secretAsEnv"}
_WORKSPACE = "{{$.workspace_path}}"
_EXECUTOR = "kfp.dsl.executor_main"
_CUSTOM_PATH = re.compile(r"\.set_path\(|\bcustom_path\s*=[^=]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def obstacles(step: Step, secret_policy: Callable[[str], str]) -> list[Diagnostic]:
    """Every reason for which the step cannot be a job. ``secret_policy`` is keep, environment or secrets_manager."""
    return [*_of_container(step), *_of_settings(step, secret_policy)]


def _of_container(step: Step) -> Iterator[Diagnostic]:
    assert isinstance(step.executor, Container)
    at, words = step.executor.location, step.executor.words.get("container") or {}
    if any(parameter.type == "TASK_CONFIG" for parameter in step.component.inputs.parameters.values()):
        yield rules.needs_task_config(at, step.name, step.name)
    if words.get("lifecycle"):
        yield rules.pre_cache_check(at, step.name, step.name)
    if any(_EXECUTOR in text for text in step.executor.command) and any(map(_CUSTOM_PATH.search, step.executor.command)):
        yield rules.custom_path(at, step.name, step.name)
    for name in [name for name, _ in step.executor.env if not _VARIABLE.fullmatch(name)]:
        yield rules.variable_name(at, step.name, step.name, name)
    given = [use.task.inputs.values() for use in step.uses]
    texts = (str(one.words) for inputs in given for one in inputs)
    if any(_WORKSPACE in text for text in (*step.executor.command, *step.executor.args, *texts)):
        yield rules.volume(at, step.name, step.name, "the pipeline's workspace")


def _of_settings(step: Step, secret_policy: Callable[[str], str]) -> Iterator[Diagnostic]:
    for setting in step.settings:
        if not setting.value:
            continue
        if setting.name in _VOLUMES:
            yield rules.volume(setting.location, step.name, step.name, _VOLUMES[setting.name])
        elif setting.name == "secretAsEnv":
            yield from _of_secrets(step, setting, secret_policy)
        elif setting.name not in _KNOWN:
            yield rules.unknown_setting(setting.location, step.name, step.name, setting.name)


def _of_secrets(step: Step, setting: Setting, secret_policy: Callable[[str], str]) -> Iterator[Diagnostic]:
    if mappings(setting.value) != setting.value:
        yield rules.unknown_setting(setting.location, step.name, step.name, f"{setting.name} of an unknown form")
    for name in secret_names(setting.value):
        if not name:
            yield rules.secret_at_run_time(setting.location, step.name, step.name)
        elif secret_policy(name) == "keep":
            yield rules.secret(setting.location, step.name, step.name, name)
