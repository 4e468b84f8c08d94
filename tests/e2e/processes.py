"""A program that runs beside the tests: in a process group of its own, with its output in a file, and always ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS_TO_END = 20.0


class Program:
    """Starts ``command`` at once. ``log`` is what it prints, appended to what earlier ones of that file printed."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.name, self.log = Path(command[0]).name, log
        # Killed with the tests, should they be killed before they end it.
        dying = [setpriv, "--pdeathsig", "KILL", "--"] if (setpriv := shutil.which("setpriv")) else []
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                [*dying, *command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                env=None if environment is None else dict(environment))

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def runs(self) -> bool:
        return self._popen.poll() is None

    def check(self) -> None:
        """Raises AssertionError, with the end of its log, if it has ended."""
        assert self.runs, f"{self.name} ended with {self._popen.returncode}:\n{self.tail()}"

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def send(self, number: int) -> None:
        """A signal to the program alone (SIGSTOP, SIGCONT)."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL to the whole group; returns when it is gone."""
        self._signal(signal.SIGKILL)
        self._popen.wait(SECONDS_TO_END)

    def end(self) -> None:
        """SIGTERM, and SIGKILL after a while. Of one that has ended already, its group is still cleared."""
        if self.runs:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(SECONDS_TO_END)
        self._signal(signal.SIGKILL)
        self._popen.wait(SECONDS_TO_END)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
