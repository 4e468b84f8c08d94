"""Layers laid over each other become the fewest mounts, with nothing of a lower layer lost."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.mounts import Layer, Mount, compose_mounts, resolve_inside


@pytest.fixture
def tree(tmp_path):
    """A system with /usr/bin/{sh,link} and /usr/share, and an /app of two files."""
    for name in ("system/usr/bin", "system/usr/share", "app"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("system/usr/bin/sh", "app/a", "app/b"):
        (tmp_path / name).write_text(name)
    (tmp_path / "system/usr/bin/link").symlink_to("sh")
    (tmp_path / "system/bin").symlink_to("usr/bin")
    return tmp_path


def test_a_directory_without_anything_over_it_is_one_mount(tree):
    assert compose_mounts([Layer("read_only", "/usr", f"{tree}/system/usr")]) == (
        Mount("read_only", "/usr", f"{tree}/system/usr"),
    )


def test_a_link_stays_a_link(tree):
    assert compose_mounts([Layer("read_only", "/bin", f"{tree}/system/bin")]) == (Mount("symlink", "/bin", "usr/bin"),)


def test_what_has_a_place_is_mounted_over_it(tree):
    layers = [Layer("read_only", "/usr", f"{tree}/system/usr"), Layer("bind", "/usr/share", "/data")]
    assert compose_mounts(layers) == (
        Mount("read_only", "/usr", f"{tree}/system/usr"),
        Mount("bind", "/usr/share", "/data"),
    )


def test_what_has_no_place_makes_its_directory_anew_and_no_other(tree):
    layers = [Layer("read_only", "/usr", f"{tree}/system/usr"), Layer("read_only", "/usr/bin/train", f"{tree}/app/a")]
    assert compose_mounts(layers) == (
        Mount("directory", "/usr"),
        Mount("directory", "/usr/bin"),
        Mount("symlink", "/usr/bin/link", "sh"),
        Mount("read_only", "/usr/bin/sh", f"{tree}/system/usr/bin/sh"),
        Mount("read_only", "/usr/bin/train", f"{tree}/app/a"),
        Mount("read_only", "/usr/share", f"{tree}/system/usr/share"),
    )


def test_directories_are_merged_and_the_later_file_wins(tree):
    (tree / "over").mkdir()
    (tree / "over/b").write_text("new")
    layers = [Layer("read_only", "/app", f"{tree}/app"), Layer("read_only", "/app", f"{tree}/over")]
    assert compose_mounts(layers) == (
        Mount("directory", "/app"),
        Mount("read_only", "/app/a", f"{tree}/app/a"),
        Mount("read_only", "/app/b", f"{tree}/over/b"),
    )


def test_a_writable_directory_hides_what_earlier_layers_put_there(tree):
    layers = [
        Layer("read_only", "/opt/ml/code", f"{tree}/app"),
        Layer("bind", "/opt/ml", "/job"),
        Layer("bind", "/opt/ml/checkpoints", "/points"),
    ]
    assert compose_mounts(layers) == (
        Mount("directory", "/opt"),
        Mount("bind", "/opt/ml", "/job"),
        Mount("bind", "/opt/ml/checkpoints", "/points"),
    )


def test_a_fresh_directory_over_the_system_can_hold_later_layers(tree):
    layers = [
        Layer("read_only", "/usr", f"{tree}/system/usr"),
        Layer("tmpfs", "/usr/share"),
        Layer("read_only", "/usr/share/app", f"{tree}/app"),
    ]
    assert compose_mounts(layers) == (
        Mount("read_only", "/usr", f"{tree}/system/usr"),
        Mount("tmpfs", "/usr/share"),
        Mount("read_only", "/usr/share/app", f"{tree}/app"),
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/bin/train", "/usr/bin/train"),
        ("/usr/bin/../share", "/usr/share"),
        ("/none/x", "/none/x"),
        ("/bin/link", "/usr/bin/sh"),
    ],
)
def test_links_are_followed_inside_the_root(tree, path, expected):
    assert resolve_inside(tree / "system", path) == expected


def test_a_loop_of_links_is_an_error(tree):
    (tree / "system/loop").symlink_to("loop")
    with pytest.raises(OSError, match="too many symbolic links"):
        resolve_inside(tree / "system", "/loop/x")
