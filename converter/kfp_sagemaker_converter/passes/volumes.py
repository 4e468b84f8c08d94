"""What stands in a job for the volumes that a moved step's pod mounts, and which volumes keep a step in the cluster.

Fields: kubernetes_executor_config.proto of kubeflow/pipelines, as kfp-kubernetes writes it. An emptyDir or ephemeral volume
is a directory of the job. A ConfigMap stays mounted in the launcher's pod, at a place of its own, and its files are handed on;
so is a secret, or not, by the configuration's policy. A volume claim needs a stand-in that the configuration names.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.container_step.step_spec import Mount, MountKind, SecretPolicy
from kfp_sagemaker.smallest_instance import gibibytes

from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, StepSettings
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container, Setting
from kfp_sagemaker_converter.passes.kubernetes_words import known_name, mappings, name_in
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import compute as compute_rules
from kfp_sagemaker_converter.rules import kubernetes as kubernetes_rules
from kfp_sagemaker_converter.rules import obstacles as obstacle_rules
from kfp_sagemaker_converter.rules import volumes as rules

#: Settings that mount something of the cluster into the container, and what it is.
VOLUMES = {
    "pvcMount": "a volume claim",
    "secretAsVolume": "a secret as files",
    "configMapAsVolume": "a ConfigMap as files",
    "emptyDirMounts": "an emptyDir volume",
    "genericEphemeralVolume": "an ephemeral volume",
}
#: Where the launcher's pod mounts what it hands on: no path of the step's, which may be one of the launcher image's own.
_IN_POD = "/kfp-sagemaker/volumes"
#: GiB of a job's storage, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingClusterConfig.html.
LARGEST_VOLUME = 16384
_TRAINING = "training"


@dataclass(frozen=True)
class Volumes:
    """What a moved step's volumes become. ``gibibytes`` is storage that they need beside the job's own."""

    mounts: tuple[Mount, ...] = ()
    pod_settings: Mapping[str, Any] = field(default_factory=dict)
    gibibytes: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()


def claim_name(entry: Mapping[str, Any]) -> str:
    """The name that the configuration has for a mounted claim."""
    return known_name(entry, "pvcName") or str(entry.get("constant") or "")


def claim_names(value: Any) -> list[str]:
    """The names of the claims of ``pvcMount``, in order."""
    return [claim_name(entry) for entry in mappings(value)]


def volume_obstacles(step: Step, settings: StepSettings, configuration: Configuration) -> Iterator[Diagnostic]:
    """Why the step cannot be a job, for its volumes' sake. Secrets' policies are not looked at here."""
    assert isinstance(step.executor, Container)
    for setting in step.settings:
        if setting.name not in VOLUMES or not setting.value:
            continue
        at, what = setting.location, VOLUMES[setting.name]
        if not _well_formed(setting):
            yield obstacle_rules.unknown_setting(at, step.name, step.name, f"{setting.name} of an unknown form")
        elif setting.name == "pvcMount":
            yield from _of_claims(step, setting, settings, configuration)
        elif size := next((size for size in _sizes(setting) if _gibibytes(size) > LARGEST_VOLUME), ""):
            yield obstacle_rules.volume(at, step.name, step.name, f"{what} of {size}, more than the storage of any job")
        if settings.job.shell is False or not step.executor.command:
            why = "its image has no shell" if settings.job.shell is False else "its command is in its image"
            yield obstacle_rules.volume_without_shell(at, step.name, step.name, what, why)


def _of_claims(step: Step, setting: Setting, settings: StepSettings, configuration: Configuration) -> Iterator[Diagnostic]:
    for name in dict.fromkeys(claim_names(setting.value)):
        if configuration.volume_claim(name) is None:
            yield obstacle_rules.claim_without_stand_in(setting.location, step.name, step.name, name or "NAME")
        elif settings.job.service not in (None, _TRAINING):
            yield obstacle_rules.claim_needs_training(setting.location, step.name, step.name, name)


def with_training(step: Step, settings: StepSettings) -> bool:
    """Whether only a training job has what stands for the step's volumes."""
    return settings.job.service is None and any(one.name == "pvcMount" and one.value for one in step.settings)


