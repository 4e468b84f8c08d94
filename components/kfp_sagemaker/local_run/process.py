"""The processes of running steps: started, their output read line by line, and stopped as a pod's are."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

GRACE_SECONDS = 15.0
"""How long a step has after SIGTERM. A component sends its Stop call within a second; its watch may take longer."""


@dataclass
class StepProcesses:
    """The processes that run now; safe to use from the threads of parallel steps and from a signal handler."""

    stopped_by: int = 0
    """The number of the signal that ended the run; 0 while it goes on."""
    _running: set[subprocess.Popen[str]] = field(default_factory=set)

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], directory: Path, on_line: Callable[[str], None]
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
        self._running.add(process)
        if self.stopped_by:  # the signal came while the process started
            _signal_group(process, signal.SIGTERM)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                on_line(line.rstrip("\n"))
            return process.wait()
        finally:
            process.stdout.close()
            self._running.discard(process)

    def stop(self, signal_number: int) -> bool:
        """Send SIGTERM to every step, and SIGKILL after the grace; whether any step ran."""
        self.stopped_by = signal_number
        for process in tuple(self._running):
            _signal_group(process, signal.SIGTERM)
        timer = threading.Timer(GRACE_SECONDS, self.kill)
        timer.daemon = True
        timer.start()
        return bool(self._running)

    def kill(self) -> None:
        """Send SIGKILL to every step that still runs."""
        for process in tuple(self._running):
            _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    """Signal the step's whole group: bubblewrap does not pass signals on to the program in it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
