"""KFP's executor contract: whatever arrives is read or refused, and every declared output is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.kfp_io import (
    Artifact,
    ArtifactContent,
    ExecutorInput,
    local_path,
    parse_executor_input,
    strict_json,
    task_root,
    write_outputs,
)
from kfp_sagemaker.names import run_labels

CARD = "minio://mlpipeline/v2/artifacts/p/11111111-2222-3333-4444-555555555555/t/card"
DOCUMENT = {
    "inputs": {"parameterValues": {"role": "r", "instance_count": 2}},
    "outputs": {
        "parameters": {"arn": {"outputFile": "/tmp/kfp/outputs/arn"}},
        "artifacts": {"card": {"artifacts": [
            {"name": "card", "uri": CARD, "type": {"schemaTitle": "system.Markdown"}, "metadata": {"a": 1}}]}},
        "outputFile": "/minio/p/executor_output.json",
    },
}


class TestParsing:
    def test_all_parts(self) -> None:
        assert parse_executor_input(json.dumps(DOCUMENT)) == ExecutorInput(
            parameters={"role": "r", "instance_count": 2},
            parameter_files={"arn": "/tmp/kfp/outputs/arn"},
            artifacts={"card": Artifact("card", CARD, {"schemaTitle": "system.Markdown"}, {"a": 1})},
            output_file="/minio/p/executor_output.json",
        )

    @pytest.mark.parametrize("document", [
        {}, {"inputs": {}, "outputs": {}}, {"inputs": None, "outputs": {"parameters": None, "artifacts": None}}])
    def test_absent_parts_are_empty(self, document: Any) -> None:
        assert parse_executor_input(json.dumps(document)) == ExecutorInput({}, {}, {}, "")

    @pytest.mark.parametrize(("text", "why"), [
        ("", "not JSON"), ("{{$}}", "not JSON"), ('{"a": NaN}', "NaN is not JSON"), ("[" * 100_000, "nested too deeply"),
        ("[]", "must be a JSON object"), ("3", "must be a JSON object"),
        ('{"inputs": []}', "inputs must be an object"),
        ('{"inputs": {"parameterValues": 1}}', "inputs.parameterValues must be an object"),
        ('{"outputs": {"parameters": {"a": []}}}', "outputs.parameters.a must be an object"),
        ('{"outputs": {"parameters": {"a": {"outputFile": 1}}}}', "the file of a must be a path"),
        ('{"outputs": {"outputFile": "a\\u0000b"}}', "the file of outputFile must be a path"),
        ('{"outputs": {"outputFile": "\\ud800"}}', "the file of outputFile must be a path"),
        ('{"outputs": {"artifacts": {"a": {"artifacts": [3]}}}}', "outputs.artifacts.a must list artifacts with a uri"),
        ('{"outputs": {"artifacts": {"a": {"artifacts": [{"uri": 3}]}}}}',
         "outputs.artifacts.a must list artifacts with a uri"),
        ('{"outputs": {"artifacts": {"a": {"artifacts": [{"uri": "u", "type": "T"}]}}}}',
         "outputs.artifacts.a.type must be an object"),
        ('{"outputs": {"artifacts": {"a": {"artifacts": [{"uri": "u", "metadata": [1]}]}}}}',
         "outputs.artifacts.a.metadata must be an object"),
    ])
    def test_refusals(self, text: str, why: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            parse_executor_input(text)
        (violation,) = raised.value.violations
        assert why in violation.problem
        assert raised.value.exit_status == 2

    def test_all_that_is_wrong_is_told(self) -> None:
        with pytest.raises(InvalidInput) as raised:
            parse_executor_input('{"inputs": 1, "outputs": {"parameters": 2, "artifacts": 3, "outputFile": 4}}')
        assert len(raised.value.violations) == 4

    def test_a_refusal_of_huge_input_is_short(self) -> None:
        with pytest.raises(InvalidInput) as raised:
            parse_executor_input("x" * 1_000_000)
        assert len(str(raised.value)) < 1000


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3), max_leaves=8)


def documents() -> st.SearchStrategy[Any]:
    """Documents with the right names and anything at all in their places."""
    paths = st.sampled_from(["/tmp/a", "s3://b/c", "", "a\0b", "\ud800"]) | JSON_VALUES
    artifact = st.fixed_dictionaries({}, optional={"uri": paths, "type": JSON_VALUES, "metadata": JSON_VALUES})
    outputs = st.fixed_dictionaries({}, optional={
        "parameters": st.dictionaries(st.text(), st.fixed_dictionaries({"outputFile": paths}) | JSON_VALUES, max_size=2),
        "artifacts": st.dictionaries(
            st.sampled_from(["card", "model"]),
            st.fixed_dictionaries({"artifacts": st.lists(artifact, max_size=2) | JSON_VALUES}) | JSON_VALUES, max_size=2),
        "outputFile": paths,
    })
    inputs = st.fixed_dictionaries({}, optional={"parameterValues": JSON_VALUES})
    return st.fixed_dictionaries({}, optional={"inputs": inputs | JSON_VALUES, "outputs": outputs | JSON_VALUES}) | JSON_VALUES


@given(documents().map(json.dumps) | st.text())
def test_anything_is_read_whole_or_refused(text: str) -> None:
    try:
        read = parse_executor_input(text)
    except InvalidInput:
        return
    assert isinstance(read.parameters, dict)
    for path in (*read.parameter_files.values(), read.output_file, *(artifact.path for artifact in read.artifacts.values())):
        assert b"\0" not in path.encode()
    assert all(isinstance(part, dict) for artifact in read.artifacts.values() for part in (artifact.type, artifact.metadata))
    assert task_root(read) is None or task_root(read)
    assert all(run_labels(artifact.uri) for artifact in read.artifacts.values())


@pytest.mark.parametrize(("uri", "path"), [
    ("s3://bucket/a/b", "/s3/bucket/a/b"), ("gs://bucket/a", "/gcs/bucket/a"), ("minio://bucket/a", "/minio/bucket/a"),
    ("oci://registry/a", "/oci/registry/a"), ("/tmp/a", "/tmp/a"), ("https://host/a", "https://host/a"), ("", "")])
def test_local_paths(uri: str, path: str) -> None:
    assert local_path(uri) == path


def with_outputs(output_file: str, card: str | None) -> ExecutorInput:
    return ExecutorInput({}, {}, {} if card is None else {"card": Artifact("card", card)}, output_file)


@pytest.mark.parametrize(("output_file", "card", "root"), [
    # KFP 2.15 on: the executor output lies in the salted task root.
    ("/s3/b/p/run/t/salt/executor_output.json", "s3://b/p/run/t/salt/card", "/s3/b/p/run/t/salt"),
    ("/s3/b/p/run/t/salt/executor_output.json", "s3://b/p/run/t/card", "/s3/b/p/run/t/salt"),
    # Before: one constant path for all steps, so that the parent of the card serves.
    ("/tmp/kfp_outputs/output_metadata.json", "s3://b/p/run/t/card", "/s3/b/p/run/t"),
    ("/tmp/kfp_outputs/output_metadata.json", "minio://b/p/run/t/salt/card", "/minio/b/p/run/t/salt"),
    # kfp.local: local paths.
    ("/work/outputs/p/t/executor_output.json", "/work/outputs/p/t/card", "/work/outputs/p/t"),
    ("", "s3://b/p/run/t/card", "/s3/b/p/run/t"),
    # By hand: nothing that is this task's own.
    ("/tmp/kfp_outputs/output_metadata.json", None, None),
    ("", None, None),
    ("", "", None),
])
def test_task_roots(output_file: str, card: str | None, root: str | None) -> None:
    assert task_root(with_outputs(output_file, card)) == root


class TestOutputs:
    def contract(self, directory: Path) -> ExecutorInput:
        return ExecutorInput(
            parameters={},
            parameter_files={name: str(directory / "deep" / name) for name in ("arn", "count", "deleted", "missing")},
            artifacts={
                "model": Artifact("model", str(directory / "artifacts/model"), {"schemaTitle": "system.Model"}, {"kept": 1}),
                "metrics": Artifact("metrics", str(directory / "artifacts/metrics")),
            },
            output_file=str(directory / "executor" / "output.json"),
        )

    def test_every_declared_output_is_written(self, tmp_path: Path) -> None:
        write_outputs(
            self.contract(tmp_path), {"arn": "a:b", "count": 3, "deleted": ["x"], "undeclared": 1},
            {"model": ArtifactContent("pointer\n", {"resourceName": "a:b"}), "undeclared": ArtifactContent("x")})
        written = {path.name: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
        document = json.loads(written.pop("output.json"))
        assert written == {
            "arn": "a:b", "count": "3", "deleted": '["x"]', "missing": "", "model": "pointer\n", "metrics": ""}
        assert document == {
            "parameterValues": {"arn": "a:b", "count": 3, "deleted": ["x"], "missing": ""},
            "artifacts": {
                "model": {"artifacts": [{
                    "name": "model", "uri": str(tmp_path / "artifacts/model"), "type": {"schemaTitle": "system.Model"},
                    "metadata": {"kept": 1, "resourceName": "a:b"}}]},
                "metrics": {"artifacts": [{
                    "name": "metrics", "uri": str(tmp_path / "artifacts/metrics"), "type": {}, "metadata": {}}]},
            },
        }

    def test_what_a_killed_attempt_left_is_replaced(self, tmp_path: Path) -> None:
        contract = self.contract(tmp_path)
        write_outputs(contract, {"arn": "a much longer text than the second"}, {})
        write_outputs(contract, {"arn": "a:b"}, {})
        assert (tmp_path / "deep/arn").read_text() == "a:b"
        assert not list(tmp_path.rglob("*.partial"))

    def test_nothing_declared_is_nothing_written(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        write_outputs(ExecutorInput({}, {"arn": ""}, {"card": Artifact("card", "")}, ""), {"arn": "a:b"}, {})
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "[" * 100_000, "{", ""])
def test_strict_json_refuses_what_json_does_not_have(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        strict_json(text)
