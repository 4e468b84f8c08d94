"""Lines are cut into calls that PutLogEvents takes."""

from __future__ import annotations

import boto3
from botocore.config import Config
from sagemaker_local.execution.log_streams import (
    EVENT_OVERHEAD_BYTES,
    LARGEST_BATCH_BYTES,
    LARGEST_BATCH_EVENTS,
    LogStreams,
    batches,
)


def test_batches_keep_order_and_both_limits():
    events = [(moment, "\N{EURO SIGN}" * 20_000 if moment % 3 == 0 else "x") for moment in range(25_000)]
    parts = list(batches(events))
    assert [event for part in parts for event in part] == events
    for part in parts:
        assert len(part) <= LARGEST_BATCH_EVENTS
        assert sum(len(text.encode()) + EVENT_OVERHEAD_BYTES for _, text in part) <= LARGEST_BATCH_BYTES


def test_empty_and_huge_lines_are_taken(aws):
    logs = LogStreams(aws.logs, f"/test/{aws.bucket}", 0.01)
    logs.write("stream", "")
    logs.write("stream", "\N{EURO SIGN}" * 150_000)
    logs.close()
    [lines] = aws.lines(f"/test/{aws.bucket}").values()
    assert lines[0] == " "
    assert "".join(lines[1:]) == "\N{EURO SIGN}" * 150_000


def test_a_log_that_cannot_be_written_is_one_warning(caplog):
    nobody = boto3.client(
        "logs",
        endpoint_url="http://127.0.0.1:1",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    logs = LogStreams(nobody, "/group", 0.01)
    for stream in ("one", "two", "three"):
        logs.write(stream, "line")
    logs.close()
    warnings = [record for record in caplog.records if record.name.startswith("sagemaker_local")]
    assert len(warnings) == 1
    assert "does not take the lines" in warnings[0].getMessage()
