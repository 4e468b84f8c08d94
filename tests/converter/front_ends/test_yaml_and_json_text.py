"""Text is read as PyYAML and json read it, with lines, and within bounds that no text can break."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends import structured_text
from kfp_sagemaker_converter.front_ends.structured_text import read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES.filter(lambda value: value is not None))
def test_json_is_read_as_json(value: Any) -> None:
    assert read(json.dumps([value]), "x.json").documents == ([value],)


@given(VALUES)
def test_yaml_is_read_as_pyyaml_reads_it(value: Any) -> None:
    text = yaml.safe_dump([value], allow_unicode=True)
    if '"<<"' not in text and "<<" not in text:
        assert list(read(text, "x.yaml").documents) == list(yaml.safe_load_all(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1e5", {"a": "1e5"}),
        ('{"a": 1e5}', {"a": 1e5}),
        ("a: 2020-01-01", {"a": "2020-01-01"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: yes\nb: ~\nc: 0x1F\nd: .inf", {"a": True, "b": None, "c": 31, "d": float("inf")}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("base: &b {x: 1, y: 2}\nmore: {<<: *b, y: 3}", {"base": {"x": 1, "y": 2}, "more": {"x": 1, "y": 3}}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        ('{\n\t"a": 1}', {"a": 1}),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert read(text, "x").documents == (value,)


def test_lines_are_those_of_the_keys_and_items() -> None:
    text = read("a:\n  b:\n  - one\n  - two\n---\nc: 1\n", "x.yaml")
    first, second = text.documents
    assert text.at(first, "a").line == 1
    assert text.at(first["a"], "b").line == 2
    assert text.at(first["a"]["b"], 1).line == 4
    assert str(text.at(second, "c")) == "x.yaml:6"


def test_a_key_that_stands_twice_is_said() -> None:
    text = read("a: 1\nb: 2\na: 3\n", "x.yaml")
    assert text.documents == ({"a": 3, "b": 2},)
    assert [(one.code, one.location.line) for one in text.findings] == [("KSC103", 3)]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: {{ name }}", "KSC101", 1),
        ("a: [1\nb: 2", "KSC101", 2),
        ("a: 1\nb: *nothing", "KSC101", 2),
        ("a: &a [*a]", "KSC101", 1),
        ("a: !!python/object/apply:os.system [id]", "KSC101", 1),
        ("a: !!python/name:os.system x", "KSC101", 1),
        ("a: !!int x", "KSC101", 1),
        ("? [1, 2]\n: 3", "KSC101", 1),
        ("a: \x07", "KSC101", 1),
        ("[" * 200, "KSC102", 1),
        ("[" * 200 + "]" * 200, "KSC102", 1),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "KSC102", 1),
        ("- " * 100_000 + "x", "KSC102", 1),
    ],
)
def test_what_is_refused(text: str, code: str, line: int) -> None:
    with pytest.raises(Refused) as refused:
        read(text, "x.yaml")
    (found,) = refused.value.diagnostics
    assert found.code == code
    assert found.location.line in (line, 0, 1)


def test_aliases_count_with_all_they_stand_for() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(Refused, match="nodes, aliases followed"):
        read("\n".join(lines), "bomb.yaml")


def test_a_text_too_long_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structured_text, "LONGEST_TEXT", 10)
    with pytest.raises(Refused, match="11 characters"):
        read("a: " + "b" * 8, "x.yaml")
