"""A training channel in Pipe mode: named pipes ``<channel>_<epoch>``, each of which gives the objects one after the
other.

Source: Developer Guide, "Access Training Data", Pipe mode. The next epoch's pipe is made when a reader has opened the
last one.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, cast

from sagemaker_local.execution.context import POLL_SECONDS
from sagemaker_local.execution.s3_download import S3Object

CHUNK_BYTES = 1 << 16

logger = logging.getLogger(__name__)


class PipeChannel:
    """The pipes of one channel of one instance, fed by a thread until :meth:`close`."""

    def __init__(self, s3: Any, objects: Sequence[S3Object], directory: Path, channel: str, *, gunzip: bool) -> None:
        self._s3, self._objects, self._gunzip = s3, objects, gunzip
        self._path = directory / channel
        self._closing = threading.Event()
        self._make(0)
        self._thread = threading.Thread(target=self._run, name=f"pipe-{channel}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; a reader sees the end of the data."""
        self._closing.set()
        self._thread.join()

    def _make(self, epoch: int) -> Path:
        path = self._path.with_name(f"{self._path.name}_{epoch}")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path, 0o666)
        return path

    def _run(self) -> None:
        epoch = 0
        try:
            while (pipe := self._open(epoch)) is not None:
                self._make(epoch + 1)
                with contextlib.suppress(BrokenPipeError):  # the reader has had enough of this epoch
                    try:
                        self._feed(pipe)
                    finally:
                        os.close(pipe)
                epoch += 1
        except Exception:
            logger.exception("the channel %s in Pipe mode ended early", self._path.name)

    def _open(self, epoch: int) -> int | None:
        """A descriptor once there is a reader; None when closing."""
        path = self._path.with_name(f"{self._path.name}_{epoch}")
        while not self._closing.is_set():
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
            self._closing.wait(POLL_SECONDS)
        return None

    def _feed(self, pipe: int) -> None:
        for entry in self._objects:
            body = self._s3.get_object(Bucket=entry.bucket, Key=entry.key)["Body"]
            content = cast("IO[bytes]", gzip.GzipFile(fileobj=body) if self._gunzip else body)
            while chunk := content.read(CHUNK_BYTES):
                rest = memoryview(chunk)
                while rest and not self._closing.is_set():
                    try:
                        rest = rest[os.write(pipe, rest) :]
                    except BlockingIOError:
                        self._closing.wait(POLL_SECONDS)
                if self._closing.is_set():
                    return
