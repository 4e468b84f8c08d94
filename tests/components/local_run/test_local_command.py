"""The commands ``local run`` and ``local serve`` as a person types them."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from kfp_sagemaker.cli.local import local
from kfp_sagemaker.local_run.console import RunConsole
from kfp_sagemaker.local_run.outputs import OutputRow
from waiting import PATIENCE

PROGRAM = [sys.executable, "-c", "from kfp_sagemaker.cli.local import local; local()"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--image", "box:1"], "box:1: expected URI=FOLDER"),
        (["--image", "box:1=/nowhere"], "/nowhere is no folder"),
        (["--config-map", "settings"], "settings: expected NAME=FOLDER"),
        (["--file-system", "fs-1=/nowhere"], "/nowhere is no folder"),
        (["--faults", "/nowhere.yaml"], "does not exist"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_options(arguments: list[str], problem: str) -> None:
    result = CliRunner().invoke(local, ["run", "pipeline.yaml", *arguments])
    assert result.exit_code == 2
    assert problem in result.output


def test_an_image_uri_may_hold_equals_signs(tmp_path: Path) -> None:
    result = CliRunner().invoke(local, ["run", "absent.yaml", "--image", f"a=b:1={tmp_path}"])
    assert result.exit_code == 2
    assert "absent.yaml: there is no such file" in result.output


def test_outputs_are_plain_lines_where_stdout_is_no_terminal(
    compiled: Callable[[str], Path], endpoint_url: str, tmp_path: Path
) -> None:
    result = subprocess.run(
        [*PROGRAM, "run", str(compiled("artifacts")), "--endpoint-url", endpoint_url, "--output", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "write.metrics.accuracy: 0.5\n" in result.stdout
    assert re.search(r"^write\.data: s3://kfp-artifacts/\S+/data$", result.stdout, re.MULTILINE)
    place = re.search(r"^write\.data is at (\S+)$", result.stdout, re.MULTILINE)
    assert place is not None
    assert Path(place[1]).read_text() == "digits"
    assert "\x1b" not in result.stdout + result.stderr
    assert re.search(r"^ 0:\d\d read succeeded in \d+\.\d s$", result.stderr, re.MULTILINE)


@pytest.mark.parametrize("running", [False, True], ids=["started for the run", "running already"])
def test_the_region_of_the_steps_is_the_one_that_is_asked_for(
    compiled: Callable[[str], Path], endpoint_url: str, tmp_path: Path, running: bool
) -> None:
    where = ["--endpoint-url", endpoint_url] if running else ["--runner", "process"]
    options = ["--region", "us-west-2", "--json", "--output", str(tmp_path)]
    command = [*PROGRAM, "run", str(compiled("shows_environment")), *where, *options]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    (step,) = json.loads(result.stdout)["steps"]
    seen = step["parameters"]["Output"]
    assert (seen["AWS_REGION"], seen["AWS_DEFAULT_REGION"]) == ("us-west-2", "us-west-2")


def test_a_region_that_is_none_is_refused(compiled: Callable[[str], Path], tmp_path: Path) -> None:
    options = ["--region", "no where", "--runner", "process", "--output", str(tmp_path)]
    result = subprocess.run(
        [*PROGRAM, "run", str(compiled("shows_environment")), *options], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "'no where'" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_kept_up_ends_by_ctrl_c_and_the_run_has_succeeded(compiled: Callable[[str], Path], tmp_path: Path) -> None:
    command = [*PROGRAM, "run", str(compiled("shows_environment")), "--runner", "process", "--output", str(tmp_path), "--keep"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    last = next(line for line in process.stderr if "Ctrl-C ends it" in line)
    url = re.search(r"http://\S+", last)
    assert url is not None
    assert urllib.request.urlopen(f"{url[0].rstrip(';')}/_local/calls").status == 200
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, told
    assert "interrupted" not in told


def test_outputs_are_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    RunConsole(progress=io.StringIO(), result=stream).outputs(
        "outputs", [OutputRow("train", "model", "s3://b/model", "/model")]
    )
    text = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert re.search(r"train\s+│\s+model\s+│\s+s3://b/model", text)
    assert "/model" in text


def test_serve_answers_until_it_is_told_to_stop() -> None:
    process = subprocess.Popen([*PROGRAM, "serve", "--runner", "process"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    request = urllib.request.Request(
        url,
        b'{"TrainingJobName": "absent"}',
        {"X-Amz-Target": "SageMaker.DescribeTrainingJob", "Content-Type": "application/x-amz-json-1.1"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert b"ValidationException" in refused.value.read()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
