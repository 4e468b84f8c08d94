"""What the plan shows and hides, wherever the program that makes it was started."""

from __future__ import annotations

from pathlib import Path

import pytest
from sagemaker_local.runners.container import ContainerSpec
from sagemaker_local.runners.dockerfile import Copy, Dockerfile
from sagemaker_local.runners.images import Image
from sagemaker_local.runners.local_image import THIS_MACHINE, LocalImage
from sagemaker_local.runners.mount_plan import MountPlan, plan_container
from sagemaker_local.runners.mounts import Mount


def plan(start: Dockerfile | None = None, root: Path = THIS_MACHINE, **members: object) -> MountPlan:
    spec = ContainerSpec("job", "algo-1", Image("i"), {"/opt/ml": Path("/tmp")}, entrypoint=("run",), **members)  # type: ignore[arg-type]
    return plan_container(spec, LocalImage(root, start or Dockerfile({"PATH": "/bin"})))


@pytest.fixture
def system_directory():
    """A directory inside one that every container sees."""
    return str(next(path for path in Path("/usr/share").iterdir() if path.is_dir() and not path.is_symlink()))


def test_a_current_directory_inside_the_system_is_hidden(monkeypatch, system_directory):
    monkeypatch.chdir(system_directory)
    assert Mount("tmpfs", system_directory) in plan().mounts


def test_a_home_inside_the_system_is_hidden(monkeypatch, system_directory):
    monkeypatch.setenv("HOME", system_directory)
    assert Mount("tmpfs", system_directory) in plan().mounts


@pytest.mark.parametrize("directory", ["/home", "/root", "/srv", "/var", "/mnt", "/media", "/boot"])
def test_nothing_of_the_machine_is_shown_outside_the_system_directories_but_python(directory):
    from sagemaker_local.runners.python_environment import python_paths

    shown = [mount.source for mount in plan().mounts if mount.source.startswith(f"{directory}/")]
    assert all(any(source == path or source.startswith(path + "/") for path in python_paths()) for source in shown)


def test_the_job_s_directory_is_the_only_one_that_is_writable_and_of_this_machine():
    assert [mount for mount in plan().mounts if mount.kind == "bind"] == [Mount("bind", "/opt/ml", "/tmp")]


def test_what_the_image_keeps_in_opt_ml_is_hidden(tmp_path):
    (tmp_path / "code").mkdir()
    start = Dockerfile({"PATH": "/bin"}, copies=(Copy(tmp_path / "code", "/opt/ml/code"),))
    assert not [mount for mount in plan(start).mounts if mount.target.startswith("/opt/ml/")]


@pytest.mark.parametrize(("working", "made"), [("/srv/app", True), ("/tmp", False), ("/usr/bin", False), ("/", False)])
def test_a_working_directory_that_no_layer_has_is_made(working, made):
    result = plan(Dockerfile({"PATH": "/bin"}, working_directory=working))
    assert result.working_directory == working
    fresh = {mount.target for mount in plan().mounts}
    assert (working in {mount.target for mount in result.mounts} - fresh) is made


def test_environment_request_over_image():
    start = Dockerfile({"PATH": "/bin", "A": "image", "B": "image"})
    environment = plan(start, environment={"A": "request"}).environment
    assert environment == {"HOME": "/root", "HOSTNAME": "algo-1", "PATH": "/bin", "A": "request", "B": "image"}


@pytest.mark.parametrize(("network", "own"), [("host", False), ("none", True), ("endpoint", True)])
def test_network(network, own):
    assert plan(network=network).own_network is own


def test_a_root_file_system_shows_nothing_of_this_machine(tmp_path):
    (tmp_path / "bin").mkdir()
    shown = {mount.source for mount in plan(root=tmp_path).mounts if mount.source}
    assert {source for source in shown if not source.startswith(str(tmp_path))} <= {"/tmp", "/sys", "/run"}
