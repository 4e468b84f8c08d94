"""With whose credentials, and where, a step calls: real processes, and the servers that they call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sagemaker_local import LocalSageMaker, Settings, start

from .lab import Lab, Stage

OTHER_ROLE = "arn:aws:iam::123456789012:role/other-account"


def test_a_role_is_assumed_with_external_id_and_session_name(lab: Lab) -> None:
    task = lab.task("v1/model", assume_role=OTHER_ROLE, external_id="the-external-id", role_session_name="the-session")

    task.run().check()

    (assumed,) = lab.calls("AssumeRole")
    assert assumed.http_status == 200
    assert {name: assumed.parameters.get(name) for name in ("RoleArn", "ExternalId", "RoleSessionName")} == {
        "RoleArn": OTHER_ROLE, "ExternalId": "the-external-id", "RoleSessionName": "the-session"}
    assert lab.calls()[0] == assumed


def test_a_role_without_more_is_assumed_under_our_name(lab: Lab) -> None:
    lab.task("v1/model", assume_role=OTHER_ROLE).run().check()

    (assumed,) = lab.calls("AssumeRole")
    assert assumed.parameters["RoleSessionName"] == "kfp-sagemaker"
    assert "ExternalId" not in assumed.parameters


def test_a_role_that_may_not_be_assumed_is_told(lab: Lab) -> None:
    lab.faults({"operation": "sts:AssumeRole", "fault": "access_denied"})

    ended = lab.task("v1/model", assume_role=OTHER_ROLE, external_id="the-external-id").run().check(1)

    assert "sts:AssumeRole" in ended.last_line
    assert OTHER_ROLE.rpartition("/")[2] in ended.last_line
    assert "the-external-id" not in ended.stderr
    assert lab.calls("CreateModel") == []


@pytest.fixture
def elsewhere(local: LocalSageMaker) -> Iterator[LocalSageMaker]:
    """A second server: the SageMaker behind a VPC endpoint, say."""
    with start(Settings(), Stage().now) as running:
        yield running


def test_the_endpoint_url_is_for_sagemaker_alone(lab: Lab, elsewhere: LocalSageMaker) -> None:
    lab.task("v1/model", endpoint_url=elsewhere.url, assume_role=OTHER_ROLE).run().check()

    assert {call.service for call in lab.calls()} == {"sts"}
    assert {call.service for call in elsewhere.calls} == {"sagemaker"}


def test_blanks_around_an_endpoint_url_do_not_count(lab: Lab, elsewhere: LocalSageMaker) -> None:
    lab.task("v1/model", endpoint_url=f"  {elsewhere.url}\n").run().check()

    assert {call.operation for call in elsewhere.calls} == {"DescribeModel", "CreateModel"}


def test_credentials_that_a_file_renews_are_found(lab: Lab) -> None:
    """The file is read anew as long as the old token is expired; which keys were used is in the unit tests of clients."""
    task = lab.task("v1/train")
    task.directory.mkdir(parents=True)
    file = task.directory / "credentials"
    lab.faults({"operation": "*", "fault": "expired_token"})
    file.write_text("[default]\naws_access_key_id = OLD\naws_secret_access_key = old\naws_session_token = old\n")
    process = task.start(AWS_SHARED_CREDENTIALS_FILE=str(file), AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    lab.until_called("DescribeTrainingJob", times=2, status=400)

    file.write_text("[default]\naws_access_key_id = NEW\naws_secret_access_key = new\n")
    lab.local.faults.clear()

    process.wait().check()
    assert len(lab.carried_out("CreateTrainingJob")) == 1


SECRET = "hunter2-is-my-secret"


@pytest.mark.parametrize(("component", "inputs"), [
    ("v1/process", {"environment": {"PASSWORD": SECRET * 20}}),
    ("v1/process", {"environment": [SECRET]}),
    ("v1/process", {"environment": f"{{not json: {SECRET}"}),
    ("v1/process", {"environment": {"PASSWORD": f"{SECRET}\u0007"}}),
    ("v1/process", {"environment": {"PASSWORD": {"deep": SECRET}}}),
    ("v1/model", {"environment": {"PASSWORD": [SECRET]}}),
    ("v1/model", {"external_id": f"{SECRET}\u0007"}),
    ("v1/model", {"external_id": [SECRET]}),
], ids=lambda value: "" if isinstance(value, dict) else value)
def test_no_secret_is_in_a_refusal(lab: Lab, component: str, inputs: dict[str, object]) -> None:
    ended = lab.task(component, **inputs).run().check(2)

    assert SECRET not in ended.stdout + ended.stderr
    assert next(iter(inputs)) in ended.stderr
    assert lab.calls() == []


@pytest.mark.parametrize("fault", ["access_denied", "capacity"])
def test_no_secret_is_in_a_failure(lab: Lab, fault: str) -> None:
    task = lab.task("v1/process", environment={"PASSWORD": SECRET})
    lab.faults({"operation": "CreateProcessingJob", "fault": fault})

    ended = task.run(AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG", AWS_SESSION_TOKEN="the-session-token").check(1)

    said = ended.stdout + ended.stderr
    assert [secret for secret in (SECRET, "wJalrXUtnFEMI", "the-session-token") if secret in said] == []


def test_no_secret_is_in_a_difference(lab: Lab) -> None:
    """Environment values that differ are told apart by name, not by value."""
    lab.task("v1/process", job_name="secretive", environment={"PASSWORD": SECRET, "SAME": "x"}).run().check()

    other = lab.task("v1/process", job_name="secretive", environment={"PASSWORD": f"another-{SECRET}", "SAME": "x"})
    ended = other.run().check(2)

    assert "Environment" in ended.stderr
    assert SECRET not in ended.stderr
