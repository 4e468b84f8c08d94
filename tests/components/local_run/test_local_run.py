"""Whole runs: what a pipeline's steps got and left, as KFP's launcher would have it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.local_run.namespace import find_namespace
from waiting import PATIENCE, until

Run = Callable[..., Any]


def body(s3: Any, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def test_artifacts_go_through_s3_below_the_salted_task_root(local_run: Run, s3: Any) -> None:
    result = local_run("artifacts")
    assert result.status == 0
    assert result.parameter("read") == "digits a b"
    written = result.document["steps"][0]["artifacts"]
    bucket, version, folder, pipeline, run, task, salt, name = written["data"]["uri"].removeprefix("s3://").split("/")
    assert [bucket, version, folder, pipeline] == ["kfp-artifacts", "v2", "artifacts", "artifacts"]
    assert [run, task, name] == [result.document["run_id"], "write", "data"]
    assert len(salt) == 36
    assert body(s3, written["data"]["uri"]) == b"digits"
    assert [body(s3, f"{written['folder']['uri']}/{name}") for name in "ab"] == [b"a", b"b"]
    assert Path(written["data"]["path"]).read_text() == "digits"
    assert written["metrics"]["metadata"] == {"accuracy": 0.5}


def test_a_missing_artifact_warns_and_is_recorded(local_run: Run) -> None:
    result = local_run("artifacts")
    assert result.status == 0
    assert "nothing was written for output artifact 'nothing'" in result.progress
    assert "'metrics'" not in result.progress, "the content of metrics is their metadata"
    assert result.document["steps"][0]["artifacts"]["nothing"]["uri"].endswith("/nothing")


def test_a_number_that_json_has_not_fails_the_step(local_run: Run) -> None:
    """KFP's launcher reads the executor's output as JSON."""
    result = local_run("of_nan")
    assert result.status == 1
    assert "executor_output.json is not an ExecutorOutput: NaN is not JSON" in result.progress


def test_a_missing_output_parameter_fails_the_step(local_run: Run) -> None:
    result = local_run("missing_parameter")
    assert result.status == 1
    assert result.steps() == [("returns-nothing", "failed")]
    assert "output parameter 'Output' was not written" in result.progress


@pytest.mark.parametrize("uri", ["s3://elsewhere/data", "s3://kfp-artifacts/v2/artifacts/other/data"])
def test_an_artifact_outside_the_pipeline_root_fails_the_step(local_run: Run, uri: str) -> None:
    result = local_run("artifact_elsewhere", [f"uri={uri}"])
    assert result.status == 1
    assert f"has the URI {uri}, which is outside the pipeline root" in result.progress


def test_an_artifact_of_another_scheme_is_recorded_as_it_is(local_run: Run) -> None:
    result = local_run("artifact_elsewhere", ["uri=https://example.com/data"])
    assert result.status == 0
    assert result.document["steps"][0]["artifacts"]["data"]["uri"] == "https://example.com/data"


@pytest.mark.parametrize(
    ("pipeline", "outputs"),
    [
        pytest.param("condition_on_a_named_output", {"echo": "taken"}, id="If on a named output"),
        pytest.param(
            "loop_over_a_named_output", {f"join[{n}]": f"{n}!" for n in range(3)}, id="ParallelFor over a named output"
        ),
        pytest.param("loop_with_a_task_output", {"join[0]": "5outside", "join[1]": "6outside"}, id="task output into a loop"),
        pytest.param(
            "nested_loops",
            {f"join-2[{outer},{inner}]": f"{7 + inner}{outer}-" for outer in range(2) for inner in range(2)},
            id="loops in loops",
        ),
        pytest.param("nested", {"echo": "one"}, id="nested pipelines"),
    ],
)
def test_constructs_that_kfp_local_alone_gets_wrong(local_run: Run, pipeline: str, outputs: dict[str, str]) -> None:
    result = local_run(pipeline)
    assert result.status == 0, result.progress
    left = [(step["name"], step["parameters"].get("Output")) for step in result.document["steps"]]
    assert {name: value for name, value in left if name in outputs and value == outputs[name]} == outputs
    assert "not taken" not in json.dumps(left)


def test_steps_that_are_skipped_are_named(local_run: Run) -> None:
    assert "echo-2 skipped: its condition is false" in local_run("condition_on_a_named_output").progress


def test_a_condition_that_kfp_local_cannot_evaluate_fails_the_run(local_run: Run) -> None:
    result = local_run("condition_with_quotes")
    assert result.status == 1
    assert result.document["status"] == "failed"
    assert "kfp.local left something out of the run: Condition evaluation failed" in result.progress


def test_numbers_reach_a_step_as_a_cluster_gives_them(local_run: Run) -> None:
    result = local_run("typed", ["number=4"])
    assert result.parameter("types") == '[4, 2, true, [1, 2.5], {"n": 3}]'


def test_references_to_variables_are_expanded_and_files_keep_their_line_ends(local_run: Run) -> None:
    result = local_run("variables")  # without --image: a lightweight component without pip's bootstrap is one all the same
    assert result.status == 0, result.progress
    assert result.parameter("without-bootstrap", "word") == "a $ $(UNKNOWN)"
    assert result.parameter("without-bootstrap", "text") == "one\r\ntwo\n"


@pytest.mark.parametrize(("size", "task"), [(6, "write"), (5, "write-2")])
def test_one_of_gives_the_artifact_of_the_branch_that_ran(local_run: Run, size: int, task: str) -> None:
    result = local_run("artifact_of_a_branch", [f"size={size}"])
    assert result.status == 0, result.progress
    assert [name for name, _ in result.steps()] == [task, "read-boxed"]
    assert result.parameter("read-boxed") == "digits 1"
    assert f"/{task}/" in result.document["outputs"]["Output"]["uri"]


def test_tasks_that_do_not_depend_on_each_other_run_in_the_order_of_their_names(local_run: Run) -> None:
    steps = local_run("independent").steps()
    assert steps == [(f"echo-{number}" if number > 1 else "echo", "succeeded") for number in range(1, 13)]


def test_steps_of_loops_tell_their_iterations(local_run: Run) -> None:
    steps = local_run("nested_loops").document["steps"]
    iterations = sorted(tuple(step["iterations"]) for step in steps if step["task"] == "join-2")
    assert iterations == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [step["iterations"] for step in steps if step["task"] == "named"] == [[]]


def test_the_exit_task_runs_after_a_failed_body(local_run: Run) -> None:
    result = local_run("exit_handler")
    assert result.status == 1
    assert result.steps() == [("fail", "failed"), ("echo", "succeeded")]
    assert "exit status 3" in result.progress


def test_the_exit_task_is_told_how_the_body_ended(local_run: Run) -> None:
    result = local_run("exit_handler_with_status")
    assert result.status == 1
    assert result.parameter("tell-status") == "FAILED Task exit-handler-1 failed."


def test_a_retried_step_keeps_its_task_root_and_starts_with_empty_disks(local_run: Run) -> None:
    result = local_run("retried")
    assert result.status == 0
    assert result.steps() == [("fails-first", "failed"), ("fails-first", "succeeded")]
    attempts = [line.split()[-2:] for line in result.progress.splitlines() if "| ATTEMPT" in line]
    assert [number for number, _ in attempts] == ["0", "1"]
    assert attempts[0][1] == attempts[1][1]
    folder = Path(result.document["folder"]) / "fails-first"
    assert (folder / "log.txt").read_text().count("ATTEMPT") == 1


def test_a_step_finds_the_endpoint_and_none_of_the_users_credentials(
    local_run: Run, endpoint_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    seen = local_run("shows_environment").parameter("environment")
    assert seen["AWS_ENDPOINT_URL"] == endpoint_url
    assert seen["AWS_ACCESS_KEY_ID"] == "local"
    assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_PROFILE" not in seen
    assert "AWS_ENDPOINT_URL_S3" not in seen
    assert seen["KFP_SAGEMAKER_POLL_INTERVAL"] == "0.5"
    assert seen["KFP_POD_NAME"].startswith("local-environment-")


def test_a_container_step_runs_in_the_folder_that_stands_for_its_image(
    local_run: Run, tmp_path: Path, s3: Any, container_runner: str
) -> None:
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM python:3.11-slim\nCOPY program.py /opt/app/program.py\nENV WORD=boxed\n")
    (folder / "program.py").write_text(
        "import os, pathlib, sys\n"
        "pathlib.Path(sys.argv[1]).write_text(os.environ['WORD'])\n"
        "pathlib.Path(sys.argv[2]).write_text('42')\n"
    )
    result = local_run("container", images={"box:1": folder}, runner=container_runner)
    assert result.status == 0, result.progress
    assert result.parameter("read-boxed") == "boxed 42"
    assert body(s3, result.document["steps"][0]["artifacts"]["data"]["uri"]) == b"boxed"


def test_a_container_without_a_folder_is_refused_before_anything_runs(local_run: Run) -> None:
    result = local_run("container")
    assert result.status == 2
    assert "step boxed runs the image box:1" in result.progress
    assert "--image box:1=FOLDER" in result.progress
    assert result.document == {}


def test_an_imported_artifact_is_downloaded(local_run: Run, s3: Any) -> None:
    s3.create_bucket(Bucket="given")
    s3.put_object(Bucket="given", Key="data/set", Body=b"imported")
    s3.put_object(Bucket="given", Key="data/settings", Body=b"another that begins alike")
    result = local_run("imported", ["uri=s3://given/data/set"])
    assert result.status == 0, result.progress
    assert result.parameter("read-boxed") == "imported 1"


def test_kfp_itself_is_not_heard(local_run: Run) -> None:
    progress = local_run("artifacts").progress
    assert "KFP Executor" not in progress
    assert "INFO" not in progress


def test_without_namespaces_artifacts_have_local_paths(local_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kfp_sagemaker.local_run.run.find_namespace", lambda: None)
    result = local_run("artifacts")
    assert result.status == 0, result.progress
    assert "artifacts keep local paths" in result.progress
    assert result.parameter("read") == "digits a b"
    assert Path(result.document["steps"][0]["artifacts"]["data"]["uri"]).read_text() == "digits"


def test_outputs_are_in_the_order_of_their_names(local_run: Run) -> None:
    import re

    lines = re.findall(r"^write\.(\w+)", local_run("artifacts").progress, re.MULTILINE)
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("pipeline", "number", "status", "running"),
    [
        ("long", signal.SIGINT, 130, {""}),
        ("long", signal.SIGTERM, 143, {""}),
        ("long_in_a_loop", signal.SIGINT, 130, {"-1", "-2"}),  # kfp.local runs two iterations at a time
    ],
)
def test_a_signal_is_passed_to_the_running_steps_as_sigterm(
    pipeline: str,
    number: signal.Signals,
    status: int,
    running: set[str],
    compiled: Callable[[str], Path],
    endpoint_url: str,
    tmp_path: Path,
) -> None:
    markers = tmp_path / "markers"
    markers.mkdir()
    program = "import sys; from kfp_sagemaker.cli.local import local; local(sys.argv[1:])"
    options = ["--endpoint-url", endpoint_url, "--output", str(tmp_path / "runs"), "--arg", f"marker={markers}/step"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, "run", str(compiled(pipeline)), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = {f"step{suffix}" for suffix in running}
    until(lambda: {path.name for path in markers.iterdir()} == started or process.poll() is not None, str(started))
    assert process.poll() is None
    process.send_signal(number)
    _, progress = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert {path.name for path in markers.glob("*.stopped")} == {f"step{suffix}.stopped" for suffix in running}
    assert len(list(markers.iterdir())) == 2 * len(running), "no further step was started"
    assert progress.count(" interrupted in ") == len(running)
    assert "Traceback" not in progress


def test_this_machine_has_a_namespace_for_the_tests() -> None:
    assert find_namespace() is not None
