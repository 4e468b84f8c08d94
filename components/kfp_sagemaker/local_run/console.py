"""What a person sees of a run: a line when a step starts and ends, the steps' own lines, and the outputs at the end.

Progress goes to stderr and the result to stdout, so that ``--json`` can be piped. rich leaves out the colours when
the stream is no terminal.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from kfp_sagemaker.local_run.outputs import OutputRow

_STYLES = {"succeeded": "green", "failed": "bold red", "interrupted": "yellow", "skipped": "dim"}


@dataclass
class RunConsole:
    """Writes to the streams as they were when it was made: kfp.local's own prints are diverted later."""

    progress: TextIO = field(default_factory=lambda: sys.stderr)
    result: TextIO = field(default_factory=lambda: sys.stdout)
    _started: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._console = Console(file=self.progress, highlight=False, soft_wrap=True)

    def step_started(self, name: str, attempt: int) -> None:
        self._step(name, "started" if attempt == 1 else f"started again (attempt {attempt})", "cyan")

    def step_ended(self, name: str, status: str, seconds: float, reason: str = "") -> None:
        self._step(name, f"{status} in {seconds:.1f} s{': ' if reason else ''}{reason}", _STYLES[status])

    def step_skipped(self, name: str, reason: str) -> None:
        self._step(name, f"skipped: {reason}", _STYLES["skipped"])

    def step_line(self, name: str, line: str) -> None:
        self._print(Text(f"{name}| {line}", style="dim"))

    def note(self, text: str) -> None:
        self._print(Text(text))

    def warn(self, text: str) -> None:
        self._print(Text(f"warning: {text}", style="yellow"))

    def error(self, text: str) -> None:
        self._print(Text(f"error: {text}", style="bold red"))

    def outputs(self, title: str, rows: Sequence[OutputRow]) -> None:
        """The table of outputs on stdout; lines of ``task.output: value`` where stdout is no terminal."""
        console = Console(file=self.result, highlight=False)
        if not console.is_terminal:
            for row in rows:
                self.result.write(f"{row.task}.{row.name}: {row.value}\n")
                if row.path:
                    self.result.write(f"{row.task}.{row.name} is at {row.path}\n")
            self.result.flush()
            return
        table = Table("step", "output", "value", title=title, title_justify="left")
        for row in rows:
            table.add_row(
                Text(row.task), Text(row.name), Text(f"{row.value}\n{row.path}" if row.path else row.value, overflow="fold")
            )
        console.print(table)

    def json(self, document: object) -> None:
        import json

        self.result.write(json.dumps(document, indent=2, default=str) + "\n")
        self.result.flush()

    def _step(self, name: str, what: str, style: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        self._print(Text.assemble((f"{minutes:2d}:{seconds:02d} ", "dim"), (name, "bold"), " ", (what, style)))

    def _print(self, text: Text) -> None:
        with self._lock:
            self._console.print(text)
