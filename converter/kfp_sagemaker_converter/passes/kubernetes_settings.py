"""What becomes of a moved step's Kubernetes settings: carried into the job, left with the pod, or reported.

Fields: kubernetes_executor_config.proto of kubeflow/pipelines, as kfp-kubernetes writes it. Not here: volumes (``volumes``),
and settings with which a step cannot move (``obstacles``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.container_step.step_spec import Secret, SecretPolicy

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Setting
from kfp_sagemaker_converter.passes.kubernetes_words import known_name, mappings, name_in
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import kubernetes as rules

#: Where a pod runs and how its image is pulled: SageMaker has its own ways, by instance type, role and registry.
DROPPED = ("podAffinity", "tolerations", "imagePullSecret", "imagePullPolicy", "securityContext", "enabledSharedMemory")
#: Conditions on nodes, which the choice of the instance type reads, and speaks about (``compute``).
OF_NODES = ("nodeSelector", "nodeAffinity")
#: What puts environment variables into the pod, which the launcher hands on to the job.
KEPT_IN_POD = ("configMapAsEnv", "fieldPathAsEnv")
LIMITS = ("activeDeadlineSeconds", "podMetadata")
#: SageMaker allows 50 tags; the launcher sets some itself.
_MOST_TAGS = 40


@dataclass(frozen=True)
class Carried:
    """What a job takes over. ``max_run_time`` is in seconds, 0 for none; ``pod_settings`` stay with the pod."""

    max_run_time: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[Secret, ...] = ()
    pod_settings: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def carried(step: Step, secret_rule: Callable[[str], tuple[str, str]], own_tags: int = 0) -> Carried:
    """What becomes of the settings of a step that moves.

    ``secret_rule`` gives policy and ARN, by the secret's name; ``own_tags`` is how many tags the configuration gives it.
    """
    max_run_time, tags = 0, {}
    secrets: list[Secret] = []
    pod_settings: dict[str, Any] = {}
    found: list[Diagnostic] = []
    for setting in step.settings:
        value, at = setting.value, setting.location
        if not value:
            continue
        if setting.name == "activeDeadlineSeconds":
            max_run_time = int(value) if str(value).isdecimal() else 0
        elif setting.name == "podMetadata":
            tags = _tags(value, _MOST_TAGS - own_tags)
            found.append(rules.pod_metadata(at, step.name, step.name, len(tags)))
        elif setting.name == "secretAsEnv":
            of_setting: list[Secret] = []
            _add_secrets(setting, secret_rule, of_setting, pod_settings)
            secrets += of_setting
            found.append(rules.secrets_carried(at, step.name, step.name, ", ".join(one.variable for one in of_setting)))
        elif setting.name in KEPT_IN_POD:
            pod_settings[setting.name] = value
            variables = _variables(setting)
            secrets += [Secret(name, SecretPolicy.ENVIRONMENT, optional=optional) for name, optional in variables.items()]
            found.append(rules.environment_of_pod(at, step.name, step.name, ", ".join(variables)))
        elif setting.name in DROPPED:
            found.append(rules.setting_dropped(at, step.name, step.name, setting.name))
    return Carried(max_run_time, tags, tuple(secrets), pod_settings, tuple(found))


def _add_secrets(
    setting: Setting,
    secret_rule: Callable[[str], tuple[str, str]],
    secrets: list[Secret],
    pod_settings: dict[str, Any],
) -> None:
    in_pod = []
    for entry in mappings(setting.value):
        policy, arn = secret_rule(known_name(entry, "secretName"))
        through_pod = policy == SecretPolicy.ENVIRONMENT.value
        if through_pod:
            in_pod.append(entry)
        for key in mappings(entry.get("keyToEnv")):
            variable, member = str(key.get("envVar", "")), str(key.get("secretKey", ""))
            if through_pod:
                optional = entry.get("optional") is True or not name_in(entry, "secretName")
                secrets.append(Secret(variable, SecretPolicy.ENVIRONMENT, optional=optional))
            else:
                secrets.append(Secret(variable, SecretPolicy.SECRETS_MANAGER, arn, member))
    if in_pod:
        pod_settings[setting.name] = in_pod


def _variables(setting: Setting) -> dict[str, bool]:
    """The variables that the pod has from a setting, and whether it may be without them."""
    found: dict[str, bool] = {}
    for entry in mappings(setting.value):
        if setting.name == "fieldPathAsEnv":
            found[str(entry.get("name") or "")] = False
            continue
        # KFP's driver leaves out what has a parameter without a value for its name.
        optional = entry.get("optional") is True or not name_in(entry, "configMapName")
        found |= {str(key.get("envVar") or ""): optional for key in mappings(entry.get("keyToEnv"))}
    found.pop("", None)
    return found


def _tags(metadata: Any, most: int) -> dict[str, str]:
    """Labels and annotations as tags: keys of 128 and values of 256 characters at most, and nothing in ``aws:``."""
    found: dict[str, str] = {}
    for group in ("labels", "annotations"):
        of_group = metadata.get(group) if isinstance(metadata, dict) else None
        for key, value in of_group.items() if isinstance(of_group, dict) else ():
            fits = len(str(key)) <= 128 and len(str(value)) <= 256 and not str(key).lower().startswith("aws:")
            if fits and len(found) < most and isinstance(value, str) and _is_tag_text(value) and _is_tag_text(str(key)):
                found[str(key)] = value
    return found


def _is_tag_text(text: str) -> bool:
    return all(character.isalnum() or character in " _.:/=+-@" for character in text)
