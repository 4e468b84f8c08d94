"""Text that stands for a value: JSON or YAML, and nothing lost or run on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.faces.structured_text import DuplicateName, parse_text

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children), max_leaves=20)

MERGED = """
l: {m: {b: &b {<<: &a {x: 1, y: 1}, x: 2}}}
c: {<<: *b, z: 3}
"""


@pytest.mark.parametrize(("text", "value"), [
    ('{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
    ("{a: [1, 2.5, true, null]}", {"a": [1, 2.5, True, None]}),
    ("a:\n- 1\n- b\n", {"a": [1, "b"]}),
    ("", None),
    ("plain words", "plain words"),
    ('\t{"a":\t1}', {"a": 1}),
    (MERGED, {"l": {"m": {"b": {"x": 2, "y": 1}}}, "c": {"x": 2, "y": 1, "z": 3}}),
])
def test_values(text: str, value: Any) -> None:
    assert parse_text(text) == value


@given(JSON_VALUES)
def test_all_json_reads_back(value: Any) -> None:
    assert parse_text(json.dumps(value)) == value


@pytest.mark.parametrize("text", [
    '{"a": 1, "b": 2, "a": 3}', "a: 1\nb: 2\na: 3\n", "[{a: 1, a: 1}]", '{"x": {"a": 1, "a": 2}}'])
def test_a_name_twice_is_refused(text: str) -> None:
    with pytest.raises(DuplicateName, match="'a' is there twice"):
        parse_text(text)


@pytest.mark.parametrize("text", [
    "{a: [", "a: b: c", "!!bool x", '!!int ""', "!!timestamp x", '!!float ""', "2024-99-99", "!!binary é", "{[]: 1}",
    "!!python/object/apply:os.getcwd []", "[" * 10000, "{a: " * 10000, "\x00", "1" * 5000,
])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither JSON nor YAML|nested too deeply"):
        parse_text(text)


@given(st.text() | st.text(alphabet="[]{}:,&*!|>'\"<- \n\tab1.#%@?"))
def test_any_text_is_a_value_or_a_value_error(text: str) -> None:
    try:
        parse_text(text)
        told = "read"
    except ValueError as error:
        told = str(error)
    assert told
