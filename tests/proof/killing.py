"""How a step is killed at one of its calls: before the call is carried out, or after. What must hold then is in the tests."""

from __future__ import annotations

from waiting import until

from .lab import Lab
from .steps import Task


def killed_before(lab: Lab, task: Task, operation: str) -> None:
    """Killed while a call is under way that is carried out only after the death of its caller."""
    gate = lab.gates.before(operation)
    process = task.start()
    gate.wait(process)
    process.kill()
    gate.open()
    until(lambda: all(call.seconds is not None for call in lab.calls()), "the held call was carried out")


def killed_after(lab: Lab, task: Task, operation: str) -> None:
    """Killed when a call has been carried out, before its answer is there."""
    gate = lab.gates.after(operation)
    process = task.start()
    gate.wait(process)
    process.kill()
    gate.open()
