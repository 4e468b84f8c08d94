"""What a step's pod has from the cluster besides its container: volumes, and variables out of ConfigMaps and secrets.

The cluster's objects are folders of this machine, which the command line names: of a ConfigMap or secret each file is a key.
As in a pod, an emptyDir or ephemeral volume is empty at first and gone with the pod, and one that is optional may be missing.

Not here: names that are known at run time only, and settings that say where a pod runs; these have no effect in a local run.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfp_sagemaker.local_run.run_layout import StepPlaces


@dataclass(frozen=True)
class ClusterObjects:
    """Folders that stand for objects of the cluster, by name."""

    config_maps: Mapping[str, Path] = field(default_factory=dict)
    secrets: Mapping[str, Path] = field(default_factory=dict)
    volume_claims: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Volume:
    """A volume at ``path``. ``shared`` is a folder that all pods see; of ``content`` a pod has a copy; else it is empty."""

    path: str
    content: Path | None = None
    shared: Path | None = None


@dataclass(frozen=True)
class PodSettings:
    """What is done of an executor's Kubernetes settings; ``left_out`` are the names of those that have no effect."""

    volumes: tuple[Volume, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def settings_of_pods(platforms: Mapping[str, Any], objects: ClusterObjects) -> dict[str, PodSettings]:
    """The settings by the executor's label, out of the ``platforms`` of a pipeline."""
    executors = ((platforms.get("kubernetes") or {}).get("deploymentSpec") or {}).get("executors") or {}
    return {label: _of_executor(settings, objects) for label, settings in executors.items() if settings}


def _of_executor(settings: Mapping[str, Any], objects: ClusterObjects) -> PodSettings:
    volumes: list[Volume] = []
    environment: dict[str, str] = {}
    left_out = []
    for name, entries in settings.items():
        try:
            found = list(_READERS[name](entries, objects)) if name in _READERS else None
        except (_NotHere, KeyError, TypeError, AttributeError):  # the latter ones: nothing has checked a platform document
            found = None
        if found is None:
            left_out.append(name)
            continue
        volumes += [each for each in found if isinstance(each, Volume)]
        environment |= {variable: value for each in found if isinstance(each, tuple) for variable, value in [each]}
    return PodSettings(tuple(volumes), environment, tuple(sorted(left_out)))


class _NotHere(Exception):
    """Nothing stands here for an object of the cluster that has to be there."""


def _empty(entries: Any, _: ClusterObjects) -> Iterator[Volume]:
    for entry in entries:
        yield Volume(_path(entry))


def _claims(entries: Any, objects: ClusterObjects) -> Iterator[Volume]:
    for entry in entries:
        folder = objects.volume_claims.get(_constant(entry, "pvcName") or entry.get("constant") or "")
        if folder is None:
            raise _NotHere
        yield Volume(_path(entry), shared=folder / entry.get("subPath", ""))


def _files(group: str, key: str) -> Any:
    def read(entries: Any, objects: ClusterObjects) -> Iterator[Volume]:
        for entry in entries:
            folder = _folder(entry, getattr(objects, group), key)
            yield Volume(_path(entry), content=folder)

    return read


def _variables(group: str, key: str, member: str) -> Any:
    def read(entries: Any, objects: ClusterObjects) -> Iterator[tuple[str, str]]:
        for entry in entries:
            folder = _folder(entry, getattr(objects, group), key)
            for pair in entry["keyToEnv"] if folder is not None else ():
                file = folder / pair[member]
                if file.is_file():
                    yield pair["envVar"], file.read_text(encoding="utf-8")

    return read


_READERS: Mapping[str, Any] = {
    "emptyDirMounts": _empty,
    "genericEphemeralVolume": _empty,
    "pvcMount": _claims,
    "configMapAsVolume": _files("config_maps", "configMapName"),
    "secretAsVolume": _files("secrets", "secretName"),
    "configMapAsEnv": _variables("config_maps", "configMapName", "configMapKey"),
    "secretAsEnv": _variables("secrets", "secretName", "secretKey"),
}


def _folder(entry: Mapping[str, Any], folders: Mapping[str, Path], key: str) -> Path | None:
    """The folder of a ConfigMap or secret; None for one that is optional."""
    folder = folders.get(_constant(entry, key))
    if folder is None and not entry.get("optional"):
        raise _NotHere
    return folder


def _constant(entry: Mapping[str, Any], key: str) -> str:
    twin = entry.get(f"{key}Parameter")
    return str((twin.get("runtimeValue") or {}).get("constant", "") if twin else entry.get(key, ""))


def _path(entry: Mapping[str, Any]) -> str:
    return f"/{entry['mountPath'].strip('/')}"


def laid_out(volumes: tuple[Volume, ...], places: StepPlaces) -> tuple[tuple[Path, str], ...]:
    """Folder of this machine and path in the step for each volume, parents first; new ones are below the step's folder."""
    found = []
    for number, volume in enumerate(volumes):
        folder = volume.shared or places.folder / "volumes" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        if volume.content is not None:
            shutil.copytree(volume.content, folder, dirs_exist_ok=True)
        found.append((folder, volume.path))
    return tuple(sorted(found, key=lambda each: each[1]))
