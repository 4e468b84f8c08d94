"""A step as a program of its own, started as a pod starts it; inputs, places and outputs are those of :mod:`proof.steps`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from proof.steps import Task

from .eventually import LIMIT


@dataclass
class Step(Task):
    """A task whose processes are programs: ``python -m kfp_sagemaker v2/... --executor-input ...``."""

    programs: list[StepProgram] = field(default_factory=list)

    def start(self, **environment: str) -> Any:
        self.programs.append(StepProgram(self, {**self.environment, **environment}))
        return self.programs[-1]


class StepProgram:
    """One process of a step, in a session of its own."""

    def __init__(self, step: Step, environment: dict[str, str]) -> None:
        step.directory.mkdir(parents=True, exist_ok=True)
        self._log = step.directory / f"{len(step.programs)}.log"
        with self._log.open("wb") as log:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "kfp_sagemaker", step.component.id, "--executor-input", step.executor_input()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, env=environment, cwd=step.directory,
                start_new_session=True)

    @property
    def stderr(self) -> str:
        return self._log.read_text()

    @property
    def runs(self) -> bool:
        return self._popen.poll() is None

    def send(self, number: int) -> None:
        self._popen.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._popen.kill()
        self._popen.wait(LIMIT)

    def wait(self) -> int:
        """The exit status."""
        return self._popen.wait(LIMIT)

    def end(self) -> None:
        if self.runs:
            self.kill()
