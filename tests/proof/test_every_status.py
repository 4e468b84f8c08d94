"""Every status of the service model leads where it should, for every resource that any component is about.

The table is written here and not taken from the resources; botocore's enumerations say whether it is complete.
"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from kfp_sagemaker.errors import RemoteFailure
from kfp_sagemaker.faces.prepare import Run, prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.lifecycle.run import run_step
from kfp_sagemaker.lifecycle.step import Step
from kfp_sagemaker.lifecycle.termination import Termination
from kfp_sagemaker.names import RunLabels
from kfp_sagemaker.resources.resource import Resource, State
from kfp_sagemaker.service_model.model import enum_of, output_shape
from sagemaker_local.scripted import EndpointScript, JobScript
from sagemaker_local.scripted import Step as ScriptStep

from .component_table import COMPONENTS, MAKERS
from .lab import FIGURES, Lab
from .status_backend import StatusBackend, patience

BUSY, SUCCESS, FAILURE = "busy", "success", "failure"

VERDICTS: dict[str, dict[str, str]] = {
    "TrainingJob": {
        "InProgress": BUSY, "Stopping": BUSY, "Deleting": BUSY, "Completed": SUCCESS, "Failed": FAILURE, "Stopped": FAILURE},
    "LabelingJob": {
        "Initializing": BUSY, "InProgress": BUSY, "Stopping": BUSY, "Completed": SUCCESS, "Failed": FAILURE,
        "Stopped": FAILURE},
    "ProcessingJob": {
        "InProgress": BUSY, "Stopping": BUSY, "Completed": SUCCESS, "Failed": FAILURE, "Stopped": FAILURE},
    "Endpoint": {
        "Creating": BUSY, "Updating": BUSY, "SystemUpdating": BUSY, "RollingBack": BUSY, "Deleting": BUSY,
        "InService": SUCCESS, "Failed": FAILURE, "OutOfService": FAILURE, "UpdateRollbackFailed": FAILURE},
    "TransformJob": {
        "InProgress": BUSY, "Stopping": BUSY, "Completed": SUCCESS, "Failed": FAILURE, "Stopped": FAILURE},
    "HyperParameterTuningJob": {
        "InProgress": BUSY, "Stopping": BUSY, "Deleting": BUSY, "Completed": SUCCESS, "Failed": FAILURE, "Stopped": FAILURE,
        "DeleteFailed": FAILURE},
    "MonitoringSchedule": {"Pending": BUSY, "Scheduled": SUCCESS, "Failed": FAILURE, "Stopped": FAILURE},
}
#: Of a rule that outlives a completed training job. Findings are no failure of the job, an error in the rule is.
RULES = {"InProgress": BUSY, "Stopping": BUSY, "NoIssuesFound": SUCCESS, "IssuesFound": SUCCESS, "Stopped": SUCCESS,
         "Error": FAILURE}
STATES = {BUSY: {State.BUSY}, SUCCESS: {State.SUCCEEDED}, FAILURE: {State.FAILED, State.STOPPED}}

RESOURCES: dict[str, Resource] = {
    resource.kind: resource for name in component_ids("v1") for resource in find_face(name).resources}
MAKER_OF = {find_face(name).resource.kind: name for name in MAKERS}
WITH_STATUS = [kind for kind, resource in RESOURCES.items() if resource.status_member]
CELLS = [(kind, status) for kind in VERDICTS for status in VERDICTS[kind]]


def test_every_resource_with_a_status_has_a_table() -> None:
    told = {kind for kind, resource in RESOURCES.items()
            if f"{kind}Status" in output_shape(resource.describe).members}  # type: ignore[attr-defined]

    assert told == set(WITH_STATUS) == set(VERDICTS)


@pytest.mark.parametrize("kind", WITH_STATUS)
def test_the_tables_are_total(kind: str) -> None:
    resource = RESOURCES[kind]
    known = set(enum_of(resource.describe, str(resource.status_member)))

    assert known <= set(VERDICTS[kind])
    assert known <= set(resource.statuses)
    assert set(resource.statuses) == set(VERDICTS[kind])


@pytest.mark.parametrize(("kind", "status"), CELLS)
def test_the_state_of_a_status(kind: str, status: str) -> None:
    resource = RESOURCES[kind]

    assert resource.state({str(resource.status_member): status}) in STATES[VERDICTS[kind][status]]


@pytest.mark.parametrize("kind", WITH_STATUS)
@pytest.mark.parametrize("status", ["", "Hibernating", "completed", "InServiceAlmost", None])
def test_an_unknown_status_is_never_success(kind: str, status: str | None) -> None:
    resource = RESOURCES[kind]

    assert resource.state({str(resource.status_member): status}) is State.UNKNOWN
    assert resource.state({}) is State.UNKNOWN


def carried_out(component: str, statuses: list[dict[str, Any]], caplog: pytest.LogCaptureFixture) -> tuple[str, StatusBackend]:
    """What the engine makes of a resource that shows these statuses one after the other."""
    caplog.set_level(logging.INFO, "kfp_sagemaker")
    row = COMPONENTS[component]
    prepared = prepare(row.face, row.inputs, run=Run("identity", RunLabels()))
    backend = StatusBackend(row.resource, statuses)
    step = Step(prepared, backend, patience(backend.clock), Termination(), lambda line: None, lambda described: None)
    try:
        run_step(step)
    except RemoteFailure:
        return FAILURE, backend
    return SUCCESS, backend


@pytest.mark.parametrize(("kind", "status"), CELLS)
def test_the_engine_on_a_status(caplog: pytest.LogCaptureFixture, kind: str, status: str) -> None:
    """A busy one is waited on until the resource fails or succeeds; any other is the end."""
    resource, verdict = RESOURCES[kind], VERDICTS[kind][status]
    member = str(resource.status_member)
    for last, outcome in (("Failed", FAILURE), (next(s for s, v in VERDICTS[kind].items() if v == SUCCESS), SUCCESS)):
        ended, backend = carried_out(MAKER_OF[kind], [{member: status}, {member: last}], caplog)

        assert ended == (outcome if verdict == BUSY else verdict)
        assert backend.shown == (2 if verdict == BUSY else 1)
        assert backend.created == [resource.create]


@pytest.mark.parametrize("kind", WITH_STATUS)
def test_the_engine_on_an_unknown_status(caplog: pytest.LogCaptureFixture, kind: str) -> None:
    member = str(RESOURCES[kind].status_member)
    success = next(status for status, verdict in VERDICTS[kind].items() if verdict == SUCCESS)

    ended, backend = carried_out(MAKER_OF[kind], [{member: "Hibernating"}] * 3 + [{member: success}], caplog)

    assert (ended, backend.shown) == (SUCCESS, 4)
    assert len([record for record in caplog.records if "not known to this version" in record.message]) == 1


def rule(*statuses: str) -> dict[str, Any]:
    return {"TrainingJobStatus": "Completed", "DebugRuleEvaluationStatuses": [
        {"RuleConfigurationName": f"rule-{number}", "RuleEvaluationStatus": status} for number, status in enumerate(statuses)]}


def test_the_table_of_rules_is_total() -> None:
    shape: Any = output_shape("DescribeTrainingJob")
    members = shape.members["DebugRuleEvaluationStatuses"].member.members

    assert set(members["RuleEvaluationStatus"].enum) == set(RULES)


@pytest.mark.parametrize("status", RULES)
def test_the_engine_on_a_rule_of_a_completed_job(caplog: pytest.LogCaptureFixture, status: str) -> None:
    ended, backend = carried_out("v1/train", [rule("NoIssuesFound", status), rule("NoIssuesFound", "Error")], caplog)

    assert ended == (FAILURE if RULES[status] == BUSY else RULES[status])
    assert backend.shown == (2 if RULES[status] == BUSY else 1)


@pytest.mark.parametrize(("statuses", "state"), [
    (("InProgress", "Error"), State.FAILED),
    (("Dreaming", "Error"), State.FAILED),
    (("InProgress", "Dreaming"), State.UNKNOWN),
    (("Dreaming", "NoIssuesFound"), State.UNKNOWN),
    ((), State.SUCCEEDED),
])
def test_several_rules(statuses: tuple[str, ...], state: State) -> None:
    assert RESOURCES["TrainingJob"].state(rule(*statuses)) is state


@pytest.mark.parametrize("status", ["InProgress", "Failed", "Stopped", "Stopping"])
def test_rules_do_not_count_before_the_job_has_completed(status: str) -> None:
    described = {**rule("Error"), "TrainingJobStatus": status}

    assert RESOURCES["TrainingJob"].state(described) in STATES[VERDICTS["TrainingJob"][status]]


def test_a_failed_rule_is_named(lab: Lab) -> None:
    lab.script.jobs["*"] = JobScript(steps=(), describe={**FIGURES, **{
        name: value for name, value in rule("NoIssuesFound", "Error").items() if name != "TrainingJobStatus"}})

    ended = lab.task("v1/train").run().check(1)

    assert "rule-1 failed" in ended.stderr


SECONDARY = ("Starting", "Pending", "Downloading", "DownloadingTrainingImage", "LaunchingMLInstances",
             "PreparingTrainingStack", "Training", "Interrupted", "Restarting", "Updating", "Uploading")


@pytest.mark.parametrize(("status", "secondary", "exit_status"), [
    ("Completed", None, 0), ("Failed", None, 1), ("Stopped", None, 1), ("Stopped", "MaxRuntimeExceeded", 1),
    ("Stopped", "MaxWaitTimeExceeded", 1), ("Failed", "Interrupted", 1),
])
def test_a_training_job_over_the_wire(lab: Lab, status: str, secondary: str | None, exit_status: int) -> None:
    """Through every secondary status to each end."""
    lab.script.jobs["*"] = JobScript(tuple(ScriptStep(name, 0.03) for name in SECONDARY), status, secondary, describe=FIGURES)

    ended = lab.task("v1/train").run().check(exit_status)

    assert "not known" not in ended.stderr
    assert f"{status} ({secondary})" in ended.stderr if secondary else status in ended.stderr


@pytest.mark.parametrize("status", VERDICTS["Endpoint"])
def test_an_endpoint_over_the_wire(lab: Lab, status: str) -> None:
    """Each status, as the end of a creation or on the way to one."""
    verdict = VERDICTS["Endpoint"][status]
    lab.prepare("v1/endpoint")
    lab.script.endpoints["*"] = (
        EndpointScript((ScriptStep(status, 0.3),)) if verdict == BUSY else EndpointScript(status=status))

    ended = lab.task("v1/endpoint").run().check(1 if verdict == FAILURE else 0)

    assert status in ended.stderr


