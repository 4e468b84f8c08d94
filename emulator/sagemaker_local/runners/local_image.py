"""An image as this machine itself provides it, for the runners without a Docker engine.

A Dockerfile folder stands on this machine's own system; a root file system stands for itself. :class:`ContainerError`
says what to do about an image that is neither.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from sagemaker_local.runners.container import ContainerError
from sagemaker_local.runners.dockerfile import Dockerfile, DockerfileError, read_dockerfile
from sagemaker_local.runners.images import Image, unmapped_image_message

logger = logging.getLogger(__name__)

STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH that Docker gives to an image without one."""

THIS_MACHINE = Path("/")

_noted: set[tuple[Path, str]] = set()


@dataclass(frozen=True)
class LocalImage:
    """``root`` is :data:`THIS_MACHINE` or the folder of a root file system; ``start`` is how its container starts."""

    root: Path
    start: Dockerfile


def open_image(image: Image, runner: str) -> LocalImage:
    """What ``image`` is without a Docker engine. Raises :class:`ContainerError`; logs once what is taken as satisfied."""
    if image.folder is None:
        raise ContainerError(unmapped_image_message(image.uri, runner))
    if image.kind == "root_file_system":
        return LocalImage(image.folder, Dockerfile({"PATH": STANDARD_PATH}))
    try:
        start = read_dockerfile(image.folder, {"PATH": f"{sys.prefix}/bin:{STANDARD_PATH}"})
    except DockerfileError as error:
        raise ContainerError(str(error)) from error
    for note in start.notes:
        if (image.folder, note) not in _noted:
            _noted.add((image.folder, note))
            logger.info("%s: taken as satisfied by this machine: %s", image.folder / "Dockerfile", note)
    return LocalImage(THIS_MACHINE, start)
