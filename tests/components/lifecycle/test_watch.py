"""One wait, from the first Describe to the last: simulated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from kfp_sagemaker.errors import RemoteFailure, TimedOut, Transient
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB
from kfp_sagemaker.resources.resource import STANDING, Resource, Standing, State
from kfp_sagemaker.resources.training_job import TRAINING_JOB

from .simulation import START, SimulatedBackend, SimulatedClock, described, patience

Timeline = Callable[[float], Mapping[str, Any] | None]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.INFO, "kfp_sagemaker")
    return lambda: [record.message for record in caplog.records]


def watch(resource: Resource, at: Timeline, **members: Any) -> tuple[Watch, SimulatedBackend]:
    """A wait for ``resource``; ``at`` gives the description at an age in seconds."""
    clock = SimulatedClock()
    backend = SimulatedBackend(clock, lambda now: at(now - START))
    return Watch(resource, "it", lambda: backend.describe(resource, "it"), patience(clock, **members)), backend


def timeline(resource: Resource, *steps: tuple[float, str]) -> Timeline:
    """A description with the status of the last step that has begun."""
    return lambda age: described(resource, [status for begin, status in steps if begin <= age][-1])


@pytest.mark.parametrize("end", ["Completed", "Failed", "Stopped"])
def test_a_wait_ends_with_the_description_of_the_end(end: str) -> None:
    waiting, _ = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "InProgress"), (100, "Stopping"), (130, end)))

    assert waiting.until_done()["ProcessingJobStatus"] == end


def test_what_is_known_already_is_not_asked_for_again() -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "Completed")))
    known = described(PROCESSING_JOB, "Completed", ExitMessage="known")

    assert waiting.until_done(known) is known
    assert backend.asked == []


def test_every_change_of_status_is_said_once(said: Callable[[], list[str]]) -> None:
    waiting, _ = watch(ENDPOINT, timeline(ENDPOINT, (0, "Creating"), (300, "Updating"), (600, "InService")))

    waiting.until_done()

    assert said() == ["it: Creating", "it: Updating", "it: InService"]


def test_an_unknown_status_warns_once_and_is_waited_on(said: Callable[[], list[str]]) -> None:
    waiting, _ = watch(PROCESSING_JOB, timeline(
        PROCESSING_JOB, (0, "InProgress"), (60, "Hibernating"), (600, "Dreaming"), (700, "Hibernating"), (900, "Completed")))

    assert waiting.until_done()["ProcessingJobStatus"] == "Completed"
    assert [line for line in said() if "not known" in line] == [
        "it: status Hibernating is not known to this version; waiting on",
        "it: status Dreaming is not known to this version; waiting on",
    ]


def test_an_unknown_status_is_never_the_end(said: Callable[[], list[str]]) -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "Hibernating")), timeout_at=START + 86400)

    with pytest.raises(TimedOut):
        waiting.until_done()

    assert backend.clock.elapsed == 86400


def test_a_description_without_a_status_is_waited_on() -> None:
    waiting, _ = watch(PROCESSING_JOB, lambda age: {} if age < 50 else described(PROCESSING_JOB, "Completed"))

    assert waiting.until_done()["ProcessingJobStatus"] == "Completed"


@pytest.mark.parametrize("seconds", [1, 30, 59])
def test_what_was_just_created_may_appear_late(seconds: float) -> None:
    waiting, backend = watch(PROCESSING_JOB, lambda age: None if age < seconds else described(PROCESSING_JOB, "Completed"))

    assert waiting.until_done()["ProcessingJobStatus"] == "Completed"
    assert backend.clock.elapsed < seconds + 6


def test_what_never_appears_is_a_failure_and_not_a_wait_for_ever() -> None:
    waiting, backend = watch(PROCESSING_JOB, lambda age: None)

    with pytest.raises(RemoteFailure, match="ProcessingJob it is gone: somebody deleted it"):
        waiting.until_done()

    assert 60 <= backend.clock.elapsed <= 70


def test_what_disappears_in_the_middle_is_a_failure() -> None:
    waiting, backend = watch(
        PROCESSING_JOB, lambda age: described(PROCESSING_JOB, "InProgress") if age < 1000 else None)

    with pytest.raises(RemoteFailure, match="gone"):
        waiting.until_done()

    assert backend.clock.elapsed < 1000 * 1.15 + 6


def test_trouble_in_the_middle_is_ridden_out() -> None:
    def at(age: float) -> Mapping[str, Any]:
        if 100 < age < 900:
            raise Transient("DescribeProcessingJob: ThrottlingException: Rate exceeded")
        return described(PROCESSING_JOB, "InProgress" if age < 1000 else "Completed")

    waiting, _ = watch(PROCESSING_JOB, at)

    assert waiting.until_done()["ProcessingJobStatus"] == "Completed"


def test_the_timeout_ends_the_wait_to_the_second() -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "InProgress")), timeout_at=START + 1234)

    with pytest.raises(TimedOut):
        waiting.until_done()

    assert backend.clock.elapsed == pytest.approx(1234)


def test_a_training_job_waits_for_its_rules() -> None:
    def at(age: float) -> Mapping[str, Any]:
        rule = "InProgress" if age < 500 else "NoIssuesFound"
        return described(TRAINING_JOB, "Completed", DebugRuleEvaluationStatuses=[
            {"RuleConfigurationName": "r", "RuleEvaluationStatus": rule}])

    waiting, backend = watch(TRAINING_JOB, at)

    waiting.until_done()

    assert backend.clock.elapsed >= 500


def test_the_last_lines_are_read_after_the_end() -> None:
    clock = SimulatedClock()
    shown: list[str] = []
    pages: dict[str, list[tuple[str, ...]]] = {"it/algo-1-1": []}

    def at(now: float) -> Mapping[str, Any]:
        if now - START < 100:
            return described(TRAINING_JOB, "InProgress")
        pages["it/algo-1-1"] = [("the last words",)]
        return described(TRAINING_JOB, "Completed")

    backend = SimulatedBackend(clock, at, tuple(pages), pages)
    tail = LogTail(backend, TRAINING_JOB, "it", shown.append)

    Watch(TRAINING_JOB, "it", lambda: backend.describe(TRAINING_JOB, "it"), patience(clock), tail).until_done()

    assert shown == ["the last words"]


class Telling:
    """Implements ``backends.backend.Changes`` on a simulated clock: something happens at the given ages, in seconds."""

    def __init__(self, clock: SimulatedClock, *ages: float) -> None:
        self.clock, self.ages, self.closed = clock, list(ages), False

    def wait(self, seconds: float) -> bool:
        if self.ages and self.ages[0] <= self.clock.elapsed + seconds:
            self.clock.sleep(max(self.ages.pop(0) - self.clock.elapsed, 0.0))
            return True
        self.clock.sleep(seconds)
        return False

    def longest(self) -> float:
        return 60.0

    def close(self) -> None:
        self.closed = True


def test_what_is_told_of_is_described_when_it_happens() -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "InProgress"), (1000.5, "Completed")))
    waiting.changes = changes = Telling(backend.clock, 1000.5)

    waiting.until_done()

    assert backend.clock.elapsed == 1000.5
    assert changes.closed


def test_what_is_not_told_of_is_found_by_looking_now_and_then() -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "InProgress"), (1000.5, "Completed")))
    waiting.changes = Telling(backend.clock)

    waiting.until_done()

    assert [time - START for time in backend.times("DescribeProcessingJob")] == [60.0 * look for look in range(18)]


def test_the_timeout_passes_while_nothing_is_told() -> None:
    waiting, backend = watch(PROCESSING_JOB, timeline(PROCESSING_JOB, (0, "InProgress")), timeout_at=START + 90)
    waiting.changes = changes = Telling(backend.clock)

    with pytest.raises(TimedOut):
        waiting.until_done()

    assert backend.clock.elapsed == 90
    assert changes.closed


def test_the_standing_that_a_back_end_adds_counts_and_not_the_status() -> None:
    def at(age: float) -> Mapping[str, Any]:
        told = described(ENDPOINT, "InService")
        return told if age > 100 else {**told, STANDING: Standing(State.BUSY, "the update has not begun")}

    waiting, backend = watch(ENDPOINT, at)

    assert STANDING not in waiting.until_done()
    assert backend.clock.elapsed > 100
