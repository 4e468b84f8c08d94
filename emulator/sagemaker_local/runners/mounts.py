"""Directories laid over each other, as a flat list of mounts.

An image's layers may put one file into a directory of the layer below. Where that directory is bound read-only there is
no place for the file, so the directory is made anew and what it held is bound entry by entry, no deeper than needed.
Bubblewrap before 0.11 and unshare have no overlay file system for this; in a user namespace there may be none at all.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LayerKind = Literal["read_only", "bind", "tmpfs", "proc", "dev"]

MountKind = Literal["read_only", "bind", "tmpfs", "proc", "dev", "directory", "symlink"]


@dataclass(frozen=True)
class Layer:
    """Something at ``target``, over what earlier layers put there.

    ``read_only`` merges a directory of this machine with what lies below, or replaces a file; every other kind hides it.
    """

    kind: LayerKind
    target: str
    source: str = ""


@dataclass(frozen=True)
class Mount:
    """One step of building the root, in order: a mount, a directory to make, or a symbolic link to ``source``."""

    kind: MountKind
    target: str
    source: str = ""


def beneath(path: str, directory: str) -> bool:
    """Whether ``path`` lies strictly inside ``directory``."""
    return path != directory and path.startswith(directory.rstrip("/") + "/")


def resolve_inside(root: Path, path: str) -> str:
    """``path`` with the symbolic links of the tree at ``root`` followed as a process with that root would follow them.

    Parts that do not exist stay as they are. Raises OSError for a loop.
    """
    todo, done, links = [part for part in path.split("/") if part], "/", 0
    while todo:
        part = todo.pop(0)
        if part in (".", ".."):
            done = posixpath.normpath(posixpath.join(done, part))
            continue
        candidate = posixpath.join(done, part)
        real = root / candidate.lstrip("/")
        if real.is_symlink():
            links += 1
            if links > 40:
                raise OSError(f"too many symbolic links: {path}")
            target = os.readlink(real)
            todo = [piece for piece in target.split("/") if piece] + todo
            done = "/" if target.startswith("/") else done
        else:
            done = candidate
    return done


def compose_mounts(layers: Sequence[Layer]) -> tuple[Mount, ...]:
    """The mounts, parents first, that show ``layers`` (later over earlier) on an empty, writable root."""
    shown = [
        layer
        for index, layer in enumerate(layers)
        if not any(
            later.kind != "read_only" and (beneath(layer.target, later.target) or layer.target == later.target)
            for later in layers[index + 1 :]
        )
    ]
    return tuple(mount for child in _children("/", [], shown) for mount in _mounts_at(child, shown, parent_is_made=True))


def _mounts_at(path: str, layers: Sequence[Layer], parent_is_made: bool) -> Iterator[Mount]:
    """The mounts for ``path`` and what is beneath it; ``parent_is_made`` when its parent is a directory that we can write."""
    inner = [layer for layer in layers if beneath(layer.target, path)]
    special = next((layer for layer in layers if layer.target == path and layer.kind != "read_only"), None)
    sources = _sources(path, layers)
    if special and not sources:
        yield Mount(special.kind, path, special.source)
        for child in _children(path, [], inner):
            yield from _mounts_at(child, layers, parent_is_made=special.kind != "proc")
        return
    outermost = _outermost(inner)
    if len(sources) == 1 and all(_has_place(sources[0], path, layer) for layer in inner if layer.target in outermost):
        source = sources[0]
        if os.path.islink(source) and parent_is_made:
            yield Mount("symlink", path, os.readlink(source))
        elif os.path.isfile(source) or os.path.isdir(source):
            yield Mount("read_only", path, source)
            for target in outermost:
                yield from _mounts_at(target, layers, parent_is_made=False)
        return
    if inner or sources:
        yield Mount("directory" if parent_is_made else "tmpfs", path)
        for child in _children(path, sources, inner):
            yield from _mounts_at(child, layers, parent_is_made=True)


def _sources(path: str, layers: Sequence[Layer]) -> list[str]:
    """What read-only layers have at ``path``: directories to merge, or one file or link."""
    sources: list[str] = []
    for layer in layers:
        if layer.target != path and not beneath(path, layer.target):
            continue
        if layer.kind != "read_only":
            sources = []
            continue
        source = posixpath.normpath(posixpath.join(layer.source, posixpath.relpath(path, layer.target)))
        if not os.path.lexists(source) or source in sources:
            continue
        if os.path.islink(source) or not os.path.isdir(source):
            sources = [source]
        else:
            sources = [known for known in sources if os.path.isdir(known) and not os.path.islink(known)] + [source]
    return sources


def _has_place(source: str, path: str, layer: Layer) -> bool:
    """Whether ``layer`` can be mounted over an entry of the directory ``source``, which stands at ``path``."""
    place = posixpath.join(source, posixpath.relpath(layer.target, path))
    if os.path.islink(place):
        return False
    wanted_directory = layer.kind != "read_only" or os.path.isdir(layer.source)
    return os.path.isdir(place) if wanted_directory else os.path.isfile(place)


def _outermost(layers: Sequence[Layer]) -> list[str]:
    targets = sorted({layer.target for layer in layers})
    return [target for target in targets if not any(beneath(target, other) for other in targets)]


def _children(path: str, sources: Sequence[str], inner: Sequence[Layer]) -> list[str]:
    """Absolute paths of the entries directly inside ``path``."""
    names = {name for source in sources for name in os.listdir(source)}
    names |= {posixpath.relpath(layer.target, path).split("/")[0] for layer in inner}
    return [posixpath.join(path, name) for name in sorted(names)]
