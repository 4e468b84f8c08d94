"""What goes wrong between a step and SageMaker: ridden out, or told so that somebody can act on it. Real processes."""

from __future__ import annotations

import pytest
from kfp_sagemaker.faces.face import Lifecycle
from kfp_sagemaker.faces.registry import component_ids
from sagemaker_local.scripted import EndpointScript, JobScript
from waiting import until

from .component_table import COMPONENTS, DELETERS, JOBS, JOBS_WITH_LOGS, MAKERS, Component
from .lab import FIGURES, Lab
from .steps import TIMEOUTS

PASSING = ("throttle", "server_error", "drop_connection", "expired_token")
PRINCIPAL = "arn:aws:iam::123456789012:user/local"


def operations_of(component: Component) -> list[str]:
    """All operations that a step of the component calls in its normal course, as the fault script names them."""
    resources = component.face.resources
    if component.face.deletes:
        return [*(resource.delete for resource in resources), *(resource.describe for resource in resources)]
    logs = [f"logs:{name}" for name in ("DescribeLogStreams", "GetLogEvents")] if component.id in JOBS_WITH_LOGS else []
    return [*component.creates, component.resource.describe, *logs]


def check_one_of_each(lab: Lab, component: Component) -> None:
    for operation in component.creates or (component.last,):
        assert len(lab.carried_out(operation)) == 1, operation


@pytest.mark.parametrize("component", component_ids("v1"))
def test_every_call_meets_every_passing_trouble(lab: Lab, component: str) -> None:
    """Each operation is throttled, fails with a 5xx, is cut off, and meets an expired token, before it goes through."""
    lab.prepare(component)
    task = lab.task(component)
    operations = operations_of(task.component)
    lab.faults(*({"operation": operation, "fault": fault, "count": 1} for operation in operations for fault in PASSING))

    ended = task.run().check()

    for operation in operations:
        if "Log" not in operation:
            assert [call.fault for call in lab.calls(operation)][:4] == list(PASSING), operation
    assert "trying again" in ended.stderr
    check_one_of_each(lab, task.component)
    task.check_outputs(lab.name_of(task.component.last))


@pytest.mark.parametrize("component", component_ids("v1"))
def test_every_answer_is_lost_once(lab: Lab, component: str) -> None:
    """What was carried out although its answer was lost is not done twice."""
    lab.prepare(component)
    task = lab.task(component)
    operations = operations_of(task.component)
    lab.faults(*({"operation": operation, "fault": "lost_response", "count": 1} for operation in operations))

    task.run().check()

    check_one_of_each(lab, task.component)
    assert lab.calls(task.component.last)[0].fault == "lost_response"
    assert task.has_outputs
    if component in MAKERS:
        task.check_outputs(lab.name_of(task.component.last))


@pytest.mark.parametrize("component", component_ids("v1"))
def test_a_denial_names_action_principal_and_resource(lab: Lab, component: str) -> None:
    lab.prepare(component)
    task = lab.task(component)
    lab.faults({"operation": task.component.last, "fault": "access_denied"})

    ended = task.run().check(1)

    called = lab.calls(task.component.last)
    assert len(called) == 1
    told, *explained = [line for line in ended.stderr.splitlines() if " ERROR " in line]
    assert f"access denied: {PRINCIPAL} may not sagemaker:{task.component.last} on arn:aws:sagemaker:" in told
    assert str(called[0].name) in told
    closed = task.face.lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY
    assert ["closed this to new customers" in line for line in explained] == [True] * closed
    assert not task.has_outputs


def test_a_denial_that_does_not_name_the_caller_is_completed(lab: Lab) -> None:
    task = lab.task("v1/train")
    lab.faults({"operation": "DescribeTrainingJob", "fault": "access_denied", "message": "Access is denied"})

    ended = task.run().check(1)

    assert "access denied: arn:aws:" in ended.last_line
    assert "may not sagemaker:DescribeTrainingJob on TrainingJob-" in ended.last_line
    assert len(lab.carried_out("GetCallerIdentity")) == 1


def test_denied_logs_are_one_warning(lab: Lab) -> None:
    task = lab.task("v1/train")
    lab.faults({"operation": "logs:*", "fault": "access_denied"})

    ended = task.run().check()

    assert ended.stderr.count("access denied") == 1
    assert "logs:DescribeLogStreams" in ended.stderr


def test_a_jobs_log_comes_out_as_it_is_while_the_job_runs(lab: Lab) -> None:
    lab.hold()
    task = lab.task("v1/train")
    process = task.start()
    lab.until_called("CreateTrainingJob")
    name = lab.name_of("CreateTrainingJob")
    group = "/aws/sagemaker/TrainingJobs"
    lab.write_log(group, f"{name}/algo-1-1", "from the first line", "accuracy=0.5")
    until(lambda: "accuracy" in (task.directory / "0.out").read_text(), "the first lines were printed")
    lab.write_log(group, f"{name}/algo-2-1", "from the other one")
    until(lambda: "other" in (task.directory / "0.out").read_text(), "the other instance's line was printed")
    lab.script.release(name)

    ended = process.wait().check()

    assert ended.stdout == "from the first line\naccuracy=0.5\nalgo-2| from the other one\n"


@pytest.mark.parametrize("component", JOBS)
def test_no_capacity_is_a_failure_that_tells_how_to_wait(lab: Lab, component: str) -> None:
    lab.prepare(component)
    task = lab.task(component)
    lab.faults({"operation": task.component.last, "fault": "capacity"})

    ended = task.run().check(1)

    assert "ResourceLimitExceeded" in ended.last_line
    assert "wait_for_capacity" in ended.last_line
    assert len(lab.calls(task.component.last)) == 1


@pytest.mark.parametrize("component", MAKERS)
def test_capacity_is_waited_for_when_asked(lab: Lab, component: str) -> None:
    lab.prepare(component)
    task = lab.task(component, wait_for_capacity=600)
    lab.faults({"operation": task.component.last, "fault": "capacity", "count": 2})

    task.run().check()

    assert [call.error_code for call in lab.calls(task.component.last)] == ["ResourceLimitExceeded"] * 2 + [None]


def test_a_job_that_got_no_instances_fails_with_its_reason(lab: Lab) -> None:
    lab.faults({"job": "*", "fault": "capacity", "count": 1})

    ended = lab.task("v1/train").run().check(1)

    assert ended.last_line.endswith("Please retry using a different ML instance type.")
    assert len(lab.calls("CreateTrainingJob")) == 1


def test_a_job_that_got_no_instances_is_made_again_when_asked(lab: Lab) -> None:
    lab.faults({"job": "*", "fault": "capacity", "count": 2})
    task = lab.task("v1/train", wait_for_capacity=600)

    task.run().check()

    first, second, third = [str(call.name) for call in lab.carried_out("CreateTrainingJob")]
    assert (second, third) == (f"{first}-r1", f"{first}-r2")
    task.check_outputs(third)


@pytest.mark.parametrize("component", JOBS)
def test_a_failure_ends_with_the_reason_and_the_links(lab: Lab, component: str) -> None:
    lab.prepare(component)
    lab.script.jobs["*"] = JobScript(steps=(), status="Failed", failure_reason="AlgorithmError: out of\nmemory")

    ended = lab.task(component).run().check(1)

    lines = [line.partition("ERROR")[2].strip() for line in ended.stderr.splitlines() if "ERROR" in line]
    assert lines[-2:] == ["AlgorithmError: out of", "memory"]
    assert "ended as Failed" in lines[0]
    page = f"https://us-east-1.console.aws.amazon.com/sagemaker/{COMPONENTS[component].resource.console}?region=us-east-1#/"
    assert lines[1].startswith(page)
    assert ("cloudwatch" in lines[2]) == (component in JOBS_WITH_LOGS)


