"""The program around a Python step, which is run here. All processes of a container hear of a signal: tests/equivalence."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.container_step.job import plan_job
from kfp_sagemaker.container_step.python_steps import chooses_paths, runs_in_python, within_python
from kfp_sagemaker.container_step.step_spec import StepSpec

from .executor_inputs import executor_input

PYTHON = ("sh", "-ec", "python3 -m kfp.dsl.executor_main")
CHOOSING = StepSpec("i", (*PYTHON, "model.set_path('/x')"))


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        (PYTHON, True),
        (("sh", "-ec", "python3 -m kfp.components.executor_main"), True),
        (("sh", "-ec", "python3 -m kfp.v2.components.executor_main"), True),
        (("sh", "-ec", "/opt/python -m kfp.dsl.executor_main"), False),
        (("sh", "-ec", "python3 -m kfp.dsl.executor_mainly"), False),
        (("python3", "-m", "kfp.dsl.executor_main"), True),
        (("python3", "train.py"), False),
        ((), False),
    ],
)
def test_what_is_a_step_of_kfps_python_executor(command: tuple[str, ...], runs: bool) -> None:
    assert runs_in_python(StepSpec("i", command)) is runs


@pytest.mark.parametrize(
    ("command", "chooses"),
    [
        ((*PYTHON, 'model.set_path("/tmp/model")'), True),
        ((*PYTHON, 'model.custom_path = "/tmp/model"'), True),
        ((*PYTHON, 'assert model.custom_path == ""'), False),
        ((*PYTHON, "model.path"), False),
        (("sh", "-c", "x.set_path(1)"), False),
        (("python3", "-m", "kfp.dsl.executor_main"), True),  # its source is in its image
    ],
)
def test_who_chooses(command: tuple[str, ...], chooses: bool) -> None:
    assert chooses_paths(StepSpec("i", command)) is chooses


@pytest.mark.parametrize(("spec", "output"), [(CHOOSING, "/executor_output.json"), (StepSpec("i", PYTHON), "")])
def test_the_script_starts_the_step_within_another(spec: StepSpec, output: str) -> None:
    *_, last = (plan_job(spec, executor_input()).script or "").split("\nexec ")
    words = shlex.split(last)
    assert words[:2] == ["python3", "-c"]
    assert words[3].endswith(output)
    assert bool(words[3]) is bool(output)
    assert words[4] == "/opt/ml/processing/output"
    assert words[5:] == list(spec.command)


def run(folder: Path, program: str, output: Any = None) -> subprocess.CompletedProcess[str]:
    """Run a program that leaves ``output`` as its executor output."""
    file = folder / "executor_output.json"
    leaves = f"open({str(file)!r}, 'w').write({json.dumps(output)!r})\n" if output is not None else ""
    words = (sys.executable, "-c", leaves + program)
    command = within_python(words, CHOOSING, {"outputs": {"outputFile": str(file)}}, str(folder / "outputs"))
    return subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=False)


def artifact(uri: Path, custom_path: Path | None) -> dict[str, Any]:
    more = {"custom_path": str(custom_path)} if custom_path else {}
    return {"artifacts": [{"name": "a", "uri": str(uri), "metadata": {}, **more}]}


def test_files_and_folders_are_copied_to_where_their_uris_are(tmp_path: Path) -> None:
    chosen, out = tmp_path / "chosen", tmp_path / "out"
    (chosen / "model" / "deep").mkdir(parents=True)
    (chosen / "model" / "deep" / "weights").write_text("w")
    (chosen / "data").write_text("d")
    (out / "own").mkdir(parents=True)
    output = {"artifacts": {
        "model": artifact(out / "model", chosen / "model"), "data": artifact(out / "sub" / "data", chosen / "data"),
        "own": artifact(out / "own", None), "same": artifact(out / "own", out / "own"),
        "nothing": artifact(out / "nothing", chosen / "nothing"), "none": {"artifacts": []},
    }}  # fmt: skip
    done = run(tmp_path, "print('said')", output)
    assert (done.returncode, done.stdout) == (0, "said\n")
    assert (out / "model/deep/weights").read_text() == "w"
    assert (out / "sub/data").read_text() == "d"
    assert done.stderr == f"kfp-sagemaker: there is nothing at {chosen}/nothing, which an output artifact names\n"


@pytest.mark.parametrize(
    ("program", "status"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137), ("", 0)]
)
def test_the_exit_status_is_the_programs(program: str, status: int, tmp_path: Path) -> None:
    output = {"artifacts": {"a": artifact(tmp_path / "out", tmp_path / "x")}}
    (tmp_path / "x").touch()
    assert run(tmp_path, program, output).returncode == status
    assert (tmp_path / "out").exists() is (status == 0)


def test_links_in_outputs_become_what_they_lead_to(tmp_path: Path) -> None:
    """As KFP's launcher uploads them; SageMaker uploads no link."""
    outputs, elsewhere = tmp_path / "outputs", tmp_path / "elsewhere"
    (outputs / "model" / "step-10").mkdir(parents=True)
    (outputs / "model" / "step-10" / "w").write_text("weights")
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "file").write_text("f")
    (elsewhere / "deep" / "lost").symlink_to("/nowhere")
    (outputs / "model" / "best").symlink_to("step-10/w")
    (outputs / "model" / "last").symlink_to("step-10")
    (outputs / "data").symlink_to(elsewhere / "deep" / "file")
    (outputs / "folder").symlink_to(elsewhere)
    (outputs / "model" / "around").symlink_to(outputs)
    (outputs / "everything").symlink_to("/")
    (outputs / "lost").symlink_to("/nowhere")
    done = run(tmp_path, "")
    assert done.returncode == 0
    assert {str(path.relative_to(outputs)): path.read_text() for path in outputs.rglob("*") if path.is_file()} == {
        "model/step-10/w": "weights", "model/best": "weights", "model/last/w": "weights", "data": "f", "folder/deep/file": "f",
    }  # fmt: skip
    assert {path.name for path in outputs.rglob("*") if path.is_symlink()} == {"around", "everything", "lost"}
    assert done.stderr.count("leads to nothing that could be kept; the output is without it") == 3
    assert (elsewhere / "deep" / "file").exists()


def test_links_of_a_program_that_failed_stay(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "data").symlink_to(tmp_path)
    assert run(tmp_path, "raise SystemExit(3)").returncode == 3
    assert (tmp_path / "outputs" / "data").is_symlink()


def test_a_program_without_an_executor_output_has_nothing_to_copy(tmp_path: Path) -> None:
    assert run(tmp_path, "").returncode == 0


def test_signals_reach_the_program(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "signal.pause()\n"
    )
    assert run(tmp_path, program).returncode == 5
