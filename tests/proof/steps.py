"""A step of a run: a component's inputs, its process, what that printed and the outputs that it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.registry import find_face
from waiting import PATIENCE

from .component_table import Component
from .forked import fork_server, run_program

RUN_ID = "0b7c9d1e-1c1b-4a52-9a0f-0d6a4f4a7a11"
SALT = "7d2f2b0a-52d4-4f6c-8f1f-6a4f0c6e1b22"
TIMEOUTS = (1, 5, 25, 125)
"""For the input ``timeout``, in turn: the first that is enough to make what is waited for, on a machine with other work."""


@dataclass
class Task:
    """One task of a run, in which a component's process may be started again and again, as a retried pod's is."""

    component: Component
    inputs: dict[str, Any]
    directory: Path
    environment: Mapping[str, str]
    processes: list[StepProcess] = field(default_factory=list)

    @property
    def face(self) -> Face:
        return find_face(self.component.id)

    @property
    def root(self) -> Path:
        """The task root as KFP's driver lays it out: pipeline, run, task, salt."""
        return self.directory / "digits" / RUN_ID / "the-task" / SALT

    def executor_input(self) -> str:
        outputs = self.face.outputs
        return json.dumps({
            "inputs": {"parameterValues": self.inputs},
            "outputs": {
                "outputFile": str(self.root / "executor_output.json"),
                "parameters": {output.name: {"outputFile": str(self.root / "parameters" / output.name)}
                               for output in outputs if not output.is_artifact},
                "artifacts": {output.name: {"artifacts": [{
                    "name": output.name, "uri": str(self.root / output.name), "type": {"schemaTitle": "system.Artifact"}}]}
                    for output in outputs if output.is_artifact},
            },
        })

    def arguments(self) -> list[str]:
        """What the step's container passes to the program."""
        return [self.component.id, "--executor-input", self.executor_input()]

    def start(self, **environment: str) -> StepProcess:
        step = StepProcess(self, {**self.environment, **environment})
        self.processes.append(step)
        return step

    def run(self, **environment: str) -> Ended:
        return self.start(**environment).wait()

    def run_anew(self, **environment: str) -> Ended:
        """As ``run``, by a Python that is started for it, as in a container."""
        self.directory.mkdir(parents=True, exist_ok=True)
        ended = subprocess.run(
            [sys.executable, "-m", "kfp_sagemaker", *self.arguments()], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, env={**self.environment, **environment}, cwd=self.directory, timeout=PATIENCE, check=False)
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def parameter(self, name: str) -> Any:
        """The value of an output parameter as the launcher would read it."""
        text = (self.root / "parameters" / name).read_text()
        declared = next(output for output in self.face.outputs if output.name == name)
        return json.loads(text) if declared.type not in ("String",) else text

    @property
    def has_outputs(self) -> bool:
        return (self.root / "executor_output.json").exists()

    def check_outputs(self, name: str) -> None:
        """Every declared output is there, and those of the table have the values that it says."""
        for output in self.face.outputs:
            path = self.root / output.name if output.is_artifact else self.root / "parameters" / output.name
            assert path.is_file(), output.name
        for parameter, pattern in self.component.outputs.items():
            expected = pattern.format(name=name) if isinstance(pattern, str) else pattern
            assert self.parameter(parameter) == expected, parameter
        left = json.loads((self.root / "executor_output.json").read_text())
        assert set(left["parameterValues"]) == {output.name for output in self.face.outputs if not output.is_artifact}
        assert set(left["artifacts"]) == {output.name for output in self.face.outputs if output.is_artifact}
        assert "| Status |" in (self.root / "card").read_text()


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str

    @property
    def last_line(self) -> str:
        return self.stderr.rstrip("\n").rpartition("\n")[2]

    def check(self, status: int = 0) -> Ended:
        assert self.status == status, self.stderr
        assert "Traceback" not in self.stderr + self.stdout
        return self


class StepProcess:
    """``python -m kfp_sagemaker v1/... --executor-input ...`` as a process, forked (:mod:`.forked`)."""

    def __init__(self, task: Task, environment: Mapping[str, str]) -> None:
        number = len(task.processes)
        task.directory.mkdir(parents=True, exist_ok=True)
        self._out, self._err = task.directory / f"{number}.out", task.directory / f"{number}.err"
        for file in (self._out, self._err):
            file.touch()
        self._process = fork_server().Process(
            target=run_program, args=(task.arguments(), dict(environment), task.directory, self._out, self._err), daemon=True)
        self._process.start()

    @property
    def stderr(self) -> str:
        return self._err.read_text()

    @property
    def runs(self) -> bool:
        return self._process.is_alive()

    def send(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
        assert self._ended() == -9

    def wait(self) -> Ended:
        return Ended(self._ended(), self._out.read_text(), self.stderr)

    def stays(self, seconds: float) -> bool:
        """Whether it still runs after so long."""
        self._process.join(seconds)
        return self.runs

    def end(self) -> None:
        if self.runs:
            self._process.kill()
            self._ended()

    def _ended(self) -> int:
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, f"still runs after {PATIENCE:g} s:\n{self.stderr}"
        return self._process.exitcode
