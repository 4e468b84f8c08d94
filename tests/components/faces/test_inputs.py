"""Reading of inputs: KFP's types, or the text that stood for them before KFP had types."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.faces.inputs import BadValue, Input, InputType, read_inputs, read_value, restored
from kfp_sagemaker.service_model.validate import UNRESOLVED

S, I, F, B, O, A = (  # noqa: E741
    InputType.STRING, InputType.INTEGER, InputType.FLOAT, InputType.BOOL, InputType.OBJECT, InputType.ARRAY)
PYTHON_TYPES: dict[InputType, Any] = {S: str, I: int, F: (int, float), B: bool, O: dict, A: list}


def declared(type_: InputType, **members: Any) -> Input:
    return Input("x", type_, "An input.", **members)


@pytest.mark.parametrize(("type_", "given", "value"), [
    (S, "text", "text"), (S, "", None), (S, None, None), (S, "two\nlines\tand tabs", "two\nlines\tand tabs"),
    (I, 3, 3), (I, 3.0, 3), (I, "3", 3), (I, " -3 ", -3), (I, "3.0", 3), (I, "1e3", 1000), (I, "", None), (I, None, None),
    (I, 0, 0), (I, "9007199254740993", 9007199254740993), (I, 2**63 - 1, 2**63 - 1),
    (F, 0.5, 0.5), (F, "0.5", 0.5), (F, 2, 2), (F, "1e-07", 1e-07),
    (B, True, True), (B, "True", True), (B, "yes", True), (B, "on", True), (B, "1", True), (B, 1, True), (B, 1.0, True),
    (B, False, False), (B, "False", False), (B, "No", False), (B, "off", False), (B, 0, False), (B, "n", False),
    (O, {"a": 1.0}, {"a": 1}), (O, '{"a": 1.0}', {"a": 1}), (O, "{a: 1}", {"a": 1}), (O, "", None), (O, "{}", {}), (O, {}, {}),
    (O, "null", {}), (O, {"a": {"b": [1.0, 2.5]}}, {"a": {"b": [1, 2.5]}}),
    (A, [1.0, "a"], [1, "a"]), (A, '["a"]', ["a"]), (A, "[a, b]", ["a", "b"]), (A, "- a\n- b", ["a", "b"]), (A, "", None),
])
def test_values(type_: InputType, given: Any, value: Any) -> None:
    read = read_value(declared(type_), given)
    assert read == value
    assert isinstance(read, PYTHON_TYPES[type_]) or value is None


@pytest.mark.parametrize(("type_", "given", "why"), [
    (S, 3, "expected text, got a number"), (S, {"a": 1}, "expected text, got an object"), (S, True, "got a truth value"),
    (S, "a\x00b", r"U\+0000 at position 1"), (S, "\ud800", r"U\+D800"),
    (I, "three", "expected a number"), (I, 2.5, "whole number"), (I, "2.5", "whole number"), (I, True, "expected a number"),
    (I, [1], "expected a number, got a list"), (I, math.inf, "not a finite"),
    (I, "nan", "not a finite"), (I, 2**63, "maximum"),
    (I, "9" * 30, "maximum"), (F, "x", "expected a number"), (F, math.nan, "not a finite"),
    (B, "maybe", "expected true or false"), (B, 2, "expected true or false"), (B, "", "expected true or false"),
    (B, [], "expected true or false"),
    (O, "[1]", "expected an object, got a list"), (O, "a", "expected an object, got text"), (O, 3, "expected an object"),
    (O, "{a: [", "neither JSON nor YAML"), (O, {"a": math.nan}, "not finite"), (O, "{1: 2}", "a key that is not text: 1"),
    (O, "{a: 2024-01-01}", "a date, which JSON does not have; put it in quotes"), (O, {"a": "\x07"}, r"U\+0007"),
    (O, {"\x07": "a"}, r"U\+0007"), (O, '{"a": 1, "a": 2}', "'a' is there twice"),
    (A, {"a": 1}, "expected a list, got an object"), (A, "{}", "expected a list"), (A, "a, b", "expected a list, got text"),
    (A, "[" * 102 + "]" * 102, "too large"), (A, "&a [*a]", "too large"), (A, [0] * 200_001, "too large"),
])
def test_what_is_refused_and_why(type_: InputType, given: Any, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        read_value(declared(type_), given)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children), max_leaves=20)
ANYTHING = JSON_VALUES | JSON_VALUES.map(lambda value: json.dumps(value)) | st.binary() | st.dates() | st.tuples(st.text())


@given(st.sampled_from(list(InputType)), ANYTHING)
def test_anything_is_a_value_of_the_type_or_refused(type_: InputType, anything: Any) -> None:
    try:
        value = read_value(declared(type_), anything)
    except BadValue:
        return
    assert value is None or isinstance(value, PYTHON_TYPES[type_])
    assert json.loads(json.dumps(value, allow_nan=False)) == value


def as_struct(value: Any) -> Any:
    """``value`` after a way through KFP's Struct, where every number is a double."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, dict):
        return {key: as_struct(item) for key, item in value.items()}
    return [as_struct(item) for item in value] if isinstance(value, list) else value


EXACT = st.integers(min_value=-(2**53), max_value=2**53)
PLAIN_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
WHOLE_NUMBERS = st.recursive(
    st.booleans() | EXACT | PLAIN_TEXT,
    lambda children: st.lists(children) | st.dictionaries(PLAIN_TEXT, children), max_leaves=20)


@given(WHOLE_NUMBERS)
def test_integers_are_restored_at_every_depth(value: Any) -> None:
    assert json.dumps(restored(as_struct(value))) == json.dumps(value)


class TestInputs:
    INPUTS = (
        declared(S),
        Input("count", I, "A number.", default="1", minimum=1),
        Input("mode", S, "A choice.", default="a", choices=("a", "b")),
        Input("secret", O, "Hidden.", default="{}", shown=False),
    )

    def read(self, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        values, problems = read_inputs(self.INPUTS, raw)
        return values, {problem.input: str(problem) for problem in problems}

    def test_defaults_are_filled_in(self) -> None:
        assert self.read({"x": "1"}) == ({"x": "1", "count": 1, "mode": "a", "secret": {}}, {})

    @pytest.mark.parametrize("absent", [None, ""])
    def test_an_empty_value_is_the_default(self, absent: Any) -> None:
        assert self.read({"x": "1", "count": absent, "mode": absent})[0] == {"x": "1", "count": 1, "mode": "a", "secret": {}}

    def test_all_that_is_wrong_is_told(self) -> None:
        values, problems = self.read({"cuont": 1, "count": 0, "mode": "c", "secret": "hunter2"})
        assert values == {}
        assert problems == {
            "cuont": "cuont: no such input; did you mean count?",
            "x": "x: required, and not given",
            "count": "count = 0: the minimum is 1",
            "mode": "mode = 'c': must be one of a, b",
            "secret": "secret: expected an object, got text",
        }

    def test_what_is_known_later_passes(self) -> None:
        raw = {"x": UNRESOLVED, "count": UNRESOLVED, "mode": UNRESOLVED, "secret": UNRESOLVED}
        assert self.read(raw) == (raw, {})

    def test_an_empty_text_may_have_a_meaning_where_the_input_is_required(self) -> None:
        inputs = (Input("task_type", S, "A task.", when_empty="custom"),)
        assert read_inputs(inputs, {"task_type": ""})[0] == {"task_type": "custom"}
        assert [problem.input for problem in read_inputs(inputs, {})[1]] == ["task_type"]
