"""A wheel at a pinned version and content, for the generators of tables of facts. It is read as a zip file, not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def download_wheel(package: str, sha256: str, folder: Path) -> Path:
    """Fetch the wheel of ``package`` (``name==version``) with pip. Raises subprocess.CalledProcessError when pip fails."""
    requirement = folder / "requirements.txt"
    requirement.write_text(f"{package} --hash=sha256:{sha256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    options = ["--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(requirement)]
    subprocess.run([*pip, *options], check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel
