"""From directories to S3: plain objects, ``model.tar.gz`` and ``output.tar.gz``, and directories kept in step while a
job runs.
"""

from __future__ import annotations

import logging
import os
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sagemaker_local.execution.context import JobFailed
from sagemaker_local.execution.s3_download import as_job_failure, split_uri

logger = logging.getLogger(__name__)


def files_below(directory: Path) -> Iterator[Path]:
    """The regular files below a directory, sorted. Symbolic links are not followed, as SageMaker does not follow them."""
    for parent, names, files in os.walk(directory):
        names.sort()
        for name in sorted(files):
            path = Path(parent, name)
            if path.is_file() and not path.is_symlink():
                yield path


class DirectoryUpload:
    """A directory and the S3 prefix that it goes to; each call uploads what is new or changed since the last one."""

    def __init__(self, s3: Any, directory: Path, uri: str) -> None:
        self._s3, self._directory = s3, directory
        self._bucket, self._prefix = split_uri(uri)
        self._seen: dict[Path, tuple[int, int]] = {}

    def mark_present(self) -> None:
        """Take what is there now as uploaded already."""
        self._seen = {path: _state(path) for path in files_below(self._directory)}

    def __call__(self) -> None:
        """Raises JobFailed."""
        for path in files_below(self._directory):
            with as_job_failure(f"Failed to upload {path.name} to s3://{self._bucket}/{self._prefix}"):
                state = _state(path)
                if self._seen.get(path) == state:
                    continue
                relative = path.relative_to(self._directory).as_posix()
                key = f"{self._prefix.rstrip('/')}/{relative}" if self._prefix else relative
                self._s3.upload_file(str(path), self._bucket, key)
                self._seen[path] = state


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def upload_archive(s3: Any, directories: Sequence[Path], uri: str) -> None:
    """Pack what the instances left into one ``.tar.gz`` object; of files with one name the first instance's is taken."""
    with tempfile.TemporaryFile() as packed:
        with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
            for name, path in entries(directories):
                archive.add(path, name, recursive=False)
        packed.seek(0)
        bucket, key = split_uri(uri)
        with as_job_failure(f"Failed to upload {uri}"):
            s3.upload_fileobj(packed, bucket, key)


def entries(directories: Iterable[Path]) -> list[tuple[str, Path]]:
    """Relative name and path of everything below the directories, each name once."""
    found: dict[str, Path] = {}
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            if path.is_symlink() or path.is_file() or path.is_dir():
                found.setdefault(path.relative_to(directory).as_posix(), path)
    return sorted(found.items())


@contextmanager
def repeating(seconds: float, actions: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Do the actions every so many seconds, in a thread. What fails is logged once and tried again the next time."""
    ended = threading.Event()
    reported: set[str] = set()

    def run() -> None:
        while not ended.wait(seconds):
            for action in actions:
                try:
                    action()
                except (JobFailed, OSError) as error:  # a file may vanish while it is read; the last upload counts
                    if str(error) not in reported:
                        reported.add(str(error))
                        logger.warning("will try again: %s", error)

    thread = threading.Thread(target=run, name="synchronisation", daemon=True)
    if actions:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if actions:
            thread.join()
