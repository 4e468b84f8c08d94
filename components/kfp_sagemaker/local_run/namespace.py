"""The ``/s3`` of a step, and its volumes: a mount namespace in which folders are bound, and everything else is as it is.

It stands in for the pod and is no sandbox. bubblewrap makes it where it is installed, else util-linux'
``unshare`` with a chroot; both need root or user namespaces, and neither touches the machine's own ``/``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Mounts = Sequence[tuple[Path, str]]
"""Folder on this machine and path in the namespace, parents first; the first is that of ``/s3``."""
Wrap = Callable[[Sequence[str], Mounts, Path], list[str]]


@dataclass(frozen=True)
class Namespace:
    """A way of running a command with a folder at ``/s3``."""

    name: str
    wrap: Wrap
    """Command, mounts and working directory to the command that runs it so."""


def find_namespace() -> Namespace | None:
    """The first way that works on this machine, tried out; None when none does."""
    for name, program, wrap in (("bubblewrap", "bwrap", _bubblewrap), ("unshare", "unshare", _unshare)):
        if shutil.which(program) and _works(wrap):
            return Namespace(name, wrap)
    return None


def _works(wrap: Wrap) -> bool:
    with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
        mount = Path(folder) / "s3"
        mount.mkdir()
        (mount / "probe").write_text("seen")
        command = wrap(["cat", "/s3/probe"], [(mount, "/s3")], mount)
        try:
            result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return result.returncode == 0 and result.stdout == "seen"


def _top_level() -> list[Path]:
    return sorted(path for path in Path("/").iterdir() if path.name != "s3")


def _opened(mounts: Mounts) -> list[str]:
    """Directories of this machine that are made anew, entry by entry, so that mounting in them makes nothing on its disks."""
    found = set()
    for _, path in mounts[1:]:
        parent = os.path.realpath(path)
        if not os.path.isdir(parent):
            while not os.path.isdir(parent):
                parent = os.path.dirname(parent)
            found.add(parent)
    return sorted(found - {"/"})


def _bubblewrap(command: Sequence[str], mounts: Mounts, directory: Path) -> list[str]:
    """bubblewrap with each entry of ``/`` bound: binding ``/`` itself would make ``/s3`` on the machine's own disk."""
    arguments = ["bwrap"]
    opened = _opened(mounts)
    for entries in (_top_level(), *(sorted(Path(directory).iterdir()) for directory in opened)):
        if entries and str(entries[0].parent) != "/":
            arguments += ["--tmpfs", str(entries[0].parent)]
        for entry in entries:
            if entry.is_symlink():
                arguments += ["--symlink", os.readlink(entry), str(entry)]
            else:
                arguments += ["--dev-bind-try", str(entry), str(entry)]
    for folder, path in mounts:
        arguments += ["--bind", str(folder), path]
    return [*arguments, "--chdir", str(directory), "--", *command]


_NEW_ROOT = """
set -e
root=$1; directory=$2; mounts=$3; opened=$4; shift 4
mkdir -p "$root"
anew() {
  mount -t tmpfs tmpfs "$root$1"
  for entry in "$1"/* "$1"/.[!.]*; do
    if [ "$entry" = /s3 ] || [ ! -e "$entry" ]; then continue
    elif [ -L "$entry" ]; then ln -s "$(readlink "$entry")" "$root$entry"
    elif [ -d "$entry" ]; then mkdir "$root$entry"; mount --rbind "$entry" "$root$entry" || rmdir "$root$entry"
    else : > "$root$entry"; mount --bind "$entry" "$root$entry" || rm "$root$entry"
    fi
  done
}
anew ""
while [ "$opened" -gt 0 ]; do anew "$1"; opened=$((opened - 1)); shift; done
while [ "$mounts" -gt 0 ]; do
  mkdir -p "$root$2"; mount --bind "$1" "$root$2"; mounts=$((mounts - 1)); shift 2
done
exec chroot "$root" sh -c 'cd "$0"; exec "$@"' "$directory" "$@"
"""


def _unshare(command: Sequence[str], mounts: Mounts, directory: Path) -> list[str]:
    """``unshare`` with a new root beside the first folder: a file system in memory with each entry of ``/`` bound."""
    options = ["--mount"] if os.geteuid() == 0 else ["--mount", "--user", "--map-root-user"]
    opened = _opened(mounts)
    arguments = [f"{mounts[0][0]}.root", str(directory), str(len(mounts)), str(len(opened)), *opened]
    for folder, path in mounts:
        arguments += [str(folder), path]
    return ["unshare", *options, "sh", "-c", _NEW_ROOT, "sh", *arguments, *command]
