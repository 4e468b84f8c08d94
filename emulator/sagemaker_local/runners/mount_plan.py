"""What a container in namespaces sees: the one description that bubblewrap and unshare both render.

The new root is a tmpfs. On it the system (of this machine, or an image's root file system) is bound read-only, the
Dockerfile's COPY sources over it, and the job's directories writable. Of this machine's home and current directory
nothing is visible but the Python environment that runs this program, for images that expect a Python.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local.runners.container import ContainerError, ContainerSpec, compose_command
from sagemaker_local.runners.local_image import THIS_MACHINE, LocalImage
from sagemaker_local.runners.mounts import Layer, Mount, beneath, compose_mounts, resolve_inside
from sagemaker_local.runners.python_environment import python_paths

SYSTEM_DIRECTORIES = ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "opt", "nix", "gnu")
"""Top-level directories of this machine that stand for a base image."""

FRESH_DIRECTORIES = ("/tmp", "/run", "/root", "/home", "/var/tmp")

CAPABILITIES = {
    "CAP_CHOWN": 0, "CAP_DAC_OVERRIDE": 1, "CAP_FOWNER": 3, "CAP_FSETID": 4, "CAP_KILL": 5, "CAP_SETGID": 6, "CAP_SETUID": 7,
    "CAP_SETPCAP": 8, "CAP_NET_BIND_SERVICE": 10, "CAP_NET_RAW": 13, "CAP_SYS_CHROOT": 18, "CAP_MKNOD": 27,
    "CAP_AUDIT_WRITE": 29, "CAP_SETFCAP": 31,
}  # fmt: skip
"""Names and numbers (linux/capability.h) of what Docker leaves to root in a container, so that read-only stays read-only."""


@dataclass(frozen=True)
class MountPlan:
    """Everything that decides what a container in namespaces sees and runs."""

    mounts: tuple[Mount, ...]
    environment: Mapping[str, str]
    hostname: str
    own_network: bool
    working_directory: str
    command: tuple[str, ...]


def plan_container(spec: ContainerSpec, image: LocalImage) -> MountPlan:
    """The plan for ``spec`` on ``image``. Raises :class:`ContainerError` when there is no command."""
    start = image.start
    try:
        copies = [Layer("read_only", resolve_inside(image.root, copy.target), str(copy.source)) for copy in start.copies]
        layers = [*_system_layers(image.root), *copies]
        working_directory = start.working_directory
        if not any(layer.target == working_directory or beneath(layer.target, working_directory) for layer in layers):
            layers += _missing_directory(image.root, resolve_inside(image.root, working_directory), layers)
        layers += [Layer("bind", target, str(source)) for target, source in sorted(spec.directories.items())]
        mounts = compose_mounts(layers)
    except OSError as error:
        raise ContainerError(f"the image {spec.image.uri} cannot be laid out: {error}") from error
    return MountPlan(
        mounts,
        {"HOME": "/root", "HOSTNAME": spec.hostname, **start.environment, **spec.environment},
        spec.hostname,
        spec.network != "host",
        working_directory,
        compose_command(start.entrypoint, start.command, spec.entrypoint, spec.arguments),
    )


def _system_layers(root: Path) -> Iterator[Layer]:
    """The base image: this machine's system directories, or all of a root file system, with fresh /dev, /proc, /tmp ..."""
    if root == THIS_MACHINE:
        names = [name for name in SYSTEM_DIRECTORIES if os.path.lexists(f"/{name}")]
    else:
        names = sorted(set(os.listdir(root)) - {"dev", "proc", "sys", "tmp", "run"})
    for name in names:
        yield Layer("read_only", f"/{name}", str(root / name))
    for directory in FRESH_DIRECTORIES:
        if root == THIS_MACHINE or directory in ("/tmp", "/run"):
            yield Layer("tmpfs", directory)
    if root == THIS_MACHINE:
        for private in {str(Path.home().resolve()), str(Path.cwd().resolve())}:
            if any(beneath(private, f"/{name}") for name in names):
                yield Layer("tmpfs", private)
        for path in python_paths():
            if path != "/" and path.removeprefix("/") not in names:
                yield Layer("read_only", path, path)
    if os.path.exists("/sys"):
        yield Layer("read_only", "/sys", "/sys")
    resolver = os.path.realpath("/etc/resolv.conf")
    if beneath(resolver, "/run") and os.path.isfile(resolver):
        yield Layer("read_only", resolver, resolver)
    yield Layer("proc", "/proc")
    yield Layer("dev", "/dev")


def _missing_directory(root: Path, directory: str, layers: list[Layer]) -> Iterator[Layer]:
    """A WORKDIR that no layer has is made, as Docker does."""
    provided = any(
        layer.kind == "read_only" and beneath(directory, layer.target)
        and os.path.isdir(os.path.join(layer.source, os.path.relpath(directory, layer.target)))
        for layer in layers
    )  # fmt: skip
    if directory != "/" and not provided and directory not in FRESH_DIRECTORIES:
        yield Layer("tmpfs", directory)
