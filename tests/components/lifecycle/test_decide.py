"""What to do about what is there: the whole table, every cell."""

from __future__ import annotations

import pytest
from kfp_sagemaker.faces.common_inputs import OnExisting
from kfp_sagemaker.lifecycle.decide import Decision, Observation, ServiceObservation, decide, decide_service
from kfp_sagemaker.names import MAX_ATTEMPTS
from kfp_sagemaker.resources.resource import State

ATTEMPTS = (0, 1, MAX_ATTEMPTS - 1, MAX_ATTEMPTS)
POLICIES = (OnExisting.ATTACH, OnExisting.FAIL, OnExisting.NEW)

CREATE, ATTACH, REUSE, NEXT, UPDATE, SETTLE, FAIL = (
    Decision.CREATE, Decision.ATTACH, Decision.REUSE, Decision.NEXT_ATTEMPT, Decision.UPDATE, Decision.SETTLE, Decision.FAIL)

OURS, EQUAL, DIFFERENT = "ours", "a user's name, equal request", "a user's name, different request"

#: Whose it is and its state, to the decision under attach, fail and new. NEXT becomes FAIL at the last attempt.
JOBS_AND_RECORDS: dict[tuple[str, State], tuple[Decision, Decision, Decision]] = {
    (OURS, State.BUSY): (ATTACH, ATTACH, ATTACH),
    (OURS, State.UNKNOWN): (ATTACH, ATTACH, ATTACH),
    (OURS, State.SUCCEEDED): (REUSE, REUSE, REUSE),
    (OURS, State.FAILED): (NEXT, NEXT, NEXT),
    (OURS, State.STOPPED): (NEXT, NEXT, NEXT),
    (EQUAL, State.BUSY): (ATTACH, FAIL, NEXT),
    (EQUAL, State.UNKNOWN): (ATTACH, FAIL, NEXT),
    (EQUAL, State.SUCCEEDED): (REUSE, FAIL, NEXT),
    (EQUAL, State.FAILED): (FAIL, FAIL, NEXT),
    (EQUAL, State.STOPPED): (FAIL, FAIL, NEXT),
    (DIFFERENT, State.BUSY): (FAIL, FAIL, NEXT),
    (DIFFERENT, State.UNKNOWN): (FAIL, FAIL, NEXT),
    (DIFFERENT, State.SUCCEEDED): (FAIL, FAIL, NEXT),
    (DIFFERENT, State.FAILED): (FAIL, FAIL, NEXT),
    (DIFFERENT, State.STOPPED): (FAIL, FAIL, NEXT),
}

#: Ours, as desired, and its state, to the decision under attach, fail and new.
SERVICES: dict[tuple[bool, bool, State], tuple[Decision, Decision, Decision]] = {
    (True, True, State.BUSY): (ATTACH, ATTACH, ATTACH),
    (True, True, State.UNKNOWN): (ATTACH, ATTACH, ATTACH),
    (True, True, State.SUCCEEDED): (REUSE, REUSE, REUSE),
    (True, True, State.FAILED): (NEXT, NEXT, NEXT),
    (True, True, State.STOPPED): (NEXT, NEXT, NEXT),
    (True, False, State.BUSY): (SETTLE, SETTLE, SETTLE),
    (True, False, State.UNKNOWN): (SETTLE, SETTLE, SETTLE),
    (True, False, State.SUCCEEDED): (UPDATE, UPDATE, UPDATE),
    (True, False, State.FAILED): (NEXT, NEXT, NEXT),
    (True, False, State.STOPPED): (NEXT, NEXT, NEXT),
    (False, True, State.BUSY): (ATTACH, FAIL, NEXT),
    (False, True, State.UNKNOWN): (ATTACH, FAIL, NEXT),
    (False, True, State.SUCCEEDED): (REUSE, FAIL, NEXT),
    (False, True, State.FAILED): (FAIL, FAIL, NEXT),
    (False, True, State.STOPPED): (FAIL, FAIL, NEXT),
    (False, False, State.BUSY): (SETTLE, FAIL, NEXT),
    (False, False, State.UNKNOWN): (SETTLE, FAIL, NEXT),
    (False, False, State.SUCCEEDED): (UPDATE, FAIL, NEXT),
    (False, False, State.FAILED): (FAIL, FAIL, NEXT),
    (False, False, State.STOPPED): (FAIL, FAIL, NEXT),
}


def at(decision: Decision, attempt: int) -> Decision:
    return FAIL if decision is NEXT and attempt >= MAX_ATTEMPTS else decision


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_there_is_created(policy: OnExisting, attempt: int) -> None:
    assert decide(None, policy, attempt) is CREATE
    assert decide_service(None, policy, attempt) is CREATE


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("whose", [OURS, EQUAL, DIFFERENT])
def test_jobs_and_records(whose: str, state: State, policy: OnExisting, attempt: int) -> None:
    observation = Observation(state, whose == OURS, ("Image: there 'a', here 'b'",) if whose == DIFFERENT else ())

    expected = JOBS_AND_RECORDS[whose, state][POLICIES.index(policy)]

    assert decide(observation, policy, attempt) is at(expected, attempt)


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("as_desired", [True, False])
@pytest.mark.parametrize("ours", [True, False])
def test_services(ours: bool, as_desired: bool, state: State, policy: OnExisting, attempt: int) -> None:
    expected = SERVICES[ours, as_desired, state][POLICIES.index(policy)]

    assert decide_service(ServiceObservation(state, as_desired, ours), policy, attempt) is at(expected, attempt)


def test_at_most_ten_names_follow_the_first() -> None:
    ours = Observation(State.FAILED, ours=True)

    tried = [attempt for attempt in range(20) if decide(ours, OnExisting.ATTACH, attempt) is NEXT]

    assert tried == list(range(10))
