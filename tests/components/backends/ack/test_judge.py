"""What one look at a custom resource means: every rule, every status of every kind, and recordings of a real controller."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.backends.ack.judge import FIELD_MANAGER, Finding, Verdict, refusal_of
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.labeling_job import LABELING_JOB
from kfp_sagemaker.resources.resource import Life, Resource, State
from kfp_sagemaker.resources.training_job import TRAINING_JOB
from looks import AFTER, APPLIED, BEFORE, NOT_SYNCED, RESOURCES, SYNCED, condition, custom, look

# Rule by rule.


@pytest.mark.parametrize("seen", [None, custom(TRAINING_JOB, "InProgress", NOT_SYNCED, deletionTimestamp=AFTER)],
                         ids=["gone", "going"])
@pytest.mark.parametrize(("let_go", "finding"), [(False, Finding.DELETED), (True, Finding.WAIT)],
                         ids=["by others", "by the step"])
def test_deletion(seen: dict[str, Any] | None, let_go: bool, finding: Finding) -> None:
    assert look(TRAINING_JOB, seen, seen=True, let_go=let_go).finding is finding


@pytest.mark.parametrize("status", [None, {}, {"conditions": []}], ids=["no status", "empty", "no conditions"])
@pytest.mark.parametrize(("waited", "finding"), [(0, Finding.WAIT), (119, Finding.WAIT), (121, Finding.IDLE)])
def test_nothing_acts_on_it(status: dict[str, Any] | None, waited: float, finding: Finding) -> None:
    seen = custom(TRAINING_JOB)
    seen["status"] = status

    verdict = look(TRAINING_JOB, seen, waited=waited)

    assert verdict.finding is finding
    assert finding is Finding.IDLE or verdict.again == pytest.approx(120 - waited, abs=0.5)


def managed(applied: str, reported: str) -> list[dict[str, str]]:
    return [{"manager": FIELD_MANAGER, "operation": "Apply", "time": applied},
            {"manager": "controller", "operation": "Update", "time": AFTER},
            {"manager": "controller", "operation": "Update", "subresource": "status", "time": reported}]


@pytest.mark.parametrize(("created", "reported", "waited", "finding"), [
    (BEFORE, BEFORE, 0, Finding.WAIT),
    (BEFORE, BEFORE, 121, Finding.IDLE),
    (BEFORE, APPLIED, 0, Finding.WAIT),
    (BEFORE, APPLIED, 3, Finding.SETTLED),
    (APPLIED, APPLIED, 0, Finding.SETTLED),
    (BEFORE, AFTER, 0, Finding.SETTLED),
], ids=["older", "older for too long", "same second", "same second, looked again", "same second, new", "newer"])
def test_a_status_from_before_the_change_is_not_read(created: str, reported: str, waited: float, finding: Finding) -> None:
    seen = custom(TRAINING_JOB, "Completed", SYNCED, creationTimestamp=created, managedFields=managed(APPLIED, reported))

    assert look(TRAINING_JOB, seen, waited=waited).finding is finding


def test_what_somebody_else_applied_has_no_time_to_compare() -> None:
    fields = [{"manager": "kubectl", "operation": "Apply", "time": AFTER},
              {"manager": "controller", "operation": "Update", "subresource": "status", "time": BEFORE}]

    assert look(TRAINING_JOB, custom(TRAINING_JOB, "Completed", SYNCED, managedFields=fields)).finding is Finding.SETTLED


@pytest.mark.parametrize("status", ["InProgress", "Completed", "Failed"])
def test_what_is_not_of_this_resource_is_never_read(status: str) -> None:
    seen = custom(TRAINING_JOB, status, condition("Terminal", message="Resource already exists"))

    assert look(TRAINING_JOB, seen).finding is Finding.TAKEN


@pytest.mark.parametrize(("status", "finding"), [
    ("Completed", Finding.SETTLED), ("Failed", Finding.SETTLED), ("Stopped", Finding.SETTLED),
    ("InProgress", Finding.TERMINAL)])
def test_the_status_of_a_job_comes_before_a_terminal_condition(status: str, finding: Finding) -> None:
    seen = custom(TRAINING_JOB, status, condition("Terminal", message="only Warm Pool or Profiler can be updated"))

    assert look(TRAINING_JOB, seen).finding is finding


RECOVERABLE = [
    ("Endpoint in Creating state cannot be modified or deleted.", Finding.WAIT),
    ("TrainingJob is Stopping.", Finding.WAIT),
    ("MonitoringSchedule is Deleting.", Finding.WAIT),
    ("InferenceComponent is deleting.", Finding.WAIT),
    ("Endpoint is updating", Finding.WAIT),
    ("warm pool cannot be updated while secondary status is Training", Finding.WAIT),
    ("requeuing until the referenced resource is there", Finding.WAIT),
    ("resource is temporary out of sync", Finding.WAIT),
    ("api error ThrottlingException: Rate exceeded", Finding.WAIT),
    ("operation error SageMaker: CreateTrainingJob, exceeded maximum number of attempts, 3", Finding.WAIT),
    ("request send failed, Post https://api.sagemaker: dial tcp 10.0.0.1:443: i/o timeout", Finding.WAIT),
    ("request send failed: Connection refused", Finding.WAIT),
    ("api error InternalFailure: ", Finding.WAIT),
    ("ResourceLimitExceeded: The account-level service limit 'ml.p4d.24xlarge for training job usage' is 0", Finding.CAPACITY),
    ("api error AccessDeniedException: User: x is not authorized to perform: sagemaker:CreateTrainingJob", Finding.DENIED),
    ("api error ValidationException: 1 validation error detected", Finding.REFUSED),
    ("operation error SageMaker: CreateTrainingJob, 1 validation error(s) found.\n- missing required field", Finding.REFUSED),
    ("api error ValidationException: no Connection resource of that name", Finding.REFUSED),
    ("api error InvalidParameterValue: x", Finding.REFUSED),
    ("api error UnrecognizedClientException: The security token included in the request is invalid", Finding.REFUSED),
    ("api error ExpiredToken: x", Finding.REFUSED),
    ("api error ResourceNotFound: x", Finding.REFUSED),
    ("api error ResourceInUse: x", Finding.REFUSED),
    ("something that nobody has seen before", Finding.WAIT),
]


@pytest.mark.parametrize(("message", "finding"), RECOVERABLE, ids=[message[:40] for message, _ in RECOVERABLE])
def test_an_error_that_the_controller_tries_again(message: str, finding: Finding) -> None:
    seen = custom(TRAINING_JOB, None, condition("Recoverable", message=message), condition("ResourceSynced", "Unknown"))

    verdict = look(TRAINING_JOB, seen, refusals=3, refused=1)

    assert verdict.finding is finding
    assert message in verdict.text


@pytest.mark.parametrize(("refusals", "refused", "final"), [(1, 0, False), (2, 59, False), (3, 1, True), (1, 60, True)])
@pytest.mark.parametrize("message", ["api error ValidationException: x", "api error AccessDeniedException: x"])
def test_a_refusal_is_final_after_three_reconciles_or_a_minute(
    message: str, refusals: int, refused: float, final: bool
) -> None:
    verdict = look(TRAINING_JOB, custom(TRAINING_JOB, None, condition("Recoverable", message=message)),
                   refusals=refusals, refused=refused)

    assert (verdict.finding in (Finding.REFUSED, Finding.DENIED)) is final
    assert final or verdict.again == pytest.approx(60 - refused, abs=0.5)


@pytest.mark.parametrize(("refused", "finding"), [(0, Finding.WAIT), (119, Finding.WAIT), (120, Finding.REFUSED)])
def test_a_fresh_role_gets_time_however_often_the_controller_tries(refused: float, finding: Finding) -> None:
    message = "api error ValidationException: Could not assume role arn:aws:iam::123456789012:role/fresh. Please ensure"
    seen = custom(TRAINING_JOB, None, condition("Recoverable", message=message))

    assert look(TRAINING_JOB, seen, refusals=50, refused=refused).finding is finding


# Statuses of all kinds.


@pytest.mark.parametrize(("resource", "status"), [
    pytest.param(resource, status, id=f"{kind} {status}")
    for kind, resource in RESOURCES.items() for status in resource.statuses])
def test_every_status_of_every_kind(resource: Resource, status: str) -> None:
    """What the controller says of it: not synced while it is busy, synced for everything else."""
    busy = resource.statuses[status] is State.BUSY

    verdict = look(resource, custom(resource, status, NOT_SYNCED if busy else SYNCED))

    assert verdict.finding is (Finding.WAIT if busy else Finding.SETTLED)


@pytest.mark.parametrize("resource", [pytest.param(one, id=one.kind) for one in RESOURCES.values() if one.status_member])
def test_an_unknown_status_is_waited_on(resource: Resource) -> None:
    assert look(resource, custom(resource, "Hibernating", SYNCED)).finding is Finding.WAIT


@pytest.mark.parametrize("resource", [pytest.param(one, id=one.kind) for one in RESOURCES.values() if not one.status_member])
def test_a_kind_without_a_status_is_there_when_it_is_synced_and_has_an_arn(resource: Resource) -> None:
    unmade = custom(resource, None, SYNCED)
    unmade["status"]["ackResourceMetadata"] = {}

    assert look(resource, custom(resource, None, SYNCED)).finding is Finding.SETTLED
    assert look(resource, custom(resource, None, NOT_SYNCED)).finding is Finding.WAIT
    assert look(resource, unmade).finding is Finding.WAIT


@pytest.mark.parametrize("resource", [
    pytest.param(one, id=one.kind) for one in RESOURCES.values() if one.life is Life.SERVICE])
def test_a_service_is_done_only_when_the_controller_is(resource: Resource) -> None:
    good = next(status for status, state in resource.statuses.items() if state is State.SUCCEEDED)

    assert look(resource, custom(resource, good, NOT_SYNCED)).finding is Finding.WAIT
    assert look(resource, custom(resource, good, condition("Terminal", message="api error InvalidParameterValue: x"))
                ).finding is Finding.TERMINAL


def test_a_failed_update_of_an_endpoint_is_not_success_although_it_is_in_service() -> None:
    message = "api error EndpointUpdateError: unable to update endpoint. check FailureReason. latest EndpointConfigName is ec"

    verdict = look(ENDPOINT, custom(ENDPOINT, "InService", condition("Terminal", message=message)))

    assert verdict == Verdict(Finding.ROLLED_BACK, message)


@pytest.mark.parametrize(("rules", "finding"), [
    ([], Finding.SETTLED), (["InProgress"], Finding.WAIT), (["NoIssuesFound", "Stopping"], Finding.WAIT),
    (["NoIssuesFound"], Finding.SETTLED), (["Error"], Finding.SETTLED)])
def test_a_training_job_that_is_completed_is_waited_on_while_its_rules_run(rules: list[str], finding: Finding) -> None:
    seen = custom(TRAINING_JOB, "Completed", NOT_SYNCED if finding is Finding.WAIT else SYNCED)
    seen["status"]["debugRuleEvaluationStatuses"] = [
        {"ruleConfigurationName": "r", "ruleEvaluationStatus": one} for one in rules]

    assert look(TRAINING_JOB, seen).finding is finding


def test_a_labeling_job_that_initializes_is_busy_although_the_controller_stops_looking() -> None:
    verdict = look(LABELING_JOB, custom(LABELING_JOB, "Initializing", SYNCED))

    assert verdict == Verdict(Finding.WAIT, "Initializing; the controller has stopped looking for now")


@pytest.mark.parametrize(("message", "kind"), [
    ("api error ValidationException: 1", "ValidationException"), ("TrainingJob is Stopping.", ""),
    ("ResourceLimitExceeded: x", ""), ("api error ThrottlingException: Rate exceeded", "")])
def test_only_refusals_are_counted(message: str, kind: str) -> None:
    assert refusal_of(custom(TRAINING_JOB, None, condition("Recoverable", message=message))) == kind
