"""Labels of custom resources, within what Kubernetes allows for a value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.backends.ack.labels import label_value, labels_of
from kfp_sagemaker.faces.prepare import Run
from kfp_sagemaker.names import RunLabels


@given(st.text(max_size=300))
def test_every_value_is_one_that_kubernetes_takes(text: str) -> None:
    assert re.fullmatch(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", label_value(text))
    assert len(label_value(text)) <= 63


@pytest.mark.parametrize(("text", "value"), [("digits", "digits"), ("My pipeline!", "My-pipeline"), ("-x-", "x"), ("ä", "")])
def test_values(text: str, value: str) -> None:
    assert label_value(text) == value


def test_what_is_not_known_is_left_out() -> None:
    assert labels_of(None) == {"app.kubernetes.io/managed-by": "kfp-sagemaker"}
    assert labels_of(Run("0" * 64, RunLabels(run_id="r"))) == {
        "app.kubernetes.io/managed-by": "kfp-sagemaker", "kfp-sagemaker/run-id": "r", "kfp-sagemaker/identity": "0" * 63}
