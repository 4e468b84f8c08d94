"""Large parameters between moved steps: what stands for them in KFP, and how their readers get them again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given as with_examples
from hypothesis import strategies as st
from kfp_sagemaker.container_step.large_values import (
    FOLDER,
    Reference,
    folder_of,
    reference_to,
    value_in_file,
    with_values,
)
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput

from .executor_inputs import ROOT, RUN_ID, executor_input

PLACE = f"s3://artifacts/v2/artifacts/pipe/{FOLDER}"
MOST = 8_192
TEXT = "é" * MOST
READER = StepSpec("i", inputs={"parameters": {"v": {"parameterType": "STRING"}}}, large_inputs=("v",))
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8)


def reference(value: Any, type_: str) -> Reference:
    found = reference_to(value, type_, MOST, PLACE)
    assert found is not None
    return found


def read(value: Any, objects: dict[str, bytes], reader: StepSpec = READER) -> Any:
    return with_values(executor_input({"v": value, "other": 1}), reader, objects.get)["inputs"]["parameterValues"]["v"]


def test_the_folder_is_beside_the_runs_so_that_equal_values_have_equal_uris() -> None:
    assert folder_of(ROOT, RUN_ID) == PLACE
    assert folder_of("s3://b/staging/abc", "") == f"s3://b/staging/abc/{FOLDER}"


@pytest.mark.parametrize(
    ("value", "type_", "content"),
    [
        (TEXT, "STRING", TEXT.encode()),
        ([TEXT, 1, 2.5, None, {"ü": []}], "LIST", f'["{TEXT}",1,2.5,null,{{"ü":[]}}]'.encode()),
        ({"a": TEXT}, "STRUCT", f'{{"a":"{TEXT}"}}'.encode()),
    ],
)
def test_what_stands_for_a_large_value_has_its_type(value: Any, type_: str, content: bytes) -> None:
    found = reference(value, type_)
    assert found.uri == f"{PLACE}/{hashlib.sha256(content).hexdigest()}"
    assert found.content == content
    assert found.value == {"STRING": found.uri, "LIST": [found.uri], "STRUCT": {FOLDER: found.uri}}[type_]
    assert read(json.loads(json.dumps(found.value)), {found.uri: content}) == value


@pytest.mark.parametrize(
    ("value", "type_"),
    [("x" * (MOST - 2), "STRING"), (["x" * (MOST - 4)], "LIST"), ({"a": 1}, "STRUCT"), (None, "STRING"),
     (["x" * MOST], "STRING"), ("x" * MOST * 2, "LIST"), ({"x": "x" * MOST}, "LIST"), (7, "STRUCT")],
)  # fmt: skip
def test_what_is_small_or_of_another_type_stays(value: Any, type_: str) -> None:
    assert reference_to(value, type_, MOST, PLACE) is None


@pytest.mark.parametrize(
    ("value", "type_"), [("\n" * 4_096, "STRING"), ("x" * (MOST - 1), "STRING"), (["x" * (MOST - 3)], "LIST")]
)
def test_the_size_is_that_of_json(value: Any, type_: str) -> None:
    """KFP passes JSON, in which a line break takes two bytes."""
    assert reference_to(value, type_, MOST, PLACE) is not None


@with_examples(JSON.map(lambda value: [value, TEXT]))
def test_any_list_comes_back_as_it_was(value: list[Any]) -> None:
    found = reference(value, "LIST")
    assert json.dumps(read(found.value, {found.uri: found.content})) == json.dumps(value)


@pytest.mark.parametrize(
    ("content", "type_", "value"),
    [(b"\xc3\xa9\n", "STRING", "é\n"), (b'["a"]', "LIST", ["a"]), (b'{"a": 1}', "STRUCT", {"a": 1}),
     (b"[1", "LIST", None), (b"\xff", "STRING", None), (b"[NaN]", "LIST", None), (b"", "STRUCT", None)],
)  # fmt: skip
def test_a_file_has_text_or_json(content: bytes, type_: str, value: Any) -> None:
    assert value_in_file(content, type_) == value


@pytest.mark.parametrize("value", ["", "s3://b/k", f"{PLACE}/short", f"x{PLACE}/{'0' * 64}", f"{PLACE}/{'0' * 64}x", [], ["a"],
                                   {}, {"a": f"{PLACE}/{'0' * 64}"}, [[f"{PLACE}/{'0' * 64}"]], None, 1])
def test_what_is_no_reference_is_the_value_itself(value: Any) -> None:
    assert read(value, {}) == value


def test_only_inputs_that_may_be_large_are_looked_at() -> None:
    found = reference(TEXT, "STRING")
    assert read(found.value, {}, StepSpec("i")) == found.uri
    assert with_values({}, READER, {}.get) == {}


@pytest.mark.parametrize(
    ("content", "what"), [(None, "is not there any more"), (b"x", "is not what the step before has written")]
)
def test_a_value_that_is_gone_or_replaced_is_refused(content: bytes | None, what: str) -> None:
    found = reference(TEXT, "STRING")
    with pytest.raises(InvalidInput) as refused:
        read(found.value, {found.uri: content} if content else {})
    assert f"v: this value is in S3, at {found.uri}, and {what}: run the step that made it anew" in str(refused.value)
