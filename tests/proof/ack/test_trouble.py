"""Trouble with the cluster, the controller and AWS behind it: ridden out where it passes, else said and taken back."""

from __future__ import annotations

import re

import pytest
from waiting import until

from .api_objects import Answer, forbidden
from .api_server import Served
from .lab import AckLab


def test_a_watch_that_is_cut_goes_on(lab: AckLab) -> None:
    lab.controller.holds = True
    step = lab.task("train").start()
    lab.until_watched(step, "TrainingJob", "trainingJobStatus", "InProgress")

    for count in range(2, 5):
        lab.server.cut()
        until(lambda count=count: len(lab.server.calls("watch")) >= count, "the step watches again")
    lab.controller.release()

    step.wait().check()
    assert len(lab.server.calls("patch")) == 1


def test_a_server_that_has_forgotten_the_version_is_asked_anew(lab: AckLab) -> None:
    lab.controller.holds = True
    step = lab.task("train").start()
    lab.until_watched(step, "TrainingJob", "trainingJobStatus", "InProgress")
    lab.server.stop()
    lab.controller.release()
    until(lambda: lab.status("TrainingJob", "trainingJobStatus") == "Completed", "the job ends while nobody watches")
    lab.server.compact()

    lab.server.start()

    step.wait().check()
    assert len(lab.server.calls("patch")) == 1


def test_a_server_that_has_just_started_knows_no_rights_yet(lab: AckLab) -> None:
    """kube-apiserver answers 403 until it has read roles and bindings."""
    left = [3]

    def deny(served: Served) -> None:
        if served.verb == "watch" and left[0]:
            left[0] -= 1
            raise forbidden("watch", served.plural)

    lab.controller.holds = True
    step = lab.task("train").start()
    lab.until_watched(step, "TrainingJob", "trainingJobStatus", "InProgress")
    until(lambda: lab.server.calls("watch"), "the step watches")
    lab.server.faults.append(deny)
    lab.server.stop()
    lab.server.start()
    until(lambda: left == [0], "the step asks again and again")

    lab.controller.release()

    ended = step.wait().check()
    assert "looking every" not in ended.stderr


@pytest.mark.parametrize("verb", ["get", "patch"])
def test_a_server_that_restarts_in_the_middle_of_a_request(lab: AckLab, verb: str) -> None:
    gate = lab.server.gates.after(verb)
    step = lab.task("train").start()
    gate.wait(step)

    lab.server.stop()
    gate.open()
    lab.server.start()

    step.wait().check()
    assert lab.controller.created == [("TrainingJob", lab.the("TrainingJob")["spec"]["trainingJobName"])]


@pytest.mark.parametrize("code", [429, 500, 503])
def test_what_the_server_cannot_do_now_is_tried_again(lab: AckLab, code: int) -> None:
    left = [2]

    def busy(served: Served) -> None:
        if served.verb == "patch" and left[0]:
            left[0] -= 1
            raise Answer(code, "InternalError", "etcdserver: request timed out")

    lab.server.faults.append(busy)

    ended = lab.task("train").run().check()

    assert "etcdserver: request timed out; trying again" in ended.stderr
    assert len(lab.server.calls("patch")) == 3


@pytest.mark.parametrize("verb", ["get", "patch"])
def test_a_denial_names_who_may_not_do_what_and_where(lab: AckLab, verb: str) -> None:
    def deny(served: Served) -> None:
        if served.verb == verb:
            raise forbidden(verb, served.plural)

    lab.server.faults.append(deny)

    ended = lab.task("train").run().check(1)

    assert (f"access denied: system:serviceaccount:team-a:pipeline-runner may not {verb} "
            "trainingjobs.sagemaker.services.k8s.aws in namespace team-a") in ended.stderr
    assert lab.objects("TrainingJob") == []


def test_without_the_right_to_watch_it_looks_now_and_then(lab: AckLab) -> None:
    def deny(served: Served) -> None:
        if served.verb == "watch":
            raise forbidden("watch", served.plural)

    lab.server.faults.append(deny)

    ended = lab.task("train").run().check()

    assert "may not watch trainingjobs" in ended.stderr
    assert "looking every 10 s instead" in ended.stderr


