"""Names: derived from what a step is, stable, apart for what differs, within the limit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.names import (
    HASH_CHARACTERS,
    MAX_ATTEMPTS,
    RunLabels,
    attempt_name,
    canonical,
    derived_name,
    identity_of,
    is_empty,
    run_labels,
)

REQUESTS = {"CreateModel": {"ExecutionRoleArn": "r", "PrimaryContainer": {"Image": "i:1"}}}
#: The pattern of nearly all names in the service model.
PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children), max_leaves=10)


class TestDerivedNames:
    def test_form(self) -> None:
        assert re.fullmatch(r"Model-[a-z2-7]{16}", derived_name("Model", identity_of("/root"), REQUESTS, 63))

    def test_do_not_change_between_versions(self) -> None:
        # A pod of an upgraded image must find the job of the old one.
        assert derived_name("Model", None, REQUESTS, 63) == "Model-andmyx3msw5vbrsa"

    @given(st.dictionaries(st.text(), JSON_VALUES), st.none() | st.text(), st.sampled_from([32, 63]))
    def test_are_valid_and_leave_room_for_attempts(self, requests: dict[str, Any], identity: str | None, limit: int) -> None:
        name = derived_name("HyperParameterTuningJobPrefix", identity, requests, limit)
        assert PATTERN.fullmatch(name)
        assert attempt_name(name, MAX_ATTEMPTS, limit) == f"{name}-r{MAX_ATTEMPTS}"
        assert len(name) + len(f"-r{MAX_ATTEMPTS}") <= limit

    def test_cut_the_prefix_first(self) -> None:
        name = derived_name("a-prefix-that-is-too-long-for-the-limit", None, REQUESTS, 32)
        assert re.fullmatch(r"a-prefix-th-[a-z2-7]{16}", name)
        assert len(derived_name("abcdefghijk", None, {}, 32)) == 32 - len("-r10")

    @pytest.mark.parametrize("other", [
        (None, REQUESTS), ("b", REQUESTS), ("a", {"CreateModel": {**REQUESTS["CreateModel"], "ExecutionRoleArn": "s"}}),
        ("a", {"CreateModelPackage": REQUESTS["CreateModel"]})])
    def test_differ(self, other: tuple[str | None, Any]) -> None:
        assert derived_name("Model", *other, 63) != derived_name("Model", "a", REQUESTS, 63)

    def test_are_equal_for_requests_that_mean_the_same(self) -> None:
        same = {"CreateModel": {"PrimaryContainer": {"Image": "i:1", "Environment": {}}, "ExecutionRoleArn": "r", "Tags": []}}
        assert derived_name("Model", "a", same, 63) == derived_name("Model", "a", REQUESTS, 63)
        assert derived_name("Model", "a", {"C": {"n": 1.0}}, 63) == derived_name("Model", "a", {"C": {"n": 1}}, 63)


@pytest.mark.parametrize(("name", "attempt", "limit", "expected"), [
    ("job", 0, 63, "job"), ("job", 1, 63, "job-r1"), ("job", 10, 63, "job-r10"),
    ("a" * 63, 0, 63, "a" * 63), ("a" * 63, 1, 63, "a" * 60 + "-r1"), ("a" * 63, 10, 63, "a" * 59 + "-r10"),
    ("a" * 59 + "-bcd", 1, 63, "a" * 59 + "-r1"),
])
def test_attempts(name: str, attempt: int, limit: int, expected: str) -> None:
    assert attempt_name(name, attempt, limit) == expected


def test_identities_are_those_of_the_task_root() -> None:
    assert identity_of("/s3/b/run/task") == identity_of("/s3/b/run/task")
    assert identity_of("/s3/b/run/task") != identity_of("/s3/b/run/task-2")
    assert len(identity_of("\ud800")) == 64


def test_a_hash_is_eighty_bits() -> None:
    assert HASH_CHARACTERS * 5 == 80


class TestCanonical:
    @pytest.mark.parametrize(("value", "same"), [
        ({"a": "", "b": [], "c": {}, "d": None}, {}), ({"a": {"b": {"c": ""}}}, {}), ({"a": 1.0}, {"a": 1}),
        ({"a": [1.0, "", {"b": None}]}, {"a": [1, "", {}]}), ({"a": 0, "b": False}, {"a": 0, "b": False}), ((1,), [1]),
    ])
    def test_drops_what_changes_nothing(self, value: Any, same: Any) -> None:
        assert canonical(value) == same

    @given(JSON_VALUES)
    def test_once_is_enough(self, value: Any) -> None:
        assert canonical(canonical(value)) == canonical(value)


@pytest.mark.parametrize(("value", "empty"), [
    (None, True), ("", True), ([], True), ({}, True), ((), True), (0, False), (False, False), (0.0, False), (" ", False),
    ([None], False)])
def test_emptiness(value: Any, empty: bool) -> None:
    assert is_empty(value) is empty


RUN_ID = "11111111-2222-3333-4444-555555555555"
SALT = "99999999-8888-7777-6666-555555555555"
KNOWN = RunLabels("digits", RUN_ID, "training")


@pytest.mark.parametrize(("uri", "labels"), [
    (f"minio://mlpipeline/v2/artifacts/digits/{RUN_ID}/training/card", KNOWN),
    (f"s3://bucket/digits/{RUN_ID}/training/card", KNOWN),
    (f"s3://bucket/digits/{RUN_ID}/training/{SALT}/card", KNOWN),
    (f"gs://bucket/a/b/c/digits/{RUN_ID}/training/{SALT.upper()}/card", KNOWN),
    (f"s3://bucket//digits/{RUN_ID}/training//card", KNOWN),
    (f"/tmp/outputs/digits/{RUN_ID}/training/card", KNOWN),
    ("s3://bucket/card", RunLabels()),
    ("card", RunLabels()),
    ("", RunLabels()),
])
def test_labels_of_a_run(uri: str, labels: RunLabels) -> None:
    assert run_labels(uri) == labels


@given(st.text())
def test_labels_of_any_text(uri: str) -> None:
    assert isinstance(run_labels(uri), RunLabels)