def test_a_failed_endpoint_tells_why(lab: Lab) -> None:
    lab.prepare("v1/endpoint")
    lab.script.endpoints["*"] = EndpointScript(status="Failed", failure_reason="The container did not pass the ping check.")

    ended = lab.task("v1/endpoint").run().check(1)

    assert ended.last_line.endswith("The container did not pass the ping check.")


@pytest.mark.parametrize(("stopped_is", "status"), [("failed", 1), ("succeeded", 0)])
@pytest.mark.parametrize("component", JOBS)
def test_a_job_that_somebody_stopped(lab: Lab, component: str, stopped_is: str, status: int) -> None:
    lab.prepare(component)
    lab.script.jobs["*"] = JobScript(steps=(), status="Stopped", describe=FIGURES)
    task = lab.task(component, stopped_is=stopped_is)

    ended = task.run().check(status)

    assert task.has_outputs == (status == 0)
    if status:
        assert "ended as Stopped" in ended.stderr
    else:
        task.check_outputs(lab.name_of(task.component.last))


@pytest.mark.parametrize("component", JOBS)
@pytest.mark.parametrize(("on_terminate", "stops", "outcome"), [
    ("stop", 1, "it was asked to stop"), ("leave", 0, "it goes on")])
def test_the_steps_timeout(lab: Lab, component: str, on_terminate: str, stops: int, outcome: str) -> None:
    lab.prepare(component)
    lab.hold()
    for timeout in TIMEOUTS:
        task = lab.task(component, timeout=timeout, on_terminate=on_terminate)
        ended = task.run().check(1)
        if lab.carried_out(task.component.last):
            break

    assert f"not finished within the timeout of {timeout} s" in ended.last_line
    assert ended.last_line.endswith(outcome)
    assert len(lab.carried_out(str(task.component.resource.stop))) == stops


@pytest.mark.parametrize("component", component_ids("v1"))
def test_no_credentials_at_all_is_told_at_once(lab: Lab, component: str) -> None:
    task = lab.task(component)

    ended = task.run(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="").check(2)

    assert "no AWS credentials found" in ended.last_line
    assert "AWS_ACCESS_KEY_ID" in ended.last_line
    assert lab.calls() == []


def test_half_credentials_are_told_at_once(lab: Lab) -> None:
    ended = lab.task("v1/train").run(AWS_SECRET_ACCESS_KEY="").check(2)

    assert "no AWS credentials found" in ended.last_line
    assert "LOCALSAGEMAKER" not in ended.stderr
    assert lab.calls() == []


def test_no_region_at_all_is_told_at_once(lab: Lab) -> None:
    ended = lab.task("v1/train").run(AWS_REGION="", AWS_DEFAULT_REGION="").check(2)

    assert "region" in ended.stderr
    assert "AWS_REGION" in ended.stderr
    assert lab.calls() == []


@pytest.mark.parametrize("region", ["mars-north-1", "us east 1", "us-east-1.evil.example", "-"])
def test_an_unknown_region_is_told_at_once(lab: Lab, region: str) -> None:
    ended = lab.task("v1/train", region=region).run(AWS_ENDPOINT_URL="").check(2)

    assert "region" in ended.stderr
    assert region in ended.stderr


@pytest.mark.parametrize("url", ["sagemaker", "https://", "ftp//x"])
def test_an_endpoint_url_that_is_none_is_told_at_once(lab: Lab, url: str) -> None:
    ended = lab.task("v1/train", endpoint_url=url).run().check(2)

    assert "endpoint_url" in ended.stderr
    assert lab.calls() == []


def test_a_profile_that_is_not_there_is_told_at_once(lab: Lab) -> None:
    ended = lab.task("v1/train").run(AWS_PROFILE="nobody").check(2)

    assert "nobody" in ended.last_line
    assert lab.calls() == []


@pytest.mark.parametrize("component", DELETERS)
def test_what_is_absent_is_deleted_already(lab: Lab, component: str) -> None:
    task = lab.task(component)

    task.run().check()

    assert task.parameter("deleted") == []
    assert [call.operation for call in lab.calls()] == [task.component.resource.describe]
