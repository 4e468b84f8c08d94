"""Killed at any instruction and run again: still one remote resource, and the right outputs.

The process gets SIGKILL at a named instant, at which the server holds one of its calls; then the same process is run again to
its end. The judge is the call log: each Create was carried out once.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from kfp_sagemaker.faces.registry import component_ids
from kfp_sagemaker.resources.resource import Life
from waiting import until

from .component_table import COMPONENTS, ENDPOINT, JOBS, JOBS_WITH_LOGS, MAKERS, SERVICES
from .killing import killed_after, killed_before
from .lab import Lab
from .steps import Task


def test_every_component_is_in_the_table() -> None:
    assert sorted(COMPONENTS) == sorted(component_ids("v1"))


def check_run_again(lab: Lab, task: Task) -> None:
    """The step's process, run to its end, ends well and has made nothing more."""
    task.run().check()
    check_made_once(lab, task)


def check_made_once(lab: Lab, task: Task) -> None:
    """Each Create was carried out once; the outputs are right."""
    for operation in task.component.creates:
        assert len(lab.carried_out(operation)) == 1, operation
    task.check_outputs(lab.name_of(task.component.last))


@pytest.mark.parametrize("component", MAKERS)
def test_before_create(lab: Lab, component: str) -> None:
    lab.prepare(component)
    task = lab.task(component)
    killed_before(lab, task, task.component.resource.describe)
    assert [call.operation for call in lab.calls() if call.operation.startswith("Create")] == []

    check_run_again(lab, task)


@pytest.mark.parametrize(("component", "operation"), [
    (name, operation) for name in MAKERS for operation in COMPONENTS[name].creates])
@pytest.mark.parametrize("killed", [killed_before, killed_after], ids=["in-flight", "carried-out"])
def test_create(lab: Lab, component: str, operation: str, killed: Callable[[Lab, Task, str], None]) -> None:
    lab.prepare(component)
    task = lab.task(component)
    killed(lab, task, operation)
    assert len(lab.carried_out(operation)) == 1

    check_run_again(lab, task)


@pytest.mark.parametrize("component", [*JOBS, *SERVICES])
def test_mid_wait(lab: Lab, component: str) -> None:
    lab.prepare(component)
    lab.hold()
    task = lab.task(component)
    process = task.start()
    lab.until_called(task.component.resource.describe, times=2)
    process.kill()

    again = task.start()
    lab.until_called(task.component.resource.describe, times=6)
    lab.script.release(lab.name_of(task.component.last))
    again.wait().check()

    check_made_once(lab, task)


@pytest.mark.parametrize("component", JOBS_WITH_LOGS)
def test_ended_before_the_last_lines_were_read(lab: Lab, component: str) -> None:
    lab.prepare(component)
    lab.hold()
    task = lab.task(component)
    looking = lab.gates.before("DescribeLogStreams")
    process = task.start()
    looking.wait(process)
    name = lab.name_of(task.component.last)
    lab.script.release(name)
    until(lambda: lab.status(component, name) == "Completed", "the job ended")
    looking_again = lab.gates.before("DescribeLogStreams")
    looking.open()
    looking_again.wait(process)
    assert not task.has_outputs
    process.kill()
    looking_again.open()

    check_run_again(lab, task)


@pytest.mark.parametrize("component", MAKERS)
def test_while_writing_outputs(lab: Lab, component: str) -> None:
    """The first output is written, the next one cannot be opened: a pipe stands in its place."""
    lab.prepare(component)
    task = lab.task(component)
    first, *others = [output.name for output in task.face.outputs if not output.is_artifact]
    parameters = task.root / "parameters"
    parameters.mkdir(parents=True)
    os.mkfifo(parameters / f"{others[0]}.partial")
    process = task.start()
    until((parameters / first).exists, "the first output was written")
    process.kill()
    os.unlink(parameters / f"{others[0]}.partial")
    assert not task.has_outputs

    check_run_again(lab, task)


@pytest.mark.parametrize("component", [name for name in MAKERS if COMPONENTS[name].resource.life is Life.RECORD])
def test_a_record_before_its_description(lab: Lab, component: str) -> None:
    """Killed when it has been made and Describe is under way."""
    lab.prepare(component)
    task = lab.task(component)
    creating = lab.gates.before(task.component.last)
    process = task.start()
    creating.wait(process)
    describing = lab.gates.before(task.component.resource.describe)
    creating.open()
    describing.wait(process)
    process.kill()
    describing.open()

    check_run_again(lab, task)


@pytest.mark.parametrize("killed", [killed_before, killed_after], ids=["in-flight", "carried-out"])
def test_update_of_an_endpoint(lab: Lab, killed: Callable[[Lab, Task, str], None]) -> None:
    for operation, request in COMPONENTS["v1/delete_endpoint"].needs:
        lab.make(operation, **request)
    task = lab.task("v1/endpoint", endpoint_name=ENDPOINT, **COMPONENTS["v1/endpoint"].different)
    killed(lab, task, "UpdateEndpoint")

    task.run().check()

    assert len(lab.carried_out("CreateEndpointConfig")) == 1
    assert len(lab.carried_out("UpdateEndpoint")) == 1
    assert lab.calls("CreateEndpoint") == []
    task.check_outputs(ENDPOINT)
    assert lab.describe("v1/endpoint", ENDPOINT)["EndpointConfigName"] == lab.name_of("CreateEndpointConfig")


@pytest.mark.parametrize(("operation", "killed"), [
    ("DescribeEndpoint", killed_before),
    ("DescribeEndpointConfig", killed_before),
    ("DeleteEndpoint", killed_before),
    ("DeleteEndpoint", killed_after),
], ids=lambda value: value if isinstance(value, str) else value.__name__)
def test_a_deletion_while_the_endpoint_is_there(lab: Lab, operation: str, killed: Callable[[Lab, Task, str], None]) -> None:
    lab.prepare("v1/delete_endpoint")
    lab.script.deletions["*"] = float("inf")
    task = lab.task("v1/delete_endpoint")
    killed(lab, task, operation)

    again = task.start()
    lab.until_called("DescribeEndpoint", times=3)
    until(lambda: lab.status("v1/delete_endpoint", ENDPOINT) == "Deleting", "the deletion began")
    lab.script.release(ENDPOINT)
    again.wait().check()

    assert [len(lab.carried_out(name)) for name in ("DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel")] == [1, 1, 1]
    task.check_outputs(ENDPOINT)
    assert len(task.parameter("deleted")) == 3


@pytest.mark.parametrize("operation", ["DeleteEndpointConfig", "DeleteModel"])
@pytest.mark.parametrize("killed", [killed_before, killed_after], ids=["in-flight", "carried-out"])
def test_a_deletion_when_the_endpoint_is_gone(lab: Lab, operation: str, killed: Callable[[Lab, Task, str], None]) -> None:
    """What the endpoint was made of cannot be found out any more; that it is gone is success all the same."""
    lab.prepare("v1/delete_endpoint")
    task = lab.task("v1/delete_endpoint")
    killed(lab, task, operation)

    task.run().check()

    assert len(lab.carried_out("DeleteEndpoint")) == 1
    assert task.parameter("endpoint_name") == ENDPOINT
    assert task.has_outputs
