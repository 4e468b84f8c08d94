"""A job's log on the step's own: every line once, in order, told apart by instance; never the reason that a step fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest
from kfp_sagemaker.errors import AccessDenied, CredentialsExpired, RequestRefused, StepError, Transient
from kfp_sagemaker.lifecycle.log_tail import LogTail
from kfp_sagemaker.resources.training_job import TRAINING_JOB

from .simulation import SimulatedBackend, SimulatedClock

ONE, TWO = "train-1/algo-1-1700000000", "train-1/algo-2-1700000000"


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "kfp_sagemaker")
    return caplog


class Log:
    """A LogTail on streams that a test fills, and what it printed."""

    def __init__(self, pages: Mapping[str, list[tuple[str, ...]]] | None = None, arn: str = "") -> None:
        self.pages = {stream: list(there) for stream, there in (pages or {}).items()}
        self.backend = SimulatedBackend(SimulatedClock(), lambda now: None, tuple(self.pages), self.pages)
        self.shown: list[str] = []
        self.tail = LogTail(self.backend, TRAINING_JOB, "train-1", self.shown.append, arn)

    def add(self, stream: str, *lines: str) -> None:
        self.pages.setdefault(stream, []).append(lines)
        self.backend.streams = tuple(self.pages)


def test_every_line_of_every_page_from_the_first() -> None:
    log = Log({ONE: [("first", "second"), ("third",)]})

    log.tail.look()

    assert log.shown == ["first", "second", "third"]


def test_a_further_look_prints_what_is_new() -> None:
    log = Log({ONE: [("first",)]})
    log.tail.look()

    log.tail.look()
    log.add(ONE, "second")
    log.tail.look()
    log.add(ONE, "third")
    log.tail.finish()

    assert log.shown == ["first", "second", "third"]


def test_the_token_that_comes_again_ends_a_look() -> None:
    log = Log({ONE: [("first",)]})

    log.tail.look()

    assert len(log.backend.times("GetLogEvents")) == 2


def test_a_chatty_stream_does_not_keep_the_step_from_polling() -> None:
    log = Log({ONE: [(f"line {number}",) for number in range(120)]})

    log.tail.look()
    assert log.shown == [f"line {number}" for number in range(50)]
    log.tail.look()
    log.tail.look()

    assert log.shown == [f"line {number}" for number in range(120)]


def test_several_streams_are_told_apart_by_instance() -> None:
    log = Log({ONE: [("one",)], TWO: [("two",)]})

    log.tail.look()

    assert log.shown == ["algo-1| one", "algo-2| two"]


def test_a_stream_that_appears_late_is_read_from_its_first_line() -> None:
    log = Log({ONE: [("one",)]})
    log.tail.look()

    log.add(TWO, "two")
    log.add(ONE, "three")
    log.tail.look()

    assert log.shown == ["one", "algo-1| three", "algo-2| two"]


def test_a_stream_without_an_instance_in_its_name_goes_by_the_end_of_it() -> None:
    log = Log({"train-1/abc": [("x",)], "train-1/def": [("y",)]})

    log.tail.look()

    assert log.shown == ["abc| x", "def| y"]


SEE_LINK = ("See https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
            "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dtrain-1")


@pytest.mark.parametrize(("error", "text"), [
    (AccessDenied("access denied: somebody may not logs:DescribeLogStreams on /aws/sagemaker/TrainingJobs"),
     "logs: access denied: somebody may not logs:DescribeLogStreams on /aws/sagemaker/TrainingJobs " + SEE_LINK),
    (RequestRefused("DescribeLogStreams was refused"), "logs: cannot be read: DescribeLogStreams was refused " + SEE_LINK),
], ids=["denied", "refused"])
def test_logs_that_cannot_be_read_are_one_warning(
    warnings: pytest.LogCaptureFixture, error: StepError, text: str
) -> None:
    log = Log({ONE: [("never",)]}, arn="arn:aws:sagemaker:eu-west-1:123456789012:training-job/train-1")
    log.backend.trouble = error

    for _ in range(3):
        log.tail.look()
    log.tail.finish()

    assert [record.message for record in warnings.records] == [text]
    assert log.shown == []
    assert len(log.backend.asked) == 1


@pytest.mark.parametrize("error", [Transient("throttled"), CredentialsExpired("expired")], ids=["throttled", "expired"])
def test_passing_trouble_with_logs_is_read_over_at_the_next_look(
    warnings: pytest.LogCaptureFixture, error: StepError
) -> None:
    log = Log({ONE: [("first",)]})
    log.backend.trouble = error
    log.tail.look()

    log.backend.trouble = None
    log.tail.look()

    assert log.shown == ["first"]
    assert warnings.records == []


def test_a_job_without_logs_is_one_line_at_its_end(warnings: pytest.LogCaptureFixture) -> None:
    warnings.set_level("INFO", logger="kfp_sagemaker")
    log = Log()

    log.tail.look()
    assert warnings.records == []
    log.tail.finish()
    log.tail.finish()

    assert [record.message for record in warnings.records] == ["logs: train-1 has none in /aws/sagemaker/TrainingJobs"]
