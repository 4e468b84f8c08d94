"""Jobs that the controller would not stop yet, or not at all: their custom resources are left until it would."""

from __future__ import annotations

import signal

import pytest
from kfp_sagemaker.backends.ack.api import Api
from kfp_sagemaker.backends.ack.cluster import Cluster
from kfp_sagemaker.backends.ack.stopping import NotStopped, delete
from kfp_sagemaker.errors import AlreadyFinished
from kfp_sagemaker.resources.labeling_job import LABELING_JOB
from waiting import until

from ..steps import RUN_ID, StepProcess
from .api_server import Served
from .lab import NAMESPACE, AckLab
from .test_stop_run import stop

COMMAND = "To stop it: aws sagemaker stop-labeling-job --labeling-job-name "


def initializing(lab: AckLab) -> StepProcess:
    """A step whose labeling job is being initialized."""
    lab.controller.holds = True
    step = lab.task("ground_truth").start()
    lab.until_watched(step, "LabelingJob", "labelingJobStatus", "Initializing")
    return step


def name_of(lab: AckLab) -> str:
    return str(lab.the("LabelingJob")["spec"]["labelingJobName"])


def test_terminated_it_waits_until_deletion_stops_the_job(lab: AckLab) -> None:
    step = initializing(lab)
    name = name_of(lab)

    step.send(signal.SIGTERM)
    until(lambda: "waiting for 90 s at most" in step.stderr or not step.runs, "the step says that it waits")
    assert lab.server.calls("delete") == []
    lab.controller.begin()

    ended = step.wait().check(143)
    assert f"LabelingJob {name} is Initializing, a status in which the ACK controller stops nothing" in ended.stderr
    assert f"{COMMAND}{name} --region us-east-1" in ended.stderr
    assert "terminated; the remote job was asked to stop" in ended.stderr
    until(lambda: lab.controller.stopped == [("LabelingJob", name)], "the controller stops the job")
    until(lambda: not lab.objects("LabelingJob"), "the custom resource goes")


def test_killed_while_it_waits_the_custom_resource_is_left(lab: AckLab) -> None:
    step = initializing(lab)
    name = name_of(lab)
    step.send(signal.SIGTERM)
    until(lambda: COMMAND in step.stderr or not step.runs, "the step says what stops the job")

    step.kill()

    assert name_of(lab) == name
    assert lab.server.calls("delete") == []


def test_terminated_while_it_applies_the_job_is_stopped_all_the_same(lab: AckLab) -> None:
    lab.controller.holds = True
    gate = lab.server.gates.after("patch")
    step = lab.task("ground_truth").start()
    gate.wait(step)
    until(lambda: lab.status("LabelingJob", "labelingJobStatus") == "Initializing", "the controller has made the job")

    step.send(signal.SIGTERM)
    until(lambda: COMMAND in step.stderr or not step.runs, "the step waits")
    lab.controller.begin()
    until(lambda: lab.server.calls("delete"), "the step deletes while the answer to its request is on the way")
    gate.open()

    step.wait().check(143)
    until(lambda: lab.controller.stopped, "the controller stops the job")
    until(lambda: not lab.objects("LabelingJob"), "the custom resource goes")


def test_terminated_before_a_controller_has_seen_it_it_is_deleted_at_once(lab: AckLab) -> None:
    lab.controller.pause()
    step = lab.task("ground_truth").start()
    until(lambda: lab.server.calls("watch") or not step.runs, "the step waits")

    step.send(signal.SIGTERM)

    assert COMMAND not in step.wait().check(143).stderr
    assert lab.objects("LabelingJob") == []
    lab.controller.resume()
    assert lab.controller.created == []


class TestDelete:
    """``delete`` by itself, of a custom resource whose job is there."""

    @pytest.fixture
    def api(self, lab: AckLab) -> Api:
        initializing(lab).kill()
        return Api(Cluster("here", lab.server.url, NAMESPACE))

    def delete(self, lab: AckLab, api: Api, longest: float) -> None:
        delete(api, LABELING_JOB, NAMESPACE, lab.the("LabelingJob")["metadata"]["name"], None, longest=longest)

    def test_what_is_not_stopped_in_time_is_left(self, lab: AckLab, api: Api) -> None:
        with pytest.raises(NotStopped) as caught:
            self.delete(lab, api, longest=0.0)

        left = f"Its custom resource team-a/{name_of(lab).lower()} was left, and the job goes on. {COMMAND}{name_of(lab)}"
        assert left in str(caught.value)
        assert lab.server.calls("delete") == []

    def test_what_changes_in_that_moment_is_looked_at_again(self, lab: AckLab, api: Api) -> None:
        lab.controller.begin()
        until(lambda: lab.status("LabelingJob", "labelingJobStatus") == "InProgress", "the controller tells of it")

        def change(served: Served) -> None:
            if served.verb == "delete" and len(lab.server.calls("delete")) == 1:
                lab.server.edit("labelingjobs", served.name, lambda custom: custom["metadata"].update(
                    labels={"changed": "now"}), "somebody")

        lab.server.faults.append(change)

        self.delete(lab, api, longest=60.0)

        assert [one.verb for one in lab.server.requests[-4:]] == ["get", "delete", "get", "delete"]

    def test_what_has_ended_is_left(self, lab: AckLab, api: Api) -> None:
        lab.controller.release()
        until(lambda: lab.status("LabelingJob", "labelingJobStatus") == "Completed", "the job ends")

        with pytest.raises(AlreadyFinished):
            self.delete(lab, api, longest=60.0)

        assert lab.server.calls("delete") == []


def test_stopping_a_run_waits_too(lab: AckLab) -> None:
    initializing(lab).kill()

    def begin(served: Served) -> None:
        if served.verb == "get":
            lab.controller.begin()

    lab.server.faults.append(begin)

    result = stop(lab, run=RUN_ID)

    assert result.exit_code == 0, result.output
    assert result.output.startswith("stopped")
    until(lambda: lab.controller.stopped, "the controller stops the job")


def test_what_an_earlier_attempt_has_made_is_not_stopped_by_a_custom_resource_that_only_reads(lab: AckLab) -> None:
    lab.controller.holds = True
    task = lab.task("train")
    first = task.start()
    lab.until_watched(first, "TrainingJob", "trainingJobStatus", "InProgress")
    first.kill()
    name = lab.the("TrainingJob")["metadata"]["name"]
    lab.server.edit("trainingjobs", name, lambda custom: custom["metadata"].pop("finalizers"), "somebody")
    lab.server.delete("trainingjobs", name)
    second = task.start()
    until(lambda: "InProgress" in second.stderr or not second.runs, "the step looks at that")

    second.send(signal.SIGTERM)

    ended = second.wait().check(143)
    (said,) = (line for line in ended.stderr.splitlines() if "terminated;" in line)
    assert "could not stop what runs remotely" in said
    assert f"its custom resource is read only. Its custom resource team-a/{name} was left" in said
    assert "To stop it: aws sagemaker stop-training-job --training-job-name " in said
