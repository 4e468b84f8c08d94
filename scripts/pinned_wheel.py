"""What the generators of tables of facts share: their command, and wheels of a pinned content, read as zip files."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def download_wheel(package: str, sha256: str, folder: Path) -> Path:
    """Fetch the wheel of ``package`` (``name==version``) with pip. Raises subprocess.CalledProcessError when pip fails."""
    folder.mkdir()
    requirement = folder / "requirements.txt"
    requirement.write_text(f"{package} --hash=sha256:{sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    options = ["--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(requirement)]
    subprocess.run([*pip, *options], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def write_or_check(
    what: str, table: Path, wheels: Mapping[str, str], build: Callable[..., Any], arguments: Sequence[str] | None = None
) -> int:
    """Write ``table``, the JSON of what ``build`` makes of the wheels, or check it; returns the exit status.

    ``what`` says in the help what the table is of. ``wheels`` are packages (``name==version``) and their SHA-256; ``build``
    gets their paths in this order.
    """
    parser = argparse.ArgumentParser(description=f"Write the table of {what}.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the checked-in table is stale")
    check = parser.parse_args(arguments).check
    packages = " and ".join(wheels)
    with tempfile.TemporaryDirectory() as folder:
        try:
            paths = [download_wheel(package, sha256, Path(folder, package)) for package, sha256 in wheels.items()]
            text = json.dumps(build(*paths), indent=1, sort_keys=True) + "\n"
        except subprocess.CalledProcessError:
            print(f"pip could not fetch {packages} with the pinned hash; it says why above.", file=sys.stderr)
            return 2
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
    if not check:
        table.write_text(text, encoding="utf-8")
        return 0
    if not table.is_file() or table.read_text(encoding="utf-8") != text:
        print(f"{table} is stale relative to {packages}: run {parser.prog} and commit.", file=sys.stderr)
        return 1
    return 0
