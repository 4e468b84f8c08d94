"""What runs for the steps now: processes started and their output read line by line; all of it stopped as pods are."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

GRACE_SECONDS = 15.0
"""How long a step has after SIGTERM. A component sends its Stop call within a second; its watch may take longer."""


class Running(Protocol):
    """A process or a container that can be stopped."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True, eq=False)
class _Group:
    """A process and its children, signalled together: bubblewrap does not pass signals on to the program in it."""

    process: subprocess.Popen[str]

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass
class StepProcesses:
    """The steps that run now; safe to use from the threads of parallel steps and from a signal handler."""

    stopped_by: int = 0
    """The number of the signal that ended the run; 0 while it goes on."""
    _running: set[Running] = field(default_factory=set)

    @contextlib.contextmanager
    def watching(self, running: Running) -> Iterator[None]:
        """Stop it too, when the run is stopped within the context or was before."""
        self._running.add(running)
        if self.stopped_by:
            running.terminate()
        try:
            yield
        finally:
            self._running.discard(running)

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        on_line: Callable[[str], None],
    ) -> int:
        """Run a command to its end, in a session of its own; its exit code, negative for a signal.

        Stdout and stderr come as one stream, as ``kubectl logs`` shows them.
        """
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        with process, self.watching(_Group(process)):
            for line in process.stdout or ():
                on_line(line.rstrip("\n"))
            return process.wait()

    def stop(self, signal_number: int) -> bool:
        """Send SIGTERM to every step, and SIGKILL after the grace; whether any step ran."""
        self.stopped_by = signal_number
        running = tuple(self._running)
        for each in running:
            each.terminate()
        timer = threading.Timer(GRACE_SECONDS, self.kill)
        timer.daemon = True
        timer.start()
        return bool(running)

    def kill(self) -> None:
        """Send SIGKILL to every step that still runs."""
        for each in tuple(self._running):
            each.kill()
