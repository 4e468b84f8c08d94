"""A job's lines to CloudWatch Logs, while it runs: one group, a stream for each instance, batches by a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

logger = logging.getLogger(__name__)

LARGEST_BATCH_BYTES = 1_048_576
LARGEST_BATCH_EVENTS = 10_000
EVENT_OVERHEAD_BYTES = 26
"""Quotas of PutLogEvents (API reference)."""

LARGEST_EVENT_CHARACTERS = 60_000
"""256 KiB at four bytes a character."""


class LogStreams:
    """The open log streams of one job or endpoint. Losing the log never fails a job: it is one warning."""

    def __init__(self, client: Any, group: str, flush_seconds: float) -> None:
        self._client, self._group, self._seconds = client, group, flush_seconds
        self._pending: dict[str, list[tuple[int, str]]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._denied = False
        self._thread = threading.Thread(target=self._run, name=f"logs-{group}", daemon=True)
        self._thread.start()

    def write(self, stream: str, line: str) -> None:
        """Append one line to a stream, which is created with its first batch."""
        now = int(time.time() * 1000)
        pieces = [line[start : start + LARGEST_EVENT_CHARACTERS] for start in range(0, len(line), LARGEST_EVENT_CHARACTERS)]
        with self._lock:
            self._pending.setdefault(stream, []).extend((now, piece) for piece in pieces or [" "])  # a message is not empty

    def close(self) -> None:
        """Send what is left and end."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        known: set[str] = set()
        while not self._closing.wait(self._seconds):
            self._flush(known)
        self._flush(known)

    def _flush(self, known: set[str]) -> None:
        with self._lock:
            pending, self._pending = self._pending, {}
        for stream, events in pending.items():
            try:
                if stream not in known:
                    self._create(stream)
                    known.add(stream)
                for batch in batches(events):
                    self._client.put_log_events(
                        logGroupName=self._group,
                        logStreamName=stream,
                        logEvents=[{"timestamp": moment, "message": message} for moment, message in batch],
                    )
            except Exception as error:
                if not self._denied:
                    self._denied = True
                    logger.warning("CloudWatch Logs does not take the lines of %s %s: %s", self._group, stream, error)

    def _create(self, stream: str) -> None:
        exists = self._client.exceptions.ResourceAlreadyExistsException
        with contextlib.suppress(exists):
            self._client.create_log_group(logGroupName=self._group)
        with contextlib.suppress(exists):
            self._client.create_log_stream(logGroupName=self._group, logStreamName=stream)


def batches(events: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Parts of ``events`` that fit one PutLogEvents call."""
    batch: list[tuple[int, str]] = []
    size = 0
    for moment, message in events:
        weight = len(message.encode()) + EVENT_OVERHEAD_BYTES
        if batch and (size + weight > LARGEST_BATCH_BYTES or len(batch) == LARGEST_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append((moment, message))
        size += weight
    if batch:
        yield batch