@pytest.mark.parametrize(("kind", "message", "status", "said"), [
    ("TrainingJob", "api error ValidationException: 1 validation error detected: Value 'ml.bogus'", 2, "was refused"),
    ("TrainingJob", "api error AccessDeniedException: User: x is not authorized to perform: sagemaker:CreateTrainingJob", 1,
     "access denied to the ACK controller"),
    ("TrainingJob", "ResourceLimitExceeded: The account-level service limit 'ml.p4d.24xlarge' is 0 Instances", 1,
     "wait_for_capacity makes the step wait"),
], ids=["refused", "denied", "quota"])
def test_what_will_not_be_made_is_a_failure_and_is_not_made_later(
    lab: AckLab, kind: str, message: str, status: int, said: str
) -> None:
    lab.controller.errors[kind] = message

    ended = lab.task("train").run().check(status)

    assert message in ended.stderr
    assert said in ended.stderr
    assert "was deleted, so that the controller does not make it later" in ended.stderr
    until(lambda: not lab.objects(kind), "the custom resource goes")
    assert lab.controller.created == []


def test_waiting_for_quota_goes_on_when_there_is_some(lab: AckLab) -> None:
    lab.controller.errors["TrainingJob"] = "ResourceLimitExceeded: The account-level service limit is 0 Instances"
    step = lab.task("train", wait_for_capacity=600).start()
    until(lambda: "trying again" in step.stderr, "the step waits")

    lab.controller.errors.clear()

    step.wait().check()
    assert len(lab.controller.created) == 1


def test_throttling_is_the_controllers_to_ride_out(lab: AckLab) -> None:
    lab.controller.errors["TrainingJob"] = "api error ThrottlingException: Rate exceeded"
    step = lab.task("train").start()
    until(lambda: "Rate exceeded" in step.stderr, "the step says what it waits for")

    lab.controller.errors.clear()

    step.wait().check()
    assert len(lab.server.calls("patch")) == 1


def test_a_users_name_that_sagemaker_has_already_is_refused(lab: AckLab) -> None:
    lab.task("train", job_name="taken").run().check()
    lab.server.edit("trainingjobs", "taken", lambda custom: custom["metadata"].pop("finalizers"), "somebody")
    lab.server.delete("trainingjobs", "taken")

    ended = lab.task("train", job_name="taken").run().check(2)

    assert "TrainingJob taken is there already in SageMaker, and custom resource team-a/taken did not make it" in ended.stderr
    until(lambda: not lab.objects("TrainingJob"), "what did not make it is taken back")


def test_a_controller_that_does_not_act(lab: AckLab) -> None:
    lab.controller.pause()

    ended = lab.task("train").run(KFP_SAGEMAKER_CONTROLLER_TIMEOUT="0.5").check(1)

    assert "no controller has acted on it, for longer than it may take" in ended.stderr
    assert "--watch-namespace" in ended.stderr
    until(lambda: not lab.objects("TrainingJob"), "the custom resource goes")


def test_a_custom_resource_that_somebody_deletes(lab: AckLab) -> None:
    lab.controller.holds = True
    step = lab.task("train").start()
    lab.until_watched(step, "TrainingJob", "trainingJobStatus", "InProgress")

    lab.server.delete("trainingjobs", lab.the("TrainingJob")["metadata"]["name"])

    assert re.search("its custom resource (is being|was) deleted", step.wait().check(1).last_line)


def test_a_cluster_without_the_kind(lab: AckLab) -> None:
    def unknown(served: Served) -> None:
        answer = Answer(404, "NotFound", "the server could not find the requested resource")
        answer.body["details"] = {}
        raise answer

    lab.server.faults.append(unknown)

    ended = lab.task("train").run().check(2)

    assert "Is the ACK controller of SageMaker installed" in ended.stderr


def test_a_manifest_that_the_cluster_cannot_take_is_not_tried_again(lab: AckLab) -> None:
    def typed(served: Served) -> None:
        if served.verb == "patch":
            raise Answer(500, "InternalError", "failed to create typed patch object (x): .spec.new: field not declared")

    lab.server.faults.append(typed)

    ended = lab.task("train").run().check(2)

    assert "CRDs may be of another version" in ended.stderr
    assert len(lab.server.calls("patch")) == 1


def test_no_cluster_at_all(lab: AckLab) -> None:
    ended = lab.task("train").run(KUBECONFIG="/nowhere/config").check(2)

    assert "no kubeconfig (/nowhere/config" in ended.stderr


def test_a_wrong_input_is_refused_before_anything_is_applied(lab: AckLab) -> None:
    lab.task("train", instance_count=-1).run().check(2)

    assert lab.server.requests == []
