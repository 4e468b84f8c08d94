"""The generated files are checked in, and ``--check`` tells when they are not what they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from kfp_sagemaker.generate.__main__ import main
from kfp_sagemaker.generate.files import generated_files, stale

ROOT = Path(__file__).parents[3]


def test_the_checked_in_files_are_not_stale() -> None:
    assert stale(ROOT, generated_files()) == []


def test_check_names_every_stale_missing_and_superfluous_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--root", str(tmp_path), "--check"]) == 0
    (tmp_path / "component_specs/v1/train/component.yaml").write_text("name: edited\n")
    (tmp_path / "component_specs/v1/model/README.md").unlink()
    (tmp_path / "component_specs/v1/old").mkdir()
    (tmp_path / "component_specs/v1/old/component.yaml").write_text("name: old\n")
    capsys.readouterr()
    assert main(["--root", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "component_specs/v1/model/README.md: missing",
        "component_specs/v1/train/component.yaml: stale",
        "component_specs/v1/old/component.yaml: superfluous, no component has it",
    ]


def test_writing_renews_what_is_stale_and_removes_what_is_superfluous(tmp_path: Path) -> None:
    main(["--root", str(tmp_path)])
    (tmp_path / "component_specs/v1/train/component.yaml").write_text("name: edited\n")
    (tmp_path / "component_specs/v1/train/notes.md").write_text("mine\n")
    assert main(["--root", str(tmp_path)]) == 0
    assert stale(tmp_path, generated_files()) == []
