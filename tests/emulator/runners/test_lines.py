"""Pieces of bytes become lines of text."""

from __future__ import annotations

import pytest
from sagemaker_local.runners.subprocess_container import LONGEST_LINE, LineSplitter


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([b"one\ntw", b"o\n"], ["one", "two"]),
        ([b"no end"], ["no end"]),
        ([b"a\r\nb\n\nc"], ["a", "b", "", "c"]),
        ([b"\xc3", b"\xbc\n"], ["\N{LATIN SMALL LETTER U WITH DIAERESIS}"]),
        ([b"\xff\n", b"cut \xc3"], ["\N{REPLACEMENT CHARACTER}", "cut \N{REPLACEMENT CHARACTER}"]),
        ([b"x" * (LONGEST_LINE + 1) + b"\n"], ["x" * LONGEST_LINE, "x"]),
        ([b"x" * (2 * LONGEST_LINE)], ["x" * LONGEST_LINE] * 2),
    ],
)
def test_lines(chunks, expected):
    lines: list[str] = []
    splitter = LineSplitter(lines.append)
    for chunk in chunks:
        splitter.feed(chunk)
    splitter.end()
    assert lines == expected
