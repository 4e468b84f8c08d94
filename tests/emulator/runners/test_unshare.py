"""What the program in the namespaces says about itself, line by line, from two processes."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.unshare import read_report

PID, READY, ERROR = '{"pid": 7}\n', '{"ready": true}\n', '{"error": "no"}\n'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([PID, READY], {"pid": 7, "ready": True}),
        ([READY, PID], {"pid": 7, "ready": True}),
        ([PID, ERROR], {"pid": 7, "error": "no"}),
        ([ERROR, PID], {"error": "no"}),
        ([READY], {"ready": True}),
        ([PID], {"pid": 7}),
        ([], {}),
    ],
)
def test_the_report_is_read_in_whichever_order_it_comes(lines, expected):
    assert read_report(lines) == expected


def test_nothing_is_read_beyond_the_report():
    lines = iter([READY, PID, "the pipe is open as long as the container runs"])
    read_report(lines)
    assert len(list(lines)) == 1
