"""The process of a step before anything is sent: its arguments, what it imports, and input that is no input.

What it does with SageMaker is in tests/proof.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from kfp_sagemaker import entrypoint
from kfp_sagemaker.faces.registry import component_ids, find_face
from waiting import PATIENCE

NOWHERE = "http://127.0.0.1:9"
"""The discard port: nothing answers."""
ENVIRONMENT = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": NOWHERE, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a",
               "AWS_SECRET_ACCESS_KEY": "b", "AWS_EC2_METADATA_DISABLED": "true"}
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
MODEL = {"model_name": "m", "role": ROLE, "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"}


def process(*arguments: str, program: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["-c", program] if program else ["-m", "kfp_sagemaker"]
    return subprocess.run([sys.executable, *command, *arguments], env={**ENVIRONMENT, **environment}, capture_output=True,
                          text=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("arguments", [
    (), ("v1/train",), ("--help",), ("v1/train", "--executor-input"), ("v1/train", "--executor-inputs", "{}"),
    ("v1/train", "{}"), ("--executor-input", "{}", "v1/train"), ("v1/train", "--executor-input", "{}", "more"),
], ids=" ".join)
def test_wrong_arguments_are_told_with_the_right_ones(arguments: tuple[str, ...]) -> None:
    ended = process(*arguments)

    assert ended.returncode == 2
    assert "usage: python -m kfp_sagemaker COMPONENT --executor-input JSON" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("component", ["train", "v1/", "v1/nothing", "../v1/train", "v1/train\n", ""])
def test_a_component_that_there_is_not_is_told_with_those_that_there_are(component: str) -> None:
    ended = process(component, "--executor-input", "{}")

    assert ended.returncode == 2
    assert "no such component; there are " + ", ".join(component_ids()) in ended.stderr


@pytest.mark.parametrize("arguments", [("--executor-input", "{}"), ("--executor-input={}",)], ids=" ".join)
def test_both_ways_to_give_the_executor_input(arguments: tuple[str, ...]) -> None:
    ended = process("v1/model", *arguments)

    assert ended.returncode == 2
    assert "model_name: required, and not given" in ended.stderr


PROBE = """
import sys
from kfp_sagemaker.entrypoint import main
import kfp_sagemaker.backends.boto3.backend as backend
class Reached(Exception): pass
def call(self, *arguments): raise Reached()
backend.Boto3Backend._call = call
status = main(sys.argv[1:])
print(status, sorted(set(sys.modules) & {"click", "kfp", "rich", "yaml", "kubernetes", "sagemaker", "moto", "difflib"}))
"""


def test_what_a_step_with_json_inputs_does_not_import() -> None:
    ended = process("v1/model", "--executor-input", json.dumps({"inputs": {"parameterValues": MODEL}}), program=PROBE)

    assert ended.stdout.splitlines()[-1] == "1 []", ended.stderr
    assert "Reached" in ended.stderr


def test_an_internal_error_is_one_line_and_a_traceback_only_when_asked_for() -> None:
    arguments = ("v1/model", "--executor-input", json.dumps({"inputs": {"parameterValues": MODEL}}))
    quiet, loud = process(*arguments, program=PROBE), process(*arguments, program=PROBE, KFP_SAGEMAKER_DEBUG="1")

    assert "Traceback" not in quiet.stderr
    assert "KFP_SAGEMAKER_DEBUG=1" in quiet.stderr
    assert "Traceback" in loud.stderr


def test_a_step_without_outputs_is_told_that_it_cannot_be_found_again() -> None:
    ended = process("v1/model", "--executor-input", json.dumps({"inputs": {"parameterValues": MODEL}}), program=PROBE)

    assert "no outputs to tell this step by" in ended.stderr


LARGE = "x" * (128 * 1024 - 4096)
"""Linux takes 128 KiB in one argument."""


@pytest.mark.parametrize(("name", "text"), [
    ("empty", ""), ("half", '{"inputs": {"parameterValues": '), ("a list", "[]"), ("a number", "1"), ("null", "null"),
    ("nan", '{"inputs": {"parameterValues": {"model_name": NaN}}}'),
    ("infinity", '{"inputs": {"parameterValues": {"tags": -Infinity}}}'),
    ("deep", "[" * 20_000 + "]" * 20_000),
    ("deep value", json.dumps({"inputs": {"parameterValues": {"tags": "[" * 20_000}}})),
    ("large", json.dumps({"inputs": {"parameterValues": {**MODEL, "image": LARGE}}})),
    ("large and not JSON", LARGE),
    ("control characters", json.dumps({"inputs": {"parameterValues": {**MODEL, "image": "a\x00\x1b[31mb"}}})),
    ("a lone surrogate", '{"inputs": {"parameterValues": {"model_name": "\\ud800"}}}'),
    ("a surrogate for a name", '{"inputs": {"parameterValues": {"\\udfff": 1}}}'),
    ("inputs a list", '{"inputs": []}'), ("outputs a text", '{"outputs": "x"}'),
    ("values a text", '{"inputs": {"parameterValues": "x"}}'),
    ("a file that is a number", json.dumps({"outputs": {"outputFile": 3}})),
    ("an artifact without a list", json.dumps({"outputs": {"artifacts": {"card": {"artifacts": "x"}}}})),
    ("an artifact whose URI is an object", json.dumps({"outputs": {"artifacts": {"card": {"artifacts": [{"uri": {}}]}}}})),
], ids=lambda value: value[:30] if isinstance(value, str) and value.isprintable() else "")
def test_executor_input_that_is_none(name: str, text: str) -> None:
    ended = process("v1/model", f"--executor-input={text}")

    assert ended.returncode == 2, ended.stderr[:2000]
    assert "Traceback" not in ended.stderr
    assert "internal error" not in ended.stderr
    assert "nothing was sent to SageMaker" in ended.stderr
    assert len(ended.stderr) < 10_000
    assert "\x1b" not in ended.stderr


class Guard(Exception):
    """Raised where a call would leave the process."""


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The entry point in this process: no signals are blocked, no sockets opened, and nothing is logged twice."""
    def refuse(*arguments: Any, **members: Any) -> None:
        raise Guard("a call would have left the process")

    monkeypatch.setattr(entrypoint.Termination, "listen", lambda self: None)
    monkeypatch.setattr("kfp_sagemaker.backends.boto3.backend.Boto3Backend._call", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("KFP_SAGEMAKER_DEBUG", raising=False)
    yield
    logging.getLogger("kfp_sagemaker").handlers.clear()


def check_refused_or_well_formed(component: str, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Exit 2 with an error that can be read, or a request that would have been sent."""
    logger = logging.getLogger("kfp_sagemaker")
    logger.handlers.clear()
    caplog.clear()
    logger.addHandler(caplog.handler)
    try:
        status = entrypoint.main([component, "--executor-input", text])
    finally:
        logger.handlers.clear()
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    if status == 1:
        assert [line.partition(" (set")[0] for line in lines] == ["internal error: Guard: a call would have left the process"]
        return
    assert status == 2
    assert lines
    assert "nothing was sent to SageMaker" in lines[0]
    assert all(len(line) < 4100 for line in lines)
    assert all(line.isprintable() for line in lines), lines


TEXT = st.one_of(st.text(max_size=40), st.text(st.characters(max_codepoint=31), max_size=5), st.sampled_from(
    ["", "{", "[1,2]", "{}", "null", "NaN", "true", "-1", "1e400", "\ud800", "x" * 5000, "a: b", "&a [*a]", "!!python/none x",
     "{{$}}", ROLE, "s3://bucket/key", "9" * 400]))
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT)
VALUE = st.recursive(SCALAR, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)), max_leaves=12)

INPUT_NAMES = {component: [declared.name for declared in find_face(component).inputs] for component in component_ids()}
FUZZ = settings(max_examples=60, deadline=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@FUZZ
@given(text=st.one_of(TEXT, VALUE.map(json.dumps)))
@example(text="[" * 100_000)
@example(text='{"a": ' * 5000)
def test_any_text(guarded: None, caplog: pytest.LogCaptureFixture, text: str) -> None:
    check_refused_or_well_formed("v1/model", text, caplog)


#: The faces of v2.flat are those of v1.
@pytest.mark.parametrize("component", [*component_ids("v1"), "v2/TrainingJob", "v2/ModelPackage", "v2/flat/deploy"])
@FUZZ
@given(data=st.data())
def test_any_values(guarded: None, caplog: pytest.LogCaptureFixture, component: str, data: st.DataObject) -> None:
    names = st.one_of(st.sampled_from(INPUT_NAMES[component]), TEXT)
    values = data.draw(st.dictionaries(names, VALUE, max_size=8))

    check_refused_or_well_formed(component, json.dumps({"inputs": {"parameterValues": values}}), caplog)


@FUZZ
@given(values=st.fixed_dictionaries({}, optional={
    name: VALUE for name in INPUT_NAMES["v1/model"] if name not in ("model_name", "assume_role")}))
def test_any_values_beside_good_ones(guarded: None, caplog: pytest.LogCaptureFixture, values: dict[str, Any]) -> None:
    check_refused_or_well_formed("v1/model", json.dumps({"inputs": {"parameterValues": {**MODEL, **values}}}), caplog)


@FUZZ
@given(document=st.fixed_dictionaries({}, optional={
    "inputs": st.one_of(VALUE, st.fixed_dictionaries({"parameterValues": VALUE})),
    "outputs": st.one_of(VALUE, st.fixed_dictionaries({}, optional={
        "parameters": st.one_of(VALUE, st.dictionaries(TEXT, st.one_of(VALUE, st.fixed_dictionaries({"outputFile": VALUE})))),
        "artifacts": st.one_of(VALUE, st.dictionaries(TEXT, st.one_of(VALUE, st.fixed_dictionaries({"artifacts": VALUE})))),
        "outputFile": VALUE,
    })),
}))
def test_any_shape(
    guarded: None, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: Any
) -> None:
    monkeypatch.chdir(tmp_path)

    check_refused_or_well_formed("v1/model", json.dumps(document), caplog)

    assert list(tmp_path.iterdir()) == []
