"""The text of IR: what PyYAML would write, without aliases, and what is read back is what was written."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from golden import converted, names
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker_converter.back_ends.kfp.yaml_text import yaml_of
from kfp_sagemaker_converter.front_ends.structured_text import read


class WithoutAliases(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


ODD = [
    "yes", "No", "null", "~", "1e5", "1_000", "0x1F", "2001-01-01", "=", "<<", "{{$}}", "- a", "a: b", "#", "\u2028\x85",
    "a\n\nb ",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(ODD)
KEYS = st.text() | st.integers() | st.booleans()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)


@given(st.lists(st.dictionaries(st.text(), VALUES), min_size=1, max_size=3))
def test_is_what_the_library_writes(documents: list[dict[str, Any]]) -> None:
    library = yaml.dump_all(documents, Dumper=WithoutAliases, sort_keys=False, allow_unicode=True)
    assert yaml_of(documents, "one\ntwo") == f"# one\n# two\n{library}"


@pytest.mark.parametrize("name", names())
def test_is_read_as_what_was_written_by_us_and_by_kfps_parser(name: str) -> None:
    documents = list(converted(name).documents)
    text = yaml_of(documents, "a heading")
    assert list(read(text, "pipeline.yaml").documents) == documents
    assert list(yaml.load_all(text, Loader=yaml.SafeLoader)) == documents


def test_values_that_stand_several_times_are_written_as_often() -> None:
    shared = {"image": "python:3.11"}
    assert yaml_of([{"a": shared, "b": shared}], "x") == "# x\na:\n  image: python:3.11\nb:\n  image: python:3.11\n"


def test_numbers_keep_their_kind() -> None:
    read_ = yaml.safe_load(yaml_of([{"a": 1, "b": 1.0, "c": True, "d": "1", 1: "e", "f": math.inf}], "x"))
    assert [(value, type(value)) for value in read_.values()] == [
        (1, int), (1.0, float), (True, bool), ("1", str), ("e", str), (math.inf, float),
    ]  # fmt: skip


def test_zero_keeps_its_sign() -> None:
    assert yaml_of([{"a": 0.0, "b": -0.0}], "x") == "# x\na: 0.0\nb: -0.0\n"
