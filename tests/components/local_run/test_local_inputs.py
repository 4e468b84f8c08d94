"""What the user gives: pipeline files and arguments, and every way in which they are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp_sagemaker.local_run import pipeline_file
from kfp_sagemaker.local_run.arguments import arguments_of
from kfp_sagemaker.local_run.errors import InputRefused
from kfp_sagemaker.local_run.known_limits import cautions, kfp_local_has_control_flow, refusals
from kfp_sagemaker.local_run.pod_settings import ClusterObjects, settings_of_pods

PIPELINES = Path(__file__).with_name("pipelines.py")


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda ir: yaml.safe_dump(ir), id="YAML"),
        pytest.param(lambda ir: json.dumps(ir), id="JSON"),
        pytest.param(
            lambda ir: yaml.safe_dump({"kind": "PipelineVersion", "spec": {"pipelineSpec": ir}}), id="PipelineVersion"
        ),
        pytest.param(lambda ir: json.dumps({"pipelineSpec": ir, "runtimeConfig": {}}), id="Vertex job"),
    ],
)
def test_forms_of_the_ir(wrap: Callable[[Any], str], compiled: Callable[[str], Path]) -> None:
    ir = yaml.safe_load(compiled("typed").read_text())
    assert pipeline_file.parse(wrap(ir), "it").name == "typed"


def test_json_is_read_as_json(compiled: Callable[[str], Path], tmp_path: Path) -> None:
    ir = yaml.safe_load(compiled("typed").read_text())
    ir["pipelineInfo"]["description"] = "🙂"
    assert pipeline_file.parse(json.dumps(ir), "it").spec.pipeline_info.description == "🙂"


def test_python_source_is_compiled() -> None:
    assert pipeline_file.load(PIPELINES, "exit_handler").name == "exit-handler"


def test_a_component_file_is_a_pipeline_of_one_step() -> None:
    text = "name: Say\nimplementation:\n  container:\n    image: box:1\n    command: [echo, hello]\n"
    assert list(pipeline_file.parse(text, "it").spec.root.dag.tasks) == ["say"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "neither YAML nor JSON"),
        ("just text", "holds no pipeline"),
        ("", "holds no pipeline"),
        ("kind: Workflow\nspec: {}\n", "compile the pipeline with kfp 2"),
        ("a: 1", "it has no pipelineInfo"),
        ("pipelineInfo: {name: x}\nnonsense: 1\n", "is not a pipeline of this kfp"),
        ("name: x\nimplementation: {container: {}}\n", "is not a component that kfp loads"),
    ],
)
def test_files_that_are_no_pipeline(text: str, problem: str) -> None:
    with pytest.raises(InputRefused, match=problem):
        pipeline_file.parse(text, "it")


@pytest.mark.parametrize(
    ("source", "function", "problem"),
    [
        ("import nothing_of_this_name\n", "", r"No module named 'nothing_of_this_name' \(pipeline.py, line 1\)"),
        ("from kfp import dsl\n\n@dsl.pipeline\ndef a():\n    b()\n", "", r"'b' is not defined \(pipeline.py, line 5\)"),
        (PIPELINES.read_text(), "", "has several to run: say which one, such as --function "),
        (PIPELINES.read_text(), "absent", "has no pipeline function absent: say which one, such as --function "),
    ],
)
def test_source_that_does_not_compile(source: str, function: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "pipeline.py"
    path.write_text(source)
    with pytest.raises(InputRefused, match=problem) as refused:
        pipeline_file.load(path, function)
    assert "Traceback" not in str(refused.value)


def test_a_folder_and_bytes_are_told_from_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="is a folder; name the pipeline in it"):
        pipeline_file.load(tmp_path)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputRefused, match="is not UTF-8 text"):
        pipeline_file.load(tmp_path / "bytes.yaml")
    with pytest.raises(InputRefused, match="/dev/null holds no pipeline"):
        pipeline_file.load(Path("/dev/null"))


@pytest.mark.parametrize(("name", "function"), [("absent.yaml", ""), ("compiled.yaml", "f")])
def test_files_that_cannot_be_loaded(name: str, function: str, tmp_path: Path) -> None:
    (tmp_path / "compiled.yaml").write_text("{}")
    with pytest.raises(InputRefused, match=name):
        pipeline_file.load(tmp_path / name, function)


@pytest.fixture
def typed(compiled: Callable[[str], Path]) -> Any:
    return pipeline_file.load(compiled("typed")).spec


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("number=3", 3),
        ("ratio=1", 1),
        ("ratio=1e-3", 0.001),
        ("flag=false", False),
        ("items=[1, a]", [1, "a"]),
        ('table={"a": {"b": null}}', {"a": {"b": None}}),
    ],
)
def test_a_text_becomes_the_parameters_type(typed: Any, text: str, value: Any) -> None:
    found = arguments_of(typed, ["number=1", text])
    assert found[text.partition("=")[0]] == value


def test_a_string_is_taken_as_it_is(compiled: Callable[[str], Path]) -> None:
    spec = pipeline_file.load(compiled("imported")).spec
    assert arguments_of(spec, ["uri=[1]=2"]) == {"uri": "[1]=2"}


def test_every_problem_is_told_at_once(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("items: {}\nother: 1\n")
    with pytest.raises(InputRefused) as refused:
        arguments_of(typed, ["ratio=high", "flag=3", "table=[", "unknown=1", "nothing"], file)
    problems = "\n".join(refused.value.problems)
    for expected in (
        "--arg ratio: 'high' is not a number",
        "--arg flag: 3 is not true or false",
        "--arg table: '[' is not a JSON object",
        "no parameter 'unknown'",
        "--arg nothing: expected NAME=VALUE",
        "items: {} is not a JSON list",
        "no parameter 'other'",
        "number: the pipeline needs a value (NUMBER_INTEGER)",
    ):
        assert expected in problems
    assert len(refused.value.problems) == 8


def test_the_command_line_goes_before_the_file(typed: Any, tmp_path: Path) -> None:
    file = tmp_path / "values.json"
    file.write_text('{"number": 1, "ratio": 0.5}')
    assert arguments_of(typed, ["number=2"], file) == {"number": 2, "ratio": 0.5}


@pytest.mark.parametrize("text", ["[1]", "a: [", "plain"])
def test_a_file_of_arguments_that_is_none(typed: Any, text: str, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(InputRefused, match="--args-file"):
        arguments_of(typed, ["number=1"], file)


def test_a_placeholder_that_a_cluster_would_not_replace_is_told(compiled: Callable[[str], Path]) -> None:
    (caution,) = cautions(pipeline_file.load(compiled("placeholder_inside")), {})
    assert "step echo, input text" in caution
    assert "run-{{$.pipeline_job_uuid}}" in caution


@pytest.mark.parametrize(
    ("pipeline", "task"),
    [
        ("loop_with_a_task_output", "for-loop-"),
        ("condition_on_a_named_output", "condition-"),
        ("exit_handler", "echo"),
        ("artifacts", ""),
    ],
)
def test_control_flow_is_refused_with_a_kfp_that_has_none(compiled: Callable[[str], Path], pipeline: str, task: str) -> None:
    loaded = pipeline_file.load(compiled(pipeline))
    told = " ".join(refusals(loaded, {}, control_flow=False))
    assert (f"task {task}" in told and "runs no conditions" in told) if task else told == ""
    assert refusals(loaded, {}, kfp_local_has_control_flow()) == []


def test_kubernetes_settings_without_effect_are_told(compiled: Callable[[str], Path]) -> None:
    ir = compiled("exit_handler").read_text()
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-fail": {"pvcMount": [{}]}}}}}}
    pipeline = pipeline_file.parse(f"{ir}\n---\n{yaml.safe_dump(platform)}", "it")
    pods = settings_of_pods(pipeline.platforms, ClusterObjects())
    assert cautions(pipeline, pods) == ["fail: the Kubernetes settings pvcMount have no effect in a local run"]
