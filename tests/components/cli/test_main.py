"""The command itself: help without imports, versions, completion, exit statuses; no traceback for people."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import component_ids
from kfp_sagemaker.version import VERSION
from waiting import PATIENCE

COMMAND = [sys.executable, "-c", "from kfp_sagemaker.cli import main; main(prog_name='kfp-sagemaker')"]


def test_help_lists_all_subcommands_and_imports_none() -> None:
    script = (
        "import sys\nfrom kfp_sagemaker.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "heavy = {'boto3', 'botocore', 'kfp', 'sagemaker_local', 'moto', 'yaml', 'rich', 'kfp_sagemaker.cli.local'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[-1] == "[]"
    listed = {line.split()[0]: line.split(maxsplit=1)[1] for line in told[told.index("Commands:") + 1:-1]}
    assert list(listed) == [
        "check", "completion", "components", "convert", "explain", "iam", "init", "local", "plan", "profiles", "specs", "stop"]
    assert all(line.endswith(".") for line in listed.values())


def test_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).output == f"kfp-sagemaker, version {VERSION}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_the_shell(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])
    assert result.exit_code == 0
    assert f"_KFP_SAGEMAKER_COMPLETE={shell}_complete" in result.output


def test_components_are_completed() -> None:
    environment = {
        **os.environ, "_KFP_SAGEMAKER_COMPLETE": "bash_complete", "COMP_WORDS": "kfp-sagemaker plan v1/t", "COMP_CWORD": "2"}
    told = subprocess.run(COMMAND, capture_output=True, text=True, env=environment, check=False)
    assert told.stdout.splitlines() == ["plain,v1/train"]


def test_an_unknown_subcommand_is_a_usage_error() -> None:
    result = CliRunner().invoke(main, ["plann"])
    assert result.exit_code == 2
    assert "No such command 'plann'" in result.output


def test_components_for_people_and_machines() -> None:
    lines = CliRunner().invoke(main, ["components"]).output.splitlines()
    assert [line.split()[0] for line in lines] == list(component_ids())
    listed = json.loads(CliRunner().invoke(main, ["components", "--json"]).output)
    assert [each["id"] for each in listed] == list(component_ids())
    assert {each["id"]: each["operations"] for each in listed}["v1/train"] == ["CreateTrainingJob"]


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    told = subprocess.run([*COMMAND, "iam", "v1/train"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (told.returncode, told.stderr) == (1, "")


def test_control_c_is_130_without_a_traceback(tmp_path: Path) -> None:
    # A named pipe that nobody writes to: the command waits for its inputs, and opening the other end tells that it does.
    pipe = tmp_path / "inputs.yaml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*COMMAND, "plan", "v1/train", "--inputs", str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A test run in the background of a shell ignores the signal, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    with pipe.open("w"):
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (130, "")
    assert "Traceback" not in errors


def test_a_defect_of_ours_is_one_line_and_not_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(component: str) -> None:
        raise LookupError("a defect")

    monkeypatch.setattr("kfp_sagemaker.faces.registry.find_face", broken)
    monkeypatch.delenv("KFP_SAGEMAKER_DEBUG", raising=False)
    result = CliRunner().invoke(main, ["plan", "v1/train", "--inputs", "-"], input="{}")
    assert result.exit_code == 2
    assert result.stderr == "internal error: LookupError: a defect (set KFP_SAGEMAKER_DEBUG=1 for the traceback)\n"
