"""Steps that follow their jobs, held where a signal is to find them."""

from __future__ import annotations

from waiting import until

from .gates import Gate
from .lab import Lab
from .steps import StepProcess, Task

SLEEPS = {"KFP_SAGEMAKER_POLL_INTERVAL": "600"}
"""For a step that is to be asleep, not to call, when the signal comes."""


def looking(lab: Lab, task: Task) -> tuple[StepProcess, str, Gate]:
    """The step's process, following its job, with a call that looks at it held by the gate; and the job's name."""
    lab.prepare(task.component.id)
    lab.hold()
    created = lab.gates.after(task.component.last)
    process = task.start(**SLEEPS)
    created.wait(process)
    gate = lab.gates.after("DescribeLogStreams" if task.component.resource.log_group else task.component.resource.describe)
    created.open()
    gate.wait(process)
    return process, lab.name_of(task.component.last), gate


def running(lab: Lab, task: Task) -> tuple[StepProcess, str]:
    """The step's process, following its job, asleep until it looks at it again; and the job's name."""
    process, name, gate = looking(lab, task)
    gate.open()
    until(lambda: f"INFO    {name}: " in process.stderr, "the status was told")
    return process, name


def stop_of(task: Task) -> str:
    assert task.component.resource.stop is not None
    return task.component.resource.stop
