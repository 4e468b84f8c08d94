"""A container whose outside is a process of this machine: its lines, signals and end.

Used by the runners without a Docker engine. A process that outlives the thread which started it, and one that dies with
this program, are both wanted: Linux ties "die with the parent" to the starting *thread*, hence :class:`Spawner`.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO

from sagemaker_local.runners.container import OnLine

LONGEST_LINE = 200_000
"""Characters after which a line without an end is handed over in pieces (a CloudWatch Logs event holds 256 KiB)."""

_CHUNK_BYTES = 65_536


_spawner = ThreadPoolExecutor(1, thread_name_prefix="container-spawner")
"""The one thread that starts processes; it lives as long as this program."""


def spawn(
    arguments: Sequence[str], *, environment: Mapping[str, str], directory: str = "/", pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a process out of reach of the terminal's signals. Raises OSError.

    Its output and errors go to one pipe: of two, nobody could tell which line was written first.
    """
    return _spawner.submit(
        subprocess.Popen,
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=directory,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
    ).result()


class LineSplitter:
    """Turns pieces of bytes into lines of text; bytes that are no UTF-8 become U+FFFD."""

    def __init__(self, on_line: OnLine) -> None:
        self._on_line = on_line
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + self._decoder.decode(chunk)).split("\n")
        for line in lines:
            self._hand_over(line.removesuffix("\r"))
        while len(self._rest) > LONGEST_LINE:
            self._on_line(self._rest[:LONGEST_LINE])
            self._rest = self._rest[LONGEST_LINE:]

    def end(self) -> None:
        self._rest += self._decoder.decode(b"", final=True)
        if self._rest:
            self._hand_over(self._rest)
        self._rest = ""

    def _hand_over(self, line: str) -> None:
        for start in range(0, max(len(line), 1), LONGEST_LINE):
            self._on_line(line[start : start + LONGEST_LINE])


def pump_lines(stream: IO[bytes], on_line: OnLine) -> threading.Thread:
    """Start a thread that hands the lines of ``stream`` over until it ends."""

    def pump() -> None:
        splitter = LineSplitter(on_line)
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK_BYTES):
                splitter.feed(chunk)
        splitter.end()

    thread = threading.Thread(target=pump, name="container-lines", daemon=True)
    thread.start()
    return thread


@dataclass(frozen=True)
class Started:
    """A process that was started for a container.

    ``main_process`` is the id of the container's first process as seen from here; a negative one leads
    a process group, which is killed as a whole.
    ``exit_code`` turns the exit code of ``process`` into the container's; it is called once, after the end.
    """

    process: subprocess.Popen[bytes]
    main_process: int
    exit_code: Callable[[int], int] = lambda code: code


class SubprocessContainer:
    """A :class:`~sagemaker_local.runners.container.Container`. ``on_close`` is called once, after everything has ended."""

    def __init__(
        self,
        started: Started,
        on_line: OnLine,
        *,
        address: tuple[str, int] | None = None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        process = started.process
        assert process.stdout is not None
        self.address = address
        self._process = process
        self._main_process = started.main_process
        self._on_close = on_close
        self._started = started
        self._lock = threading.Lock()
        self._closed = False
        self._ended: int | None = None
        self._pump = pump_lines(process.stdout, on_line)

    def wait(self, timeout: float | None = None) -> int | None:
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        if self._main_process < 0:
            self._kill()  # what the command left in the background holds the pipe
        self._pump.join()
        with self._lock:
            if self._ended is None:
                self._ended = self._started.exit_code(128 - code if code < 0 else code)
            return self._ended

    def terminate(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(abs(self._main_process), signal.SIGTERM)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._kill()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self.kill()
        self.wait()
        self._on_close()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._main_process < 0:
                os.killpg(-self._main_process, signal.SIGKILL)
            else:
                os.kill(self._main_process, signal.SIGKILL)
