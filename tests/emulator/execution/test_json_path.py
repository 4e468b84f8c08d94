"""The JSONPath operators of batch transform's filters."""

from __future__ import annotations

from typing import Any

import pytest
from sagemaker_local.execution.json_path import parse_json_path

ROW = ["a", "b", "c", "d"]
RECORD = {"id": 1, "f": {"x": [10, 20, 30], "y z": True}, "g": [{"n": 1}, {"n": 2}]}


@pytest.mark.parametrize(
    ("expression", "value", "selected"),
    [
        ("$", RECORD, RECORD),
        ("", ROW, ROW),
        ("$.id", RECORD, 1),
        ("$.f.x", RECORD, [10, 20, 30]),
        ("$['f']['y z']", RECORD, True),
        ("$['id','g']", RECORD, {"id": 1, "g": RECORD["g"]}),
        ('$["id"]', RECORD, 1),
        ("$.f.['x', 'y z']", RECORD, {"x": [10, 20, 30], "y z": True}),
        ("$.f.x[1]", RECORD, 20),
        ("$.f.x[-1]", RECORD, 30),
        ("$[0,2]", ROW, ["a", "c"]),
        ("$[1:]", ROW, ["b", "c", "d"]),
        ("$[:2]", ROW, ["a", "b"]),
        ("$[1:3]", ROW, ["b", "c"]),
        ("$[:-1]", ROW, ["a", "b", "c"]),
        ("$[9:]", ROW, []),
        ("$[*]", ROW, ROW),
        ("$.g.*.n", RECORD, [1, 2]),
        ("$.g[0:1].n", RECORD, [1]),
        ("$.f.*", RECORD, [[10, 20, 30], True]),
    ],
)
def test_an_expression_selects(expression: str, value: Any, selected: Any) -> None:
    assert parse_json_path(expression).select(value) == selected


@pytest.mark.parametrize("expression", ["id", "$..id", "$[?(@.id)]", "$.f.x.length()", "$[", "$.", "$['a'", "$ .a", "@.a"])
def test_other_expressions_are_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="is not a JSONPath that batch transform supports; its operators are"):
        parse_json_path(expression)


@pytest.mark.parametrize(
    ("expression", "value", "reason"),
    [
        ("$.absent", RECORD, "'absent' is not there"),
        ("$['id','absent']", RECORD, "'absent' is not there"),
        ("$[4]", ROW, "index out of range"),
        ("$.id[0]", RECORD, "an index needs a JSON array or a CSV row"),
        ("$.name", ROW, "a name needs a JSON object"),
        ("$.id.*", RECORD, "an index needs a JSON array"),
    ],
)
def test_what_a_record_has_not_is_an_error(expression: str, value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=r"selects what the record has not: .*") as caught:
        parse_json_path(expression).select(value)
    assert reason in str(caught.value)
