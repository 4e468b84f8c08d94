"""SIGTERM at each instant: the remote job is stopped first, and then what there is time for; real processes, real signals."""

from __future__ import annotations

import math
import signal
import time

import pytest
from waiting import until

from .component_table import COMPONENTS, JOBS, MAKERS
from .followed_steps import SLEEPS, looking, running, stop_of
from .lab import Lab

STOP_WITHIN = 0.3
"""Seconds from the signal to the Stop call: the launcher is dead by then, and the pod is within the second."""


@pytest.mark.parametrize("component", MAKERS)
def test_before_create_nothing_is_created(lab: Lab, component: str) -> None:
    lab.prepare(component)
    task = lab.task(component)
    gate = lab.gates.before(task.component.resource.describe)
    process = task.start()
    gate.wait(process)

    process.send(signal.SIGTERM)

    assert process.wait().check(143).last_line.endswith("terminated; there was nothing to stop")
    assert [call.operation for call in lab.calls() if not call.operation.startswith("Describe")] == []


@pytest.mark.parametrize("component", JOBS)
def test_a_create_call_in_flight_ends_in_a_stopped_job(lab: Lab, component: str) -> None:
    """Stop is sent at once, finds nothing, and is sent again when the create call has returned."""
    lab.prepare(component)
    lab.hold()
    task = lab.task(component)
    creating = lab.gates.before(task.component.last)
    process = task.start()
    creating.wait(process)

    process.send(signal.SIGTERM)
    lab.until_called(stop_of(task), status=400)
    creating.open()

    process.wait().check(143)
    name = lab.name_of(task.component.last)
    until(lambda: lab.status(component, name) == "Stopped", "the job was stopped")
    assert len(lab.carried_out(stop_of(task))) == 1


@pytest.mark.parametrize("component", JOBS)
def test_a_create_call_whose_answer_is_awaited_is_not_waited_for(lab: Lab, component: str) -> None:
    lab.prepare(component)
    lab.hold()
    task = lab.task(component)
    creating = lab.gates.after(task.component.last)
    process = task.start()
    creating.wait(process)

    process.send(signal.SIGTERM)

    process.wait().check(143)
    assert not creating.opened.is_set()
    until(lambda: lab.status(component, lab.name_of(task.component.last)) == "Stopped", "the job was stopped")


@pytest.mark.parametrize("component", JOBS)
def test_mid_wait_stop_is_the_first_thing_and_at_once(lab: Lab, component: str) -> None:
    """Though the step is in the middle of another call, and before it says anything."""
    task = lab.task(component)
    process, name, look = looking(lab, task)
    said, called = process.stderr, len(lab.calls())
    stopping = lab.gates.before(stop_of(task))

    process.send(signal.SIGTERM)
    stopping.wait(process)

    first = lab.calls()[called]
    assert (first.operation, first.name) == (stop_of(task), name)
    assert process.stderr == said
    assert not look.opened.is_set()

    stopping.open()
    process.wait().check(143)
    until(lambda: lab.status(component, name) == "Stopped", "the job was stopped")


def test_the_stop_call_is_sent_within_300_ms(lab: Lab) -> None:
    """The shortest of several times counts: whatever else a machine does only adds to them."""
    seconds = [math.inf]
    while min(seconds) >= STOP_WITHIN and len(seconds) <= 20:
        process, name = running(lab, lab.task("v1/train"))
        sent = time.time()
        process.send(signal.SIGTERM)
        process.wait().check(143)
        (stop,) = [call for call in lab.calls("StopTrainingJob") if call.name == name]
        seconds.append(stop.time - sent)
    assert min(seconds) < STOP_WITHIN, seconds


def test_the_step_does_not_fail_of_what_it_stopped_itself(lab: Lab) -> None:
    """Though it sees the job stopped before it has the answer of its Stop call."""
    task = lab.task("v1/train")
    lab.hold()
    process = task.start()
    lab.until_called("DescribeTrainingJob")
    stopped = lab.gates.after("StopTrainingJob")
    process.send(signal.SIGTERM)
    stopped.wait(process)
    name = lab.name_of("CreateTrainingJob")
    until(lambda: lab.status("v1/train", name) == "Stopped", "the job was stopped")
    assert process.stays(0.5)
    stopped.open()

    assert "ended as Stopped" not in process.wait().check(143).stderr


@pytest.mark.parametrize("component", JOBS)
def test_outputs_are_written_after_the_stop_when_there_is_time(lab: Lab, component: str) -> None:
    task = lab.task(component)
    process, name = running(lab, task)
    stopped = lab.gates.after(stop_of(task))
    process.send(signal.SIGTERM)
    stopped.wait(process)
    assert not task.has_outputs
    stopped.open()

    process.wait().check(143)

    named = [output for output, pattern in task.component.outputs.items() if pattern == "{name}"]
    assert [task.parameter(output) for output in named] == [name]
    assert task.parameter("arn").endswith(f"/{name}")
    assert "Stopp" in (task.root / "card").read_text()


