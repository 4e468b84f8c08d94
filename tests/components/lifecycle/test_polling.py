"""How often a resource is described, and how soon its end is seen: simulated, with no time passing."""

from __future__ import annotations

import itertools
import random

import pytest
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.lifecycle.polling import SHORTEST_INTERVAL, poll_interval, shortest_interval
from kfp_sagemaker.lifecycle.watch import Watch
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB
from kfp_sagemaker.resources.training_job import TRAINING_JOB

from .simulation import START, SimulatedBackend, SimulatedClock, described, patience

HOUR = 3600.0


@pytest.mark.parametrize(
    ("age", "settling", "jitter", "seconds"),
    [
        (0, False, 0, 5),
        (39, False, 0, 5),
        (40, False, 0, 5),
        (80, False, 0, 10),
        (800, False, 0, 100),
        (960, False, 0, 120),
        (86400, False, 0, 120),
        (0, False, 1, 6),
        (0, False, -1, 4),
        (80, False, 1, 12),
        (86400, False, 1, 144),
        (86400, False, -1, 96),
        (86400, True, 0, 5),
        (86400, True, 1, 6),
    ],
)
def test_an_eighth_of_the_age_within_limits(age: float, settling: bool, jitter: float, seconds: float) -> None:
    assert poll_interval(age, settling, jitter) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [(None, 5), ("0.2", 0.2), ("30", 30), ("0", 0.05), ("-1", 0.05), ("", 5), ("soon", 5)],
)
def test_the_shortest_interval_is_a_matter_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str | None, seconds: float
) -> None:
    monkeypatch.delenv("KFP_SAGEMAKER_POLL_INTERVAL", raising=False)
    if text is not None:
        monkeypatch.setenv("KFP_SAGEMAKER_POLL_INTERVAL", text)

    assert shortest_interval() == seconds


def watched(job_seconds: float, seed: int, *, logs: bool = True, uploading: float = 0.0) -> SimulatedBackend:
    """The calls of one wait for a job that runs so many seconds, the last of them ``uploading``."""
    clock = SimulatedClock()

    def at(now: float) -> dict[str, object]:
        age = now - START
        if age >= job_seconds:
            return described(TRAINING_JOB, "Completed", secondary="Completed")
        return described(TRAINING_JOB, "InProgress", secondary="Uploading" if age >= job_seconds - uploading else "Training")

    backend = SimulatedBackend(clock, at)
    tail = LogTail(backend, TRAINING_JOB, "job", lambda line: None) if logs else None
    watch = Watch(TRAINING_JOB, "job", lambda: backend.describe(TRAINING_JOB, "job"), patience(clock), tail,
                  random.Random(seed))
    ended = watch.until_done()
    assert ended["TrainingJobStatus"] == "Completed"
    return backend


@pytest.mark.parametrize("logs", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_an_hours_job_is_described_about_sixty_times(seed: int, logs: bool) -> None:
    calls = len(watched(HOUR, seed, logs=logs).times("DescribeTrainingJob"))

    assert 45 <= calls <= 70


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("job_seconds", [1, 7, 45, 60, 300, 1000, HOUR, 6 * HOUR, 24 * HOUR])
def test_the_end_is_seen_within_15_percent_of_the_age(job_seconds: float, seed: int) -> None:
    backend = watched(job_seconds, seed)

    delay = backend.clock.elapsed - job_seconds

    assert 0 <= delay <= max(0.15 * job_seconds, 1.2 * SHORTEST_INTERVAL) + 1e-6
    assert delay <= 1.2 * 120


@pytest.mark.parametrize("seed", range(5))
def test_the_end_of_what_is_uploading_is_seen_within_seconds(seed: int) -> None:
    backend = watched(HOUR, seed, uploading=300)

    assert backend.clock.elapsed - HOUR <= 1.2 * SHORTEST_INTERVAL + 1e-6


def test_intervals_of_two_steps_differ() -> None:
    assert watched(HOUR, 1).times("DescribeTrainingJob") != watched(HOUR, 2).times("DescribeTrainingJob")


def test_nothing_is_listed() -> None:
    assert {operation for operation, _ in watched(HOUR, 1).asked} == {"DescribeTrainingJob", "DescribeLogStreams"}


def test_a_step_that_attaches_to_an_old_job_polls_by_the_age_of_the_job() -> None:
    clock = SimulatedClock()
    backend = SimulatedBackend(clock, lambda now: described(
        PROCESSING_JOB, "Completed" if now >= START + 100 else "InProgress", started=START - 24 * HOUR))

    Watch(PROCESSING_JOB, "job", lambda: backend.describe(PROCESSING_JOB, "job"), patience(clock)).until_done()

    assert len(backend.times("DescribeProcessingJob")) <= 3


def test_a_clock_behind_the_services_polls_by_the_time_waited() -> None:
    clock = SimulatedClock()
    backend = SimulatedBackend(clock, lambda now: described(
        PROCESSING_JOB, "Completed" if now >= START + HOUR else "InProgress", started=START + 24 * HOUR))

    Watch(PROCESSING_JOB, "job", lambda: backend.describe(PROCESSING_JOB, "job"), patience(clock)).until_done()

    assert len(backend.times("DescribeProcessingJob")) <= 70


def test_logs_are_looked_at_more_often_than_the_job_is_described() -> None:
    backend = watched(HOUR, 1)

    looks = backend.times("DescribeLogStreams")

    assert max(later - earlier for earlier, later in itertools.pairwise(looks)) <= 15.1
