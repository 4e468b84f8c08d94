"""Steps whose images have no shell, or no Python: converted they do what they did; without ``shell: false`` they say why not.

The images are root file systems with one or a few programs and their libraries, so that jobs in them see nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conversions import CONFIGURATION, moved_by
from kfp_sagemaker_converter.configuration.configuration import Job, StepRule
from kfp_sagemaker_converter.source import Location
from observation import differences
from root_file_system import copy_with_libraries
from runners_here import ISOLATING
from runs import Lab, compiled, opened_lab

PROGRAMS = {"no-shell:1": ("cp",), "no-python:1": ("sh", "mkdir", "ln", "cat", "id")}
#: A root file system needs a runner that changes the root.
NAMESPACES = pytest.mark.parametrize("bare_lab", [name for name in ISOLATING if name != "docker"][:1], indirect=True)


@pytest.fixture(scope="module")
def bare_lab(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab that has the bare images: as the pipeline names them, and as they are copied to ECR."""
    folder = tmp_path_factory.mktemp("bare-images")
    for image, programs in PROGRAMS.items():
        copy_with_libraries(programs, folder / image)
    named = {image: folder / image for image in PROGRAMS}
    in_ecr = {f"{CONFIGURATION.registry}/{image}": root for image, root in named.items()}
    (folder / "lab").mkdir()
    with opened_lab(folder / "lab", request.param, {**named, **in_ecr}) as opened:
        yield opened


@NAMESPACES
@pytest.mark.parametrize(
    ("pipeline", "rules"),
    [
        ("without_a_shell", (StepRule(Location("c"), name="copied", job=Job(shell=False)),)),
        ("without_python", ()),
    ],
)
def test_the_same_results(bare_lab: Lab, tmp_path: Path, pipeline: str, rules: tuple[StepRule, ...]) -> None:
    ir = compiled("bare_images", pipeline, tmp_path)
    as_it_was = bare_lab.observed_run(ir, {}, f"{pipeline}-as-it-was")
    moved = bare_lab.observed_run(moved_by(ir, tmp_path / "moved.yaml", steps=rules), {}, f"{pipeline}-moved")
    assert as_it_was.status == "succeeded", as_it_was.progress
    assert moved.jobs == {"CreateProcessingJob": 2}, moved.progress
    assert differences(as_it_was, moved) == []


@NAMESPACES
def test_an_image_without_a_shell_says_what_to_do(bare_lab: Lab, tmp_path: Path) -> None:
    ir = compiled("bare_images", "without_a_shell", tmp_path)
    failed = bare_lab.observed_run(moved_by(ir, tmp_path / "moved.yaml"), {}, "without_a_shell-refused")
    assert failed.status == "failed", failed.progress
    assert "no-shell:1 has no sh, by which a step is started: set shell: false" in failed.progress
