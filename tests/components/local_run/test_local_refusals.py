"""What a local run refuses before any step has run: exit status 2, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kfp_sagemaker.local_run.run import RunOptions, run
from kfp_sagemaker_converter.conversion import convert


def test_without_namespaces_steps_on_sagemaker_are_refused_before_anything_runs(
    compiled: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    converted = tmp_path / "converted.yaml"
    converted.write_text(convert(compiled("artifacts").read_text(), "artifacts.yaml").text)
    monkeypatch.setattr("kfp_sagemaker.local_run.run.find_namespace", lambda: None)
    role = "sagemaker_role=arn:aws:iam::123456789012:role/jobs"
    assert run(RunOptions(converted, arguments=(role,), output=tmp_path / "runs")) == 2
    assert "need a mount namespace here" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_what_the_local_sagemaker_imports_when_it_starts_is_named_with_its_extra(
    compiled: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "werkzeug.serving", None)
    assert run(RunOptions(compiled("artifacts"), output=tmp_path)) == 2
    assert "pip install 'kfp-sagemaker[local]'" in capsys.readouterr().err


def test_a_folder_for_runs_that_cannot_be_is_refused(
    compiled: Callable[[str], Path], endpoint_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert run(RunOptions(compiled("artifacts"), endpoint_url=endpoint_url, output=tmp_path / "file" / "runs")) == 2
    assert f"--output {tmp_path}/file/runs: cannot be written: Not a directory" in capsys.readouterr().err


def test_options_for_a_server_that_runs_already_are_refused(
    compiled: Callable[[str], Path], endpoint_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = RunOptions(compiled("artifacts"), endpoint_url=endpoint_url, output=tmp_path, faults=tmp_path / "f",
                         labels=tmp_path, file_systems={"fs-1": tmp_path}, keep=True)  # fmt: skip
    assert run(options) == 2
    told = capsys.readouterr().err
    for name in ("--faults", "--labels", "--file-system", "--keep"):
        assert f"{name}: is for a local SageMaker that this command starts" in told


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://api.sagemaker.us-east-1.amazonaws.com", "is AWS itself"),
        ("localhost:5000", "expected http://HOST:PORT"),
    ],
)
def test_an_endpoint_that_is_no_local_one_is_refused(
    compiled: Callable[[str], Path], url: str, problem: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(RunOptions(compiled("artifacts"), endpoint_url=url, output=tmp_path)) == 2
    assert problem in capsys.readouterr().err