def volumes_of(step: Step, configuration: Configuration) -> Volumes:
    """What becomes of the volumes of a step that moves."""
    mounts: list[Mount] = []
    pod_settings: dict[str, list[Any]] = {}
    found: list[Diagnostic] = []
    size = 0.0
    for setting in step.settings:
        at = setting.location
        match setting.name:
            case "emptyDirMounts" | "genericEphemeralVolume":
                directories = mappings(setting.value)
                mounts += [Mount(_path(entry), MountKind.DIRECTORY) for entry in directories]
                for text in _sizes(setting):
                    if math.isnan(_gibibytes(text)):
                        found.append(compute_rules.not_a_quantity(at, step.name, "volume size", text[:60]))
                    else:
                        size += _gibibytes(text)
                found += [_about_directory(setting, step.name, entry) for entry in directories]
            case "configMapAsVolume" | "secretAsVolume":
                for entry in mappings(setting.value):
                    mount, kept = _files(setting, entry, len(mounts), configuration)
                    mounts.append(mount)
                    if kept:
                        pod_settings.setdefault(setting.name, []).append(kept)
                    about = rules.files_of_pod if setting.name == "configMapAsVolume" else kubernetes_rules.secrets_carried
                    found.append(about(at, step.name, step.name, mount.path))
            case "pvcMount":
                for entry in mappings(setting.value):
                    claim = configuration.volume_claim(claim_name(entry))
                    assert claim is not None, "a step with a claim that has no stand-in does not move"
                    mounts.append(_claim(entry, claim))
                    found.append(_about_claim(setting, step.name, entry, claim))
    return Volumes(tuple(mounts), pod_settings, math.ceil(size), tuple(found))


def _well_formed(setting: Setting) -> bool:
    entries = setting.value if isinstance(setting.value, list) else [None]
    return all(
        isinstance(entry, dict) and isinstance(entry.get("mountPath"), str) and _path(entry) != "/" for entry in entries
    )


def _path(entry: Mapping[str, Any]) -> str:
    """Where it is mounted: the kubelet takes a relative path from ``/``."""
    return posixpath.normpath(posixpath.join("/", str(entry.get("mountPath")).lstrip("/")))


def _sizes(setting: Setting) -> list[str]:
    key = {"emptyDirMounts": "sizeLimit", "genericEphemeralVolume": "size"}.get(setting.name, "")
    return [str(entry[key]) for entry in mappings(setting.value) if entry.get(key)]


def _gibibytes(text: str) -> float:
    """A Kubernetes quantity in GiB; not a number where it is none."""
    try:
        return gibibytes(text)
    except ValueError:
        return math.nan


def _about_directory(setting: Setting, step: str, entry: Mapping[str, Any]) -> Diagnostic:
    what = VOLUMES[setting.name]
    if str(entry.get("medium") or "") == "Memory":
        return rules.memory_as_directory(setting.location, step, step, _path(entry))
    return rules.directory_of_job(setting.location, step, step, what, _path(entry))


def _files(
    setting: Setting, entry: Mapping[str, Any], number: int, configuration: Configuration
) -> tuple[Mount, Mapping[str, Any] | None]:
    """The mount of a ConfigMap or secret, and how the launcher's pod mounts it; None for not at all."""
    kind, path = MountKind.FILES, _path(entry)
    if setting.name == "secretAsVolume":
        rule = configuration.secret(known_name(entry, "secretName"))
        if rule.policy == SecretPolicy.SECRETS_MANAGER.value:
            return Mount(path, MountKind.SECRETS_MANAGER, rule.arn), None
        kind = MountKind.ENVIRONMENT
    # KFP's driver mounts nothing where the name is a parameter without a value.
    key = "secretName" if setting.name == "secretAsVolume" else "configMapName"
    optional = entry.get("optional") is True or not name_in(entry, key)
    in_pod = f"{_IN_POD}/{number}"
    return Mount(path, kind, in_pod, optional=optional), {**entry, "mountPath": in_pod}


def _claim(entry: Mapping[str, Any], claim: ClaimRule) -> Mount:
    below = str(entry.get("subPath") or "").strip("/")
    path = _path(entry)
    if claim.s3:
        return Mount(path, MountKind.S3, posixpath.join(claim.s3.rstrip("/"), below).rstrip("/"), read_only=True)
    kind, source = (MountKind.EFS, claim.efs) if claim.efs else (MountKind.FSX, claim.fsx)
    return Mount(path, kind, source, posixpath.join(claim.directory, below).rstrip("/") or "/", claim.read_only)


def _about_claim(setting: Setting, step: str, entry: Mapping[str, Any], claim: ClaimRule) -> Diagnostic:
    name = claim_name(entry)
    if claim.s3:
        return rules.claim_from_s3(setting.location, step, step, name, claim.s3)
    return rules.claim_on_file_system(setting.location, step, step, name, claim.efs or claim.fsx)
