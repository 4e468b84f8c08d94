"""Steps that are killed or terminated, at named points, and what is there when they run again: one job, never two."""

from __future__ import annotations

import signal

import pytest
from waiting import until

from ..steps import TIMEOUTS, StepProcess
from .lab import AckLab

POLICY = "services.k8s.aws/deletion-policy"


def running(lab: AckLab, **inputs: str) -> StepProcess:
    """A step whose job runs."""
    lab.controller.holds = True
    step = lab.task("train", **inputs).start()
    lab.until_watched(step, "TrainingJob", "trainingJobStatus", "InProgress")
    return step


@pytest.mark.parametrize(("verb", "after"), [("get", True), ("patch", False), ("patch", True), ("watch", False)],
                         ids=["looked", "about to apply", "applied", "about to watch"])
def test_killed_and_run_again_makes_one_job(lab: AckLab, verb: str, after: bool) -> None:
    gate = lab.server.gates.after(verb) if after else lab.server.gates.before(verb)
    task = lab.task("train")
    first = task.start()
    gate.wait(first)
    first.kill()
    gate.open()

    task.run().check()

    assert len(lab.controller.created) == 1
    assert task.parameter("job_name") == lab.the("TrainingJob")["spec"]["trainingJobName"]


def test_killed_while_it_waits_and_run_again_goes_on(lab: AckLab) -> None:
    step = running(lab)
    step.kill()
    task = lab._tasks[0]
    again = task.start()
    until(lambda: "attach" in again.stderr, "the second process attaches")

    lab.controller.release()

    again.wait().check()
    assert len(lab.controller.created) == 1
    assert len(lab.server.calls("patch")) == 1


def test_terminated_the_first_request_is_the_delete(lab: AckLab) -> None:
    step = running(lab)
    before = len(lab.server.requests)

    step.send(signal.SIGTERM)

    ended = step.wait().check(143)
    assert lab.server.requests[before].verb == "delete"
    assert "the remote job was asked to stop" in ended.stderr
    until(lambda: lab.controller.stopped, "the controller stops the job")
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")


def test_terminated_and_told_to_leave_it_the_first_request_retains(lab: AckLab) -> None:
    step = running(lab, on_terminate="leave")
    before = len(lab.server.requests)

    step.send(signal.SIGTERM)

    ended = step.wait().check(143)
    assert [lab.server.requests[before].verb, lab.server.requests[before].content_type] == [
        "patch", "application/merge-patch+json"]
    assert lab.the("TrainingJob")["metadata"]["annotations"] == {POLICY: "retain"}
    assert "what runs remotely was left running" in ended.stderr
    assert lab.controller.stopped == []


def test_a_job_that_was_to_be_retained_is_stopped_all_the_same_when_the_step_says_so(lab: AckLab) -> None:
    step = running(lab)
    lab.server.edit("trainingjobs", lab.the("TrainingJob")["metadata"]["name"],
                    lambda custom: custom["metadata"].update(annotations={POLICY: "retain"}), "somebody")
    (made,) = lab.controller.sagemaker.values()
    made.more["secondaryStatus"] = "Uploading"
    until(lambda: "Uploading" in step.stderr, "the watch tells of it")

    step.send(signal.SIGTERM)

    step.wait().check(143)
    until(lambda: lab.controller.stopped, "the controller stops the job")


@pytest.mark.parametrize("after", [False, True], ids=["before it is there", "before the answer"])
def test_terminated_while_it_applies_nothing_is_left(lab: AckLab, after: bool) -> None:
    gate = lab.server.gates.after("patch") if after else lab.server.gates.before("patch")
    step = lab.task("train").start()
    gate.wait(step)

    step.send(signal.SIGTERM)
    until(lambda: lab.server.calls("delete"), "the step deletes at once")
    gate.open()

    step.wait().check(143)
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")


def test_run_again_after_termination_makes_the_next_job(lab: AckLab) -> None:
    """The custom resource is gone by then, and SageMaker has a stopped job of that name."""
    step = running(lab)
    step.send(signal.SIGTERM)
    step.wait().check(143)
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")
    lab.controller.release()

    lab._tasks[0].run().check()

    (_, first), (_, second) = lab.controller.created
    assert second == f"{first}-r1"
    assert len(lab.controller.created) == 2


def test_run_again_when_the_custom_resource_is_gone_and_the_job_went_well_reuses_it(lab: AckLab) -> None:
    task = lab.task("train", cleanup="always")
    task.run().check()
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")

    task.run().check()

    assert len(lab.controller.created) == 1


def test_the_timeout_stops_the_job(lab: AckLab) -> None:
    lab.controller.holds = True

    for timeout in TIMEOUTS:
        ended = lab.task("train", timeout=timeout).run().check(1)
        if lab.server.calls("patch"):
            break

    assert f"not finished within the timeout of {timeout} s; it was asked to stop" in ended.stderr
    until(lambda: lab.controller.stopped, "the controller stops the job")


def test_the_timeout_of_what_no_controller_acts_on_takes_it_back(lab: AckLab) -> None:
    lab.controller.pause()

    lab.task("model", timeout=1).run().check(1)

    until(lambda: not lab.objects("Model"), "the custom resource goes")


def test_terminated_before_the_controller_has_made_a_record_it_is_taken_back(lab: AckLab) -> None:
    lab.controller.pause()
    step = lab.task("model").start()
    until(lambda: lab.server.calls("watch"), "the step waits")
    before = len(lab.server.requests)

    step.send(signal.SIGTERM)

    ended = step.wait().check(143)
    assert lab.server.requests[before].verb == "delete"
    assert "Model team-a/the-model was deleted, so that the controller does not make it later" in ended.stderr
    until(lambda: not lab.objects("Model"), "the custom resource goes")


def test_terminated_while_an_endpoint_is_made_it_is_left(lab: AckLab) -> None:
    lab.controller.holds = True
    variant = {"VariantName": "all", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    step = lab.task("endpoint", production_variants=[variant]).start()
    until(lambda: "Creating" in step.stderr, "the step waits for the endpoint")

    step.send(signal.SIGTERM)

    assert "what runs remotely was left running" in step.wait().check(143).stderr
    assert lab.server.calls("delete") == []
    assert lab.status("Endpoint", "endpointStatus") == "Creating"
