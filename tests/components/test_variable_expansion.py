"""Which references to variables are replaced; the cases follow Kubernetes' own (third_party/forked/golang/expansion)."""

from __future__ import annotations

import pytest
from kfp_sagemaker.variable_expansion import expanded, expanded_environment

VARIABLES = {"VAR_A": "A", "VAR_B": "B", "VAR_REF": "$(VAR_A)", "VAR_EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(VAR_A)", "A"),
        ("___$(VAR_B)___", "___B___"),
        ("$(VAR_A)$(VAR_B)", "AB"),
        ("$(VAR_REF)", "$(VAR_A)"),
        ("foo$(VAR_EMPTY)bar", "foobar"),
        ("$(UNKNOWN) $()", "$(UNKNOWN) $()"),
        ("$$(VAR_A)", "$(VAR_A)"),
        ("$$$(VAR_A)", "$A"),
        ("$$$$(VAR_A)", "$$(VAR_A)"),
        ("$VAR_A ${VAR_A} $ (VAR_A)", "$VAR_A ${VAR_A} $ (VAR_A)"),
        ("$(VAR_A", "$(VAR_A"),
        ("$(VAR_A)$(VAR_B", "A$(VAR_B"),
        ("$(cat $(VAR_A)) $(VAR_B)", "$(cat $(VAR_A)) B"),
        ("$(a\nb $(VAR_A))", "$(a\nb $(VAR_A))"),
        ("cost: 5$", "cost: 5$"),
        ("$(id) it's `x`", "$(id) it's `x`"),
        ("", ""),
    ],
)
def test_references(text: str, expected: str) -> None:
    assert expanded(text, VARIABLES) == expected


def test_variables_refer_to_those_before_them() -> None:
    assert expanded_environment([("A", "$(B)"), ("B", "b$$"), ("C", "$(A)$(B)")]) == {"A": "$(B)", "B": "b$", "C": "$(B)b$"}
