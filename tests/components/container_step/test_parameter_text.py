"""Values are written into a command as KFP's launcher, a Go program, writes them."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.parameter_text import value_text, whole_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a \"b\" <c>\n", "a \"b\" <c>\n"),
        (6.0, "6"), (6, "6"), (-0.5, "-0.5"), (0.0, "0"), (1e-5, "0.00001"), (1.5e-7, "0.00000015"), (1e22, "1" + "0" * 22),
        (1e23, "1" + "0" * 23), (86400000000.0, "86400000000"), (0.1, "0.1"), (123456.789, "123456.789"), (100.0, "100"),
        (True, "true"), (False, "false"), (None, "null"),
        ([], "[]"), ({}, "{}"),
        ([1.0, "x", None, True, [2.5]], '[1,"x",null,true,[2.5]]'),
        ({"b": 1, "a": {"é": "漢"}}, '{"a":{"é":"漢"},"b":1}'),
        ([1e-5, 1e-7, 2.5e-9, 1e20, 1e21, 1.5e22, -1e-7], "[0.00001,1e-7,2.5e-9,100000000000000000000,1e+21,1.5e+22,-1e-7]"),
        (["<a> & b", "it's \"x\"\\", "\n\t\x01"], '["\\u003ca\\u003e \\u0026 b","it\'s \\"x\\"\\\\","\\n\\t\\u0001"]'),
        (["\u2028", "\u00a0"], '["\\u2028","\u00a0"]'),
    ],
)
def test_values_are_written_as_the_launcher_writes_them(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_the_executor_input_has_no_byte_more_than_it_needs() -> None:
    assert whole_json({"a": [1, "é <"], "b": 1e-7}) == '{"a":[1,"é <"],"b":1e-07}'
