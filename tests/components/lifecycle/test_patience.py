"""What is ridden out, for how long, and what ends a step: simulated, with no time passing."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from kfp_sagemaker.errors import (
    AccessDenied,
    AlreadyFinished,
    CapacityUnavailable,
    CredentialsExpired,
    NameTaken,
    NotFound,
    RemoteFailure,
    RequestRefused,
    StepError,
    TimedOut,
    Transient,
)

from .simulation import START, SimulatedClock, patience


class Flaky:
    """An action that raises the given errors in turn (the last one for ever, unless ``then`` is given), and counts."""

    def __init__(self, *errors: StepError, then: str | None = None) -> None:
        self._errors, self._then, self.tries = errors, then, 0

    def __call__(self) -> str:
        self.tries += 1
        if self._then is not None and self.tries > len(self._errors):
            return self._then
        raise self._errors[min(self.tries, len(self._errors)) - 1]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


def test_what_succeeds_is_tried_once(clock: SimulatedClock) -> None:
    action = Flaky(then="done")

    assert patience(clock).ride_out(action) == "done"
    assert (action.tries, clock.sleeps) == (1, [])


@pytest.mark.parametrize("failures", [1, 2, 7, 100])
def test_transient_trouble_is_ridden_out(clock: SimulatedClock, failures: int) -> None:
    action = Flaky(*[Transient("DescribeTrainingJob: ThrottlingException: Rate exceeded")] * failures, then="done")

    assert patience(clock).ride_out(action) == "done"
    assert action.tries == failures + 1


def test_pauses_grow_to_half_a_minute_and_differ(clock: SimulatedClock) -> None:
    patience(clock).ride_out(Flaky(*[Transient("again")] * 20, then="done"))

    pauses = clock.sleeps

    assert all(0.8 * min(2**n, 30) <= pause <= 1.2 * min(2**n, 30) for n, pause in enumerate(pauses))
    assert len(set(pauses)) == len(pauses)


def test_transient_trouble_becomes_the_failure_when_the_job_may_run_no_longer(clock: SimulatedClock) -> None:
    action = Flaky(Transient("DescribeTrainingJob: InternalFailure: 500"))

    with pytest.raises(Transient, match="InternalFailure"):
        patience(clock, until=START + 7200).ride_out(action)

    assert 7200 <= clock.elapsed <= 7200 + 36


def test_a_role_that_stays_unready_fails_the_step_after_its_limit(clock: SimulatedClock) -> None:
    with pytest.raises(Transient, match="assume role"):
        patience(clock).ride_out(Flaky(Transient("could not assume role", limit=120)))

    assert 120 <= clock.elapsed <= 120 + 36


def test_a_role_that_becomes_ready_in_time_is_no_trouble(clock: SimulatedClock) -> None:
    assert patience(clock).ride_out(Flaky(*[Transient("could not assume role", limit=120)] * 3, then="made")) == "made"


def test_expired_credentials_are_looked_for_anew_before_every_try(clock: SimulatedClock) -> None:
    renewed: list[float] = []
    action = Flaky(*[CredentialsExpired("expired")] * 4, then="done")

    patience(clock, renew_credentials=lambda: renewed.append(clock.now())).ride_out(action)

    assert len(renewed) == 4
    assert renewed == sorted(renewed)


def test_credentials_that_nothing_refreshes_end_the_step_after_15_minutes(clock: SimulatedClock) -> None:
    left = "TrainingJob train-1 was left as it is; pass its name to attach to it"

    with pytest.raises(CredentialsExpired, match="nothing refreshed them for 15 minutes") as caught:
        patience(clock, left_behind=left).ride_out(Flaky(CredentialsExpired("DescribeTrainingJob: ExpiredToken: it expired")))

    assert 900 <= clock.elapsed <= 900 + 36
    assert left in str(caught.value)
    assert "ExpiredToken" in str(caught.value)
    assert caught.value.exit_status == 1


def test_the_15_minutes_begin_anew_after_a_call_that_went_through(clock: SimulatedClock) -> None:
    step = patience(clock)

    for _ in range(5):
        step.ride_out(Flaky(*[CredentialsExpired("expired")] * 20, then="done"))

    assert clock.elapsed > 2 * 900


@pytest.mark.parametrize("seconds", [60, 600, 86400])
def test_capacity_is_waited_for_as_long_as_asked(clock: SimulatedClock, seconds: float) -> None:
    with pytest.raises(CapacityUnavailable, match=f"waited {seconds} s for capacity"):
        patience(clock, capacity_seconds=seconds).ride_out(Flaky(CapacityUnavailable("ResourceLimitExceeded")))

    assert seconds <= clock.elapsed <= seconds + 144


def test_capacity_that_comes_while_waiting_is_taken(clock: SimulatedClock) -> None:
    action = Flaky(*[CapacityUnavailable("ResourceLimitExceeded")] * 3, then="created")

    assert patience(clock, capacity_seconds=600).ride_out(action) == "created"


def test_capacity_is_not_waited_for_unasked_and_the_message_tells_how_to_ask(clock: SimulatedClock) -> None:
    action = Flaky(CapacityUnavailable("CreateTrainingJob: ResourceLimitExceeded: 0 instances"))

    with pytest.raises(CapacityUnavailable, match=r"0 instances.*wait_for_capacity"):
        patience(clock).ride_out(action)

    assert (action.tries, clock.elapsed) == (1, 0)


@pytest.mark.parametrize("error", [
    AccessDenied("denied"), RequestRefused("refused"), NameTaken("taken"), NotFound("absent"), AlreadyFinished("ended"),
    RemoteFailure("failed"),
], ids=lambda error: type(error).__name__)
def test_what_waiting_cannot_help_is_raised_at_once(clock: SimulatedClock, error: StepError) -> None:
    action = Flaky(error)

    with pytest.raises(type(error)):
        patience(clock, capacity_seconds=600).ride_out(action)

    assert (action.tries, clock.elapsed) == (1, 0)


@pytest.mark.parametrize("trouble", [
    Transient("throttled"), CredentialsExpired("expired"), CapacityUnavailable("no instances"),
], ids=lambda error: type(error).__name__)
def test_the_steps_own_timeout_ends_any_patience(clock: SimulatedClock, trouble: StepError) -> None:
    with pytest.raises(TimedOut):
        patience(clock, timeout_at=START + 100, capacity_seconds=6000).ride_out(Flaky(trouble))

    assert clock.elapsed == pytest.approx(100)


def test_nothing_is_tried_after_the_timeout(clock: SimulatedClock) -> None:
    action = Flaky(then="done")

    with pytest.raises(TimedOut):
        patience(clock, timeout_at=START).ride_out(action)

    assert action.tries == 0


@pytest.mark.parametrize(("asked", "slept"), [(10, 10), (1000, 60), (-5, 0)])
def test_a_sleep_ends_with_the_timeout(clock: SimulatedClock, asked: float, slept: float) -> None:
    patience(clock, timeout_at=START + 60).sleep(asked)

    assert clock.sleeps == [slept]


def test_trouble_is_told_once_and_its_end_too(clock: SimulatedClock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kfp_sagemaker")

    patience(clock).ride_out(Flaky(*[Transient("DescribeTrainingJob: Rate exceeded")] * 50, then="done"))

    assert [record.message for record in caplog.records] == [
        "DescribeTrainingJob: Rate exceeded; trying again", "went through after 50 further tries"]


def test_kinds_of_trouble_are_counted_apart(clock: SimulatedClock) -> None:
    """Ten minutes of throttling do not use up the fifteen of the credentials."""
    def action() -> str:
        if clock.elapsed < 600:
            raise Transient("throttled")
        if clock.elapsed < 600 + 800:
            raise CredentialsExpired("expired")
        return "done"

    checked: Callable[[], str] = action
    assert patience(clock).ride_out(checked) == "done"
