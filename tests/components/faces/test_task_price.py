"""Prices in dollars become dollars, cents and tenths of a cent, exactly."""

from __future__ import annotations

import pytest
from kfp_sagemaker.faces.inputs import BadValue
from kfp_sagemaker.faces.task_price import task_price


@pytest.mark.parametrize(("text", "parts"), [
    ("0.000", (0, 0, 0)),
    ("0", (0, 0, 0)),
    ("0.012", (0, 1, 2)),
    ("0.036", (0, 3, 6)),
    ("0.29", (0, 29, 0)),
    ("1.15", (1, 15, 0)),
    ("1.2", (1, 20, 0)),
    ("1", (1, 0, 0)),
    ("0.0360", (0, 3, 6)),
    (" 0.036 ", (0, 3, 6)),
    ("36e-3", (0, 3, 6)),
    ("2.999", (2, 99, 9)),
])
def test_a_price_in_its_parts(text: str, parts: tuple[int, int, int]) -> None:
    assert tuple(task_price(text).values()) == parts


def test_no_price_of_up_to_three_dollars_is_off_by_a_tenth_of_a_cent() -> None:
    for tenths in range(3000):
        price = task_price(f"{tenths / 1000:.3f}")
        assert price["Dollars"] * 1000 + price["Cents"] * 10 + price["TenthFractionsOfACent"] == tenths
        assert price["Cents"] <= 99
        assert price["TenthFractionsOfACent"] <= 9


@pytest.mark.parametrize(("text", "problem"), [
    ("0.0361", "more than three decimals"),
    ("0.00001", "more than three decimals"),
    ("1e-400", "more than three decimals"),
    ("-0.036", "such as 0.036"),
    ("NaN", "such as 0.036"),
    ("Infinity", "such as 0.036"),
    ("1e999999", "such as 0.036"),
    ("0,036", "such as 0.036"),
    ("$0.036", "such as 0.036"),
    ("four cents", "such as 0.036"),
])
def test_what_is_no_price_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadValue, match=problem):
        task_price(text)