@pytest.mark.parametrize("component", JOBS)
def test_what_is_to_be_left_is_left(lab: Lab, component: str) -> None:
    task = lab.task(component, on_terminate="leave")
    process, name = running(lab, task)

    process.send(signal.SIGTERM)

    assert "left running" in process.wait().check(143).last_line
    assert lab.calls(stop_of(task)) == []
    assert lab.status(component, name) == "InProgress"


def test_a_job_that_was_left_is_attached_to(lab: Lab) -> None:
    task = lab.task("v1/process", on_terminate="leave")
    process, name = running(lab, task)
    process.send(signal.SIGTERM)
    process.wait().check(143)

    lab.script.release(name)
    task.run().check()

    assert lab.name_of("CreateProcessingJob") == name
    task.check_outputs(name)


def test_a_second_signal_changes_nothing(lab: Lab) -> None:
    task = lab.task("v1/train")
    process, name = running(lab, task)
    stopping = lab.gates.before("StopTrainingJob")
    process.send(signal.SIGTERM)
    stopping.wait(process)
    process.send(signal.SIGTERM)
    process.send(signal.SIGINT)
    stopping.open()

    process.wait().check(143)

    assert len(lab.calls("StopTrainingJob")) == 1
    assert task.parameter("job_name") == name


def test_sigint_stops_too(lab: Lab) -> None:
    task = lab.task("v1/train")
    process, name = running(lab, task)

    process.send(signal.SIGINT)

    process.wait().check(130)
    until(lambda: lab.status("v1/train", name) == "Stopped", "the job was stopped")


def test_stop_is_one_attempt(lab: Lab) -> None:
    """A pod that is being removed has no time for a second one."""
    task = lab.task("v1/train")
    lab.faults({"operation": "StopTrainingJob", "fault": "throttle"})
    process, _ = running(lab, task)

    process.send(signal.SIGTERM)

    assert "could not stop" in process.wait().check(143).stderr
    assert len(lab.calls("StopTrainingJob")) == 1


def test_a_job_that_ends_in_that_moment_counts_as_ended(lab: Lab) -> None:
    task = lab.task("v1/train")
    process, name = running(lab, task)
    stopping = lab.gates.before("StopTrainingJob")
    process.send(signal.SIGTERM)
    stopping.wait(process)
    lab.script.release(name)
    until(lambda: lab.status("v1/train", name) == "Completed", "the job ended")
    stopping.open()

    assert "already ended" in process.wait().check(143).stderr


def test_while_trouble_is_ridden_out_the_job_is_stopped(lab: Lab) -> None:
    task = lab.task("v1/train")
    lab.hold()
    process = task.start()
    lab.until_called("DescribeTrainingJob")
    lab.faults({"operation": "DescribeTrainingJob", "fault": "throttle"})
    lab.until_called("DescribeTrainingJob", times=3, status=400)

    process.send(signal.SIGTERM)

    process.wait().check(143)
    assert len(lab.carried_out("StopTrainingJob")) == 1


@pytest.mark.parametrize("component", JOBS)
def test_while_capacity_is_waited_for_nothing_is_created(lab: Lab, component: str) -> None:
    """There is nothing to stop, and the wait is not waited out."""
    lab.prepare(component)
    task = lab.task(component, wait_for_capacity=3600)
    lab.faults({"operation": task.component.last, "fault": "capacity"})
    process = task.start(**SLEEPS)
    lab.until_called(task.component.last, status=400)

    process.send(signal.SIGTERM)

    process.wait().check(143)
    assert lab.carried_out(task.component.last) == []
    assert lab.carried_out(stop_of(task)) == []


def test_a_stopped_job_run_again_is_a_second_job(lab: Lab) -> None:
    """By design: what the step's own end stopped is not what a retry wants."""
    task = lab.task("v1/train")
    process, name = running(lab, task)
    process.send(signal.SIGTERM)
    process.wait().check(143)
    until(lambda: lab.status("v1/train", name) == "Stopped", "the job was stopped")

    again = task.start()
    lab.until_called("CreateTrainingJob", times=2)
    lab.script.release(f"{name}-r1")
    again.wait().check()

    assert [call.name for call in lab.carried_out("CreateTrainingJob")] == [name, f"{name}-r1"]
    task.check_outputs(f"{name}-r1")


@pytest.mark.parametrize("component", [name for name in MAKERS if COMPONENTS[name].resource.stop is None])
def test_what_has_no_stop_operation_is_left(lab: Lab, component: str) -> None:
    lab.prepare(component)
    lab.hold()
    task = lab.task(component)
    creating = lab.gates.after(task.component.last)
    process = task.start()
    creating.wait(process)
    process.send(signal.SIGTERM)

    assert "left running" in process.wait().check(143).last_line
    assert lab.describe(component, lab.name_of(task.component.last))


def test_a_deletion_under_way_goes_on(lab: Lab) -> None:
    lab.prepare("v1/delete_endpoint")
    lab.hold()
    process = lab.task("v1/delete_endpoint").start()
    lab.until_called("DeleteEndpoint")

    process.send(signal.SIGTERM)

    process.wait().check(143)
    assert lab.status("v1/delete_endpoint", "ready-endpoint") == "Deleting"
