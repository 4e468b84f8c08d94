"""The image map: what an entry may be, and which folder stands for an image."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.container import ContainerError, compose_command
from sagemaker_local.runners.images import Image, find_image


@pytest.fixture
def folders(tmp_path):
    for name in ("docker", "root", "neither"):
        (tmp_path / name).mkdir()
    (tmp_path / "docker/Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "root/usr").mkdir()
    return tmp_path


def test_entries_are_found_by_uri_before_the_one_for_any(folders):
    images = {"123.dkr.ecr/image:1": folders / "docker", "*": folders / "root"}
    assert find_image("123.dkr.ecr/image:1", images) == Image("123.dkr.ecr/image:1", "dockerfile", folders / "docker")
    assert find_image("other:1", images) == Image("other:1", "root_file_system", folders / "root")
    assert find_image("other:1", {}) == Image("other:1", "registry", None)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("neither", "holds neither a Dockerfile nor a root file system"), ("absent", "is not a directory")],
)
def test_a_folder_that_is_no_image_is_refused(folders, folder, reason):
    with pytest.raises(ValueError, match=reason):
        find_image("image:1", {"image:1": folders / folder})


@pytest.mark.parametrize(
    ("entrypoint", "arguments", "expected"),
    [
        ((), (), ("image", "default")),
        ((), ("train",), ("image", "train")),
        (("mine",), (), ("mine",)),
        (("mine",), ("a",), ("mine", "a")),
    ],
)
def test_command_as_docker_run_makes_it(entrypoint, arguments, expected):
    assert compose_command(("image",), ("default",), entrypoint, arguments) == expected


def test_nothing_to_run_is_an_error():
    with pytest.raises(ContainerError, match="no command to run"):
        compose_command((), (), (), ())
