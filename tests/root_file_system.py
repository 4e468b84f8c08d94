"""Root file systems of a few programs of this machine, for containers that see nothing else."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path


def copy_with_libraries(programs: Iterable[str], root: Path) -> None:
    """Programs of this machine, at ``/bin`` of a root file system, with the libraries that they are linked with."""
    for program in programs:
        path = shutil.which(program)
        assert path is not None, program
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
        libraries = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
        for source, target in ((path, f"bin/{program}"), *((library, library.lstrip("/")) for library in libraries)):
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / target)
