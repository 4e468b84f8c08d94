"""Containers that are plain processes of this machine: for where neither an engine nor namespaces work.

How it works: the directory that stands for ``/opt/ml`` is named by the variable ``SAGEMAKER_BASE_DIR``, the one that
SageMaker's own training toolkit reads; words of the command and values of the environment that begin with ``/opt/ml``,
another bound directory or a COPY destination are rewritten to where these really are. A container that serves is told
its port by ``SAGEMAKER_BIND_TO_PORT``.

Known limitations: nothing is hidden from the job and no network is taken from it; paths inside its program are not
rewritten; one job at a time, of one instance. SIGTERM ends a program that has no handler, which it does not in a
container.
"""

from __future__ import annotations

import logging
import os
import posixpath
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sagemaker_local.runners.container import (
    NOT_STARTED,
    SERVING_PORT,
    Container,
    ContainerError,
    ContainerSpec,
    OnLine,
    compose_command,
)
from sagemaker_local.runners.local_image import THIS_MACHINE, LocalImage, open_image
from sagemaker_local.runners.subprocess_container import Started, SubprocessContainer, spawn

BASE_DIRECTORY_VARIABLE = "SAGEMAKER_BASE_DIR"

LIMITS = (
    f"jobs run as plain processes: one at a time, of one instance, not isolated from this machine, with the directory of "
    f"/opt/ml named by {BASE_DIRECTORY_VARIABLE}"
)

logger = logging.getLogger(__name__)


class ProcessRunner:
    """A :class:`~sagemaker_local.runners.container.Runner` without isolation. Logs its limits once, when it is made."""

    name = "process"
    one_job_at_a_time = True

    def __init__(self) -> None:
        logger.warning(LIMITS)

    def start(self, spec: ContainerSpec, on_line: OnLine) -> Container:
        image = open_image(spec.image, self.name)
        if image.root != THIS_MACHINE:
            raise ContainerError(f"the image {spec.image.uri} is a root file system, which the process runner cannot enter")
        root = Path(tempfile.mkdtemp(prefix="sagemaker-local-"))
        try:
            places = {target: str(source) for target, source in spec.directories.items()} | _copy_image(image, root)
            directory = _inside(image.start.working_directory, places) or str(root / image.start.working_directory.lstrip("/"))
            Path(directory).mkdir(parents=True, exist_ok=True)
            address = _free_address() if spec.network == "endpoint" else None
            environment = _environment(spec, image, places, address)
            command = compose_command(image.start.entrypoint, image.start.command, spec.entrypoint, spec.arguments)
            words = [_rewritten(word, places) for word in command]
            executable = os.path.join(directory, words[0]) if "/" in words[0] else words[0]
            if shutil.which(executable, path=environment["PATH"]) is None:
                words = ["/bin/sh", "-c", 'echo "$0: not found" >&2; exit "$1"', words[0], str(NOT_STARTED)]
            process = spawn([*_die_with_parent(), *words], environment=environment, directory=directory)
        except (OSError, ContainerError) as error:
            shutil.rmtree(root, ignore_errors=True)
            raise ContainerError(f"the container {spec.name} cannot be started: {error}") from error
        return SubprocessContainer(
            Started(process, -process.pid), on_line, address=address, on_close=lambda: shutil.rmtree(root, ignore_errors=True)
        )

    def close(self) -> None:
        """It holds nothing."""


def _die_with_parent() -> list[str]:
    return ["setpriv", "--pdeathsig", "KILL", "--"] if sys.platform == "linux" and shutil.which("setpriv") else []


def _copy_image(image: LocalImage, root: Path) -> dict[str, str]:
    """Copy what the Dockerfile copies under ``root``; container path to real path."""
    places = {}
    for copy in image.start.copies:
        target = root / copy.target.lstrip("/")
        if copy.source.is_dir():
            shutil.copytree(copy.source, target, dirs_exist_ok=True, symlinks=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(copy.source, target)
        places[copy.target] = str(target)
    return places


def _free_address() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "127.0.0.1", listener.getsockname()[1]


def _environment(
    spec: ContainerSpec, image: LocalImage, places: Mapping[str, str], address: tuple[str, int] | None
) -> dict[str, str]:
    environment = {"HOME": "/", "HOSTNAME": spec.hostname, **image.start.environment, **spec.environment}
    environment = {name: _rewritten(value, places) for name, value in environment.items()}
    if "/opt/ml" in spec.directories:
        environment[BASE_DIRECTORY_VARIABLE] = str(spec.directories["/opt/ml"])
    if address:
        environment["SAGEMAKER_BIND_TO_PORT"] = str(address[1] or SERVING_PORT)
    return environment


def _inside(path: str, places: Mapping[str, str]) -> str | None:
    """Where the container's ``path`` really is, if it lies in one of ``places``."""
    for target in sorted(places, key=len, reverse=True):
        if path == target or path.startswith(target.rstrip("/") + "/"):
            return posixpath.join(places[target], posixpath.relpath(path, target)).removesuffix("/.")
    return None


def _rewritten(text: str, places: Mapping[str, str]) -> str:
    """``text`` with every absolute path that lies in one of ``places`` replaced by where it really is."""
    return re.sub(r"(?<![\w./-])/[\w./@+-]+", lambda path: _inside(path[0].rstrip("/"), places) or path[0], text)
