"""The parts of a step: namespace, command, log lines, and the attribute of kfp.local that is replaced."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kfp import dsl
from kfp.pipeline_spec import pipeline_spec_pb2
from kfp_sagemaker.local_run import namespace
from kfp_sagemaker.local_run.console import RunConsole
from kfp_sagemaker.local_run.executor_input import executor_input, filled_command
from kfp_sagemaker.local_run.kfp_local_spec import KfpLocalSpec
from kfp_sagemaker.local_run.launcher import Launcher
from kfp_sagemaker.local_run.run_layout import run_layout, step_places
from kfp_sagemaker.local_run.step_command import kind_of, step_command
from kfp_sagemaker.local_run.step_log import executor_line_filter
from kfp_sagemaker.local_run.task_handler import steps_run_by


@pytest.mark.parametrize("wrap", [namespace._bubblewrap, namespace._unshare])
def test_a_namespace_binds_s3_and_nothing_else_changes(wrap: namespace.Wrap, tmp_path: Path) -> None:
    inputs, outputs = tmp_path / "inputs", tmp_path / "outputs"
    for folder in (inputs, outputs):
        folder.mkdir()
    script = "echo done > /s3/bucket/task/file; pwd; ls /; exit 7"
    mounts = [(inputs, "/s3"), (outputs, "/s3/bucket/task")]
    result = subprocess.run(wrap(["sh", "-c", script], mounts, tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 7
    assert (outputs / "file").read_text() == "done\n"
    directory, *entries = result.stdout.split()
    assert directory == str(tmp_path)
    assert set(entries) == {path.name for path in Path("/").iterdir() if not path.name.startswith(".")} | {"s3"}
    assert not Path("/s3").exists()


def test_paths_of_a_step_have_their_place_here(tmp_path: Path) -> None:
    places = step_places(run_layout(tmp_path, "p", "r", bucket="b", remote=True), "train", (2,), "train")
    assert places.name == "train[2]"
    root = places.uri.removeprefix("s3://")
    assert places.here(f"/s3/{root}/model") == tmp_path / "p/r/train-2/outputs/model"
    assert places.here("/s3/other/key") == tmp_path / "p/r/train-2/s3/other/key"
    assert places.here("/tmp/file") == Path("/tmp/file")


def test_artifacts_of_loops_in_loops_are_one_list(tmp_path: Path) -> None:
    component = pipeline_spec_pb2.ComponentSpec()
    component.input_definitions.artifacts["shards"].is_artifact_list = True
    layout = run_layout(tmp_path, "p", "r", bucket="b", remote=True)
    one, two, three = (dsl.Dataset(name=name, uri=f"s3://b/{name}") for name in "123")
    given = executor_input(component, {"shards": [[one, two], [three], []]}, step_places(layout, "merge", (), "merge"))
    assert [artifact["uri"] for artifact in given["inputs"]["artifacts"]["shards"]["artifacts"]] == [
        "s3://b/1", "s3://b/2", "s3://b/3"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["pipeline_job_name", "pipeline_job_resource_name", "pipeline_job_uuid"])
def test_names_of_the_run_are_its_id(tmp_path: Path, name: str) -> None:
    layout = run_layout(tmp_path, "p", "run-id", bucket="b", remote=True)
    component = pipeline_spec_pb2.ComponentSpec()
    component.input_definitions.parameters["run"].parameter_type = pipeline_spec_pb2.ParameterType.STRING
    given = executor_input(component, {"run": f"{{{{$.{name}}}}}"}, step_places(layout, "t", (), "t"))
    filled = filled_command(["{{$.inputs.parameters['run']}}", f"in {{{{$.{name}}}}}"], given, layout, "t")
    assert filled == ["run-id", "in run-id"]


LIGHTWEIGHT = ["sh", "-ec", "program", "def f(): ...", "--executor_input", "{}", "kfp.dsl.executor_main"]


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (["python3", "-m", "kfp_sagemaker", "v1/train"], "component"),
        (["python3", "-u", "-m", "kfp_sagemaker", "v1/train"], "component"),
        (["python3", "-m", "kfp_sagemaker_other"], "container"),
        (["sh", "-c", "python3 -m kfp_sagemaker"], "container"),
        (LIGHTWEIGHT, "lightweight"),
        (["python3", "-m", "kfp.dsl.executor_main"], "container"),
        ([], "container"),
    ],
)
def test_kinds_of_containers(command: list[str], kind: str) -> None:
    assert kind_of(command) == kind


@pytest.mark.parametrize(
    ("requirements", "here"),
    [
        ("'kfp==2.0.1' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'", True),
        ("'boto3>=1.0' && python3 -m pip install --quiet 'PyYAML'", True),
        ("--index-url https://example.com/simple 'boto3'", True),
        ("'boto3<1.0'", False),
        ("'no-such-distribution-of-anybody'", False),
        ("'git+https://example.com/code.git'", False),
    ],
)
def test_packages_that_are_here_are_not_installed(requirements: str, here: bool, tmp_path: Path) -> None:
    bootstrap = f'python3 -m pip install --quiet --no-warn-script-location {requirements} && "$0" "$@"'
    program = step_command(["sh", "-c", bootstrap, *LIGHTWEIGHT], tmp_path)
    assert (list(program.command) == LIGHTWEIGHT) is here
    assert ("PIP_TARGET" in program.environment) is not here
    assert program.environment["PATH"].startswith(str(Path(sys.executable).parent))


def test_the_executors_own_lines_are_not_shown() -> None:
    shown = executor_line_filter()
    lines = [
        "first",
        "[KFP Executor 2026-01-01 00:00:00,000 INFO]: Looking for component `f`",
        "[KFP Executor 2026-01-01 00:00:00,000 INFO]: Got executor_input:",
        "{",
        '    "inputs": {',
        "    }",
        "}",
        "second",
        "[KFP Executor 2026-01-01 00:00:00,000 ERROR]: a failure",
    ]
    assert [line for line in lines if shown(line)] == [lines[0], lines[7], lines[8]]


def test_the_attribute_that_is_replaced_is_there_and_put_back(tmp_path: Path, compiled: Callable[[str], Path]) -> None:
    from kfp.local import importer_handler, task_dispatcher

    originals = (task_dispatcher.run_single_task_implementation, importer_handler.run_importer)
    parameters = inspect.signature(originals[0]).parameters
    assert {"pipeline_resource_name", "component_name", "component_spec", "executor_spec", "arguments"} <= set(parameters)
    layout = run_layout(tmp_path, "p", "r", bucket="b", remote=True)
    launcher = Launcher(layout, None, {}, {}, "auto", None, RunConsole())
    with steps_run_by(launcher, KfpLocalSpec(None, {}, {}), tmp_path / "kfp.log"):
        assert task_dispatcher.run_single_task_implementation is not originals[0]
        assert importer_handler.run_importer is not originals[1]
    assert (task_dispatcher.run_single_task_implementation, importer_handler.run_importer) == originals
