"""``kfp-sagemaker specs``: the component files for an image of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.generate.component_yaml import component_yaml

IMAGE = "registry.example.com:5000/ml/kfp-sagemaker:mine"


def test_all_components_are_written_with_the_image(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["specs", "--image", IMAGE, "-o", str(tmp_path / "out")])
    assert result.exit_code == 0
    paths = [tmp_path / "out" / component / "component.yaml" for component in component_ids()]
    assert result.output.splitlines() == [f"wrote {path}" for path in paths]
    assert sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file()) == sorted(paths)
    for component, path in zip(component_ids(), paths, strict=True):
        written, ours = yaml.safe_load(path.read_text()), yaml.safe_load(component_yaml(find_face(component)))
        assert written["implementation"]["container"].pop("image") == IMAGE
        del ours["implementation"]["container"]["image"]
        assert written == ours


def test_what_was_written_as_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["specs", "--image", IMAGE, "-o", str(tmp_path), "--json"])
    assert json.loads(result.output) == [str(tmp_path / component / "component.yaml") for component in component_ids()]


@pytest.mark.parametrize("image", ["", "kfp-sagemaker", "Registry/KFP:1", "a b:1", "https://example.com/a:1"])
def test_what_is_no_image_is_refused_and_nothing_is_written(image: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["specs", "--image", image, "-o", str(tmp_path / "out")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--image = '{image}': not an image" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "v1").write_text("a file where a folder should be")
    result = CliRunner().invoke(main, ["specs", "--image", IMAGE, "-o", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{tmp_path}/{component_ids()[0]}/component.yaml: cannot be written" in result.stderr


def test_files_that_are_there_are_replaced_whole(tmp_path: Path) -> None:
    for image in ("a:1", IMAGE):
        assert CliRunner().invoke(main, ["specs", "--image", image, "-o", str(tmp_path)]).exit_code == 0
    images = {yaml.safe_load(path.read_text())["implementation"]["container"]["image"] for path in tmp_path.rglob("*.yaml")}
    assert images == {IMAGE}
