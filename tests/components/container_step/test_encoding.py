"""A step's specification comes out as it went in, in the same bytes every time, whatever text is in it."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kfp_sagemaker.container_step.encoding import INLINE_LIMIT, bundle, check_bundle, decode, encode, is_reference
from kfp_sagemaker.container_step.step_spec import (
    Candidate,
    JobSettings,
    Resources,
    Secret,
    SecretPolicy,
    Service,
    StepSpec,
    UriMode,
)
from kfp_sagemaker.errors import InvalidInput

TEXT = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="'\"\\$(){}`\n\t é漢\U0001f600#!%&|;<>*", max_size=60),
    st.sampled_from(["$(HOME)", "$$", "$(date)", "{{$}}", "{{$.inputs.parameters['x']}}", "a\r\nb", "", "'\"'\"'", "\udc80"]),
)
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=3,
)
TEXTS = st.lists(TEXT, max_size=5).map(tuple)
SPECS = st.builds(
    StepSpec,
    image=TEXT,
    command=TEXTS,
    args=TEXTS,
    env=st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple),
    inputs=st.dictionaries(st.sampled_from(["parameters", "artifacts"]), st.dictionaries(TEXT, VALUE, max_size=3)),
    outputs=st.dictionaries(st.sampled_from(["parameters", "artifacts"]), st.dictionaries(TEXT, VALUE, max_size=3)),
    service=st.sampled_from(Service),
    job=st.builds(
        JobSettings,
        instance_count=st.one_of(st.integers(1, 100), TEXT),
        tags=st.dictionaries(TEXT, TEXT, max_size=3),
        resources=st.builds(Resources, cpu=TEXT, memory=TEXT),
        candidates=st.lists(st.builds(Candidate, TEXT, st.floats(0, 448), st.floats(0, 4096), st.integers(0, 16)),
                            max_size=2).map(tuple),
        more=st.dictionaries(TEXT, VALUE, max_size=3),
    ),
    secrets=st.lists(st.builds(Secret, TEXT, st.sampled_from(SecretPolicy), TEXT), max_size=2).map(tuple),
    uri_mode=st.sampled_from(UriMode),
    shell=st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(SPECS)
def test_a_specification_comes_out_as_it_went_in(spec: StepSpec) -> None:
    encoded = encode(spec)
    assert decode(encoded) == spec
    assert encode(decode(encoded)) == encoded
    assert encoded.isascii()
    assert "{{" not in encoded


@pytest.mark.parametrize("name", ["source", "parameter"])
def test_what_is_large_comes_out_as_it_went_in(name: str) -> None:
    lines = "".join(f"x{index} = '''{'é' * (index % 40)} \" $({index}) `'''\n" for index in range(1200))
    spec = {
        "source": StepSpec("python:3.11", ("sh", "-ec", "program", lines[:50_000])),
        "parameter": StepSpec("python:3.11", args=(base64.b85encode(bytes(range(256)) * 1000).decode()[:300_000],)),
    }[name]
    assert decode(encode(spec)) == spec


def test_the_order_in_which_a_mapping_was_made_does_not_show() -> None:
    one = StepSpec("i", job=JobSettings(tags={"a": "1", "b": "2"}))
    other = StepSpec("i", job=JobSettings(tags={"b": "2", "a": "1"}))
    assert encode(one) == encode(other)


def test_a_bundle_says_what_it_holds() -> None:
    encoded = encode(StepSpec("i", args=("x",)))
    made = bundle(encoded, "s3://bucket/steps/")
    assert is_reference(made.reference)
    assert made.reference.startswith(f"{made.uri}#sha256=")
    assert made.uri.startswith("s3://bucket/steps/")
    assert check_bundle(made.reference, made.content) == encoded
    assert not is_reference(encoded)
    with pytest.raises(InvalidInput, match="somebody replaced the object"):
        check_bundle(made.reference, made.content + b" ")


def test_the_limit_leaves_room_in_one_argument() -> None:
    assert INLINE_LIMIT < 131_072 / 2 + 1


def packed(document: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(document).encode())).decode()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not the text"),
        ("%%%", "not the text"),
        ("aGVsbG8=", "not the text"),
        (encode(StepSpec("i"))[:-4], "cut short"),
        (packed([]), "not the text"),
        (packed({"image": "i"}), "not the text"),
        (packed({"version": 2, "image": "i"}), "format 2, and this image knows 1"),
        (packed({"version": 1}), "not a specification"),
        (packed({"version": 1, "image": "i", "more": 1}), "StepSpec has no more"),
        (packed({"version": 1, "image": 5}), "not a specification"),
        (packed({"version": 1, "image": "i", "env": [["a"]]}), "not a specification"),
        (packed({"version": 1, "image": "i", "job": {"tags": "x"}}), "not a specification"),
        (packed({"version": 1, "image": "i", "service": "batch"}), "not a specification"),
        pytest.param(base64.b64encode(zlib.compress(b" " * (65 * 1024 * 1024), 1)).decode(), "larger than", id="bomb"),
    ],
)
def test_other_texts_are_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        decode(text)
