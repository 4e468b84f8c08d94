"""Volumes and variables that steps have from the cluster, with folders of this machine for its objects."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.local_run.namespace import Namespace, _bubblewrap, _unshare, _works
from kfp_sagemaker.local_run.pod_settings import ClusterObjects, PodSettings, Volume, laid_out, settings_of_pods
from kfp_sagemaker.local_run.run_layout import StepPlaces

KEYS = [{"configMapKey": "url", "envVar": "URL"}, {"configMapKey": "absent", "envVar": "ABSENT"}]


def settings(words: dict[str, Any], objects: ClusterObjects) -> PodSettings:
    platforms = {"kubernetes": {"deploymentSpec": {"executors": {"exec-a": words, "exec-b": {}}}}}
    found = settings_of_pods(platforms, objects)
    assert set(found) == {"exec-a"}
    return found["exec-a"]


@pytest.fixture
def objects(tmp_path: Path) -> ClusterObjects:
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "url").write_text("http://x")
    return ClusterObjects({"settings": folder}, {"database": folder}, {"data": tmp_path / "claim"})


def test_what_a_pod_has(objects: ClusterObjects) -> None:
    folder, claim = objects.config_maps["settings"], objects.volume_claims["data"]
    found = settings(
        {
            "emptyDirMounts": [{"mountPath": "/scratch/"}],
            "genericEphemeralVolume": [{"mountPath": "path"}],
            "configMapAsVolume": [{"configMapName": "settings", "mountPath": "/a"}],
            "secretAsVolume": [{"secretNameParameter": {"runtimeValue": {"constant": "database"}}, "mountPath": "/b"}],
            "pvcMount": [{"constant": "data", "mountPath": "/c", "subPath": "sub"}],
            "configMapAsEnv": [{"configMapName": "settings", "keyToEnv": KEYS}],
            "secretAsEnv": [{"secretName": "database", "keyToEnv": [{"secretKey": "url", "envVar": "SECRET"}]}],
            "nodeSelector": {"labels": {"a": "b"}},
        },
        objects,
    )
    assert found.volumes == (
        Volume("/scratch"), Volume("/path"), Volume("/a", folder), Volume("/b", folder), Volume("/c", shared=claim / "sub")
    )  # fmt: skip
    assert found.environment == {"URL": "http://x", "SECRET": "http://x"}
    assert found.left_out == ("nodeSelector",)


@pytest.mark.parametrize(
    ("name", "entry", "volumes"),
    [
        ("configMapAsVolume", {"configMapName": "other", "mountPath": "/a"}, None),
        ("configMapAsVolume", {"configMapName": "other", "mountPath": "/a", "optional": True}, (Volume("/a"),)),
        ("secretAsVolume", {"secretNameParameter": {"componentInputParameter": "x"}, "mountPath": "/a"}, None),
        ("secretAsEnv", {"secretName": "other", "keyToEnv": []}, None),
        ("secretAsEnv", {"secretName": "other", "optional": True, "keyToEnv": [{}]}, ()),
        ("pvcMount", {"taskOutputParameter": {"producerTask": "createpvc"}, "mountPath": "/a"}, None),
        ("emptyDirMounts", {"volumeName": "x"}, None),
    ],
)
def test_what_is_not_here_is_left_out_unless_it_is_optional(
    name: str, entry: dict[str, Any], volumes: tuple[Volume, ...] | None, objects: ClusterObjects
) -> None:
    found = settings({name: [entry]}, objects)
    assert (found.volumes, found.left_out) == ((), (name,)) if volumes is None else (volumes, ())


def test_a_pod_has_copies_of_files_and_the_claim_itself(objects: ClusterObjects, tmp_path: Path) -> None:
    places = StepPlaces("a", tmp_path / "step", "s3://b/a")
    volumes = (Volume("/z/in"), Volume("/z", objects.config_maps["settings"]), Volume("/c", shared=tmp_path / "claim"))
    found = laid_out(volumes, places)
    assert [path for _, path in found] == ["/c", "/z", "/z/in"]
    assert found[0][0] == tmp_path / "claim"
    (found[1][0] / "url").write_text("changed")
    assert (objects.config_maps["settings"] / "url").read_text() == "http://x"


NAMESPACES = [Namespace("bubblewrap", _bubblewrap), Namespace("unshare", _unshare)]


@pytest.mark.parametrize("namespace", [one for one in NAMESPACES if _works(one.wrap)], ids=lambda one: one.name)
def test_volumes_are_where_they_belong_and_nothing_is_made_on_this_machine(namespace: Namespace, tmp_path: Path) -> None:
    paths = ["/nowhere/on/this/machine", "/etc/kfp-sagemaker", "/etc/kfp-sagemaker/in", "/mnt", str(tmp_path / "new")]
    mounts = []
    for number, path in enumerate(["/s3", *paths]):
        folder = tmp_path / f"volume-{number}"
        folder.mkdir()
        (folder / "name").write_text(path)
        mounts.append((folder, path))
    command = namespace.wrap(["cat", *(f"{path}/name" for path in paths), "/etc/hostname", "/etc/passwd"], mounts, tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "".join(paths) + Path("/etc/hostname").read_text() + Path("/etc/passwd").read_text()
    assert not [path for path in paths if path != "/mnt" and os.path.exists(path)]
