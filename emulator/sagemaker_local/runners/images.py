"""Which local folder stands for an image URI.

The image map comes from the user (``--image URI=FOLDER``). A folder holds either a Dockerfile or a root file system. An
image that is not in the map is only of use to the Docker engine, which takes it as it is. The entry ``*`` stands for
every image that has no entry of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ANY_IMAGE = "*"

ImageKind = Literal["registry", "dockerfile", "root_file_system"]


@dataclass(frozen=True)
class Image:
    """An image of a request and what stands for it here; ``folder`` is None for the kind ``registry``."""

    uri: str
    kind: ImageKind = "registry"
    folder: Path | None = None


def folder_kind(folder: Path) -> ImageKind:
    """Whether a folder holds a Dockerfile or a root file system. Raises ValueError when it is neither."""
    if (folder / "Dockerfile").is_file():
        return "dockerfile"
    if (folder / "bin").exists() or (folder / "usr").is_dir():
        return "root_file_system"
    what = "holds neither a Dockerfile nor a root file system (bin/ or usr/)" if folder.is_dir() else "is not a directory"
    raise ValueError(f"image folder {folder} {what}")


def find_image(uri: str, images: Mapping[str, Path]) -> Image:
    """What stands for ``uri``. Raises ValueError when its folder is not one of an image."""
    folder = images.get(uri) or images.get(ANY_IMAGE)
    if folder is None:
        return Image(uri)
    return Image(uri, folder_kind(folder), folder)


def unmapped_image_message(uri: str, runner: str) -> str:
    """What to do about an image that only a registry has."""
    return (
        f"the image {uri} is not on this machine and the {runner} runner cannot pull images. Map it to a folder with a "
        f"Dockerfile or a root file system: --image {uri}=FOLDER (or --image '*=FOLDER' for every image), "
        "or start a Docker engine"
    )
