"""Gates at which a call to the local SageMaker is held.

A gate holds the first matching call either before it is carried out or after that, before it is answered. So a test does
something to a process at a known instant, and races with nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local import LocalSageMaker
from sagemaker_local.calls import Call
from waiting import PATIENCE, until

from .steps import StepProcess


@dataclass
class Gate:
    """Holds one call of ``operation``. ``wait`` returns when a call is being held."""

    operation: str
    after: bool
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def wait(self, process: StepProcess) -> None:
        until(lambda: self.reached.is_set() or not process.runs, f"{self.operation} was called")
        assert self.reached.is_set(), f"the process ended without calling {self.operation}:\n{process.stderr}"

    def open(self) -> None:
        self.opened.set()

    def hold(self) -> None:
        self.reached.set()
        self.opened.wait(PATIENCE)


@dataclass
class Gates:
    """Put into a server once, between its front door and its call log."""

    gates: list[Gate] = field(default_factory=list)

    def before(self, operation: str) -> Gate:
        return self._put(Gate(operation, after=False))

    def after(self, operation: str) -> Gate:
        return self._put(Gate(operation, after=True))

    def clear(self) -> None:
        for gate in self.gates:
            gate.open()
        self.gates = []

    def install(self, local: LocalSageMaker, monkeypatch: Any) -> None:
        strike, end = local.faults.call_faults, local.call_log.end

        def held_before(service: str, operation: str, name: str | None) -> Any:
            self.hold(operation, after=False)
            return strike(service, operation, name)

        def held_after(call: Call, *outcome: Any) -> None:
            end(call, *outcome)
            if call.caller == "client":
                self.hold(call.operation, after=True)

        monkeypatch.setattr(local.faults, "call_faults", held_before)
        monkeypatch.setattr(local.call_log, "end", held_after)

    def _put(self, gate: Gate) -> Gate:
        self.gates.append(gate)
        return gate

    def hold(self, operation: str, *, after: bool) -> None:
        """Wait here when a gate is closed for this call."""
        for gate in list(self.gates):
            if (gate.operation, gate.after) == (operation, after) and not gate.reached.is_set():
                gate.hold()
                return
