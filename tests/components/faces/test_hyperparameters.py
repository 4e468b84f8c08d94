"""Hyperparameters become text by one rule, from which their value can be read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.faces.hyperparameters import encode_hyperparameter, encode_hyperparameters
from kfp_sagemaker.faces.inputs import BadValue
from kfp_sagemaker.service_model.validate import UNRESOLVED


@pytest.mark.parametrize(("value", "text"), [
    ("text", "text"), ("", ""), ("6", "6"), ('"quoted"', '"quoted"'), ("é", "é"),
    (6, "6"), (6.0, "6"), (-0.5, "-0.5"), (0.1, "0.1"), (1e-7, "1e-07"), (1e22, "10000000000000000000000"),
    (2**70, str(2**70)),
    (True, "true"), (False, "false"),
    ([1, "a", None], '[1,"a",null]'), ({"a": [0.5, True]}, '{"a":[0.5,true]}'), (["é"], '["é"]'), ([], "[]"), ({}, "{}"),
])
def test_encoding(value: Any, text: str) -> None:
    assert encode_hyperparameter(value) == text


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda children: st.lists(children | st.text()) | st.dictionaries(st.text(), children | st.text()), max_leaves=20)


@given(VALUES)
def test_what_is_not_text_reads_back_as_json(value: Any) -> None:
    assert json.loads(encode_hyperparameter(value)) == value


@given(st.text())
def test_text_stays_as_it_is(value: str) -> None:
    assert encode_hyperparameter(value) == value


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_a_whole_float_is_the_integer(number: int) -> None:
    assert encode_hyperparameter(float(number)) == encode_hyperparameter(number)


def test_null_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match=r"^b, d: null has no encoding"):
        encode_hyperparameters({"a": 1, "b": None, "c": "", "d": None})


def test_what_is_known_later_stays() -> None:
    assert encode_hyperparameters({"a": UNRESOLVED, "b": 1}) == {"a": UNRESOLVED, "b": "1"}
