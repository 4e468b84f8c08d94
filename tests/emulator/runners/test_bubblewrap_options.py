"""The mount plan as bubblewrap's options."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.bubblewrap import bubblewrap_options
from sagemaker_local.runners.mount_plan import MountPlan
from sagemaker_local.runners.mounts import Mount


def plan(*mounts: Mount, own_network: bool = False) -> MountPlan:
    return MountPlan(mounts, {"A": "b c"}, "algo-1", own_network, "/work", ("true",))


@pytest.mark.parametrize(
    ("mount", "words"),
    [
        (Mount("read_only", "/usr", "/s"), ["--ro-bind", "/s", "/usr"]),
        (Mount("bind", "/opt/ml", "/j"), ["--bind", "/j", "/opt/ml"]),
        (Mount("symlink", "/bin", "usr/bin"), ["--symlink", "usr/bin", "/bin"]),
        (Mount("tmpfs", "/tmp"), ["--tmpfs", "/tmp"]),
        (Mount("directory", "/opt"), ["--dir", "/opt"]),
        (Mount("proc", "/proc"), ["--proc", "/proc"]),
        (Mount("dev", "/dev"), ["--dev", "/dev"]),
    ],
)
def test_mounts(mount, words):
    options = bubblewrap_options(plan(mount), as_root=True)
    assert options[options.index("/") + 1 :] == [*words, "--clearenv", "--setenv", "A", "b c", "--chdir", "/work"]


def test_a_network_of_its_own_only_when_asked_for():
    assert "--unshare-net" not in bubblewrap_options(plan(), as_root=True)
    assert "--unshare-net" in bubblewrap_options(plan(own_network=True), as_root=True)


def test_an_ordinary_user_gets_a_user_namespace_and_root_loses_capabilities():
    assert "--unshare-user" in bubblewrap_options(plan(), as_root=False)
    as_root = bubblewrap_options(plan(), as_root=True)
    assert "--unshare-user" not in as_root
    assert "CAP_SYS_ADMIN" not in as_root
