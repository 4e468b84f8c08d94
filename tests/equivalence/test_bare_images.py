"""Steps whose images have no shell, or no Python: converted they do what they did; without ``shell: false`` they say why not.

The images are root file systems with one or a few programs and their libraries, so that jobs in them see nothing else.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversions import CONFIGURATION, moved_by
from kfp_sagemaker_converter.configuration.configuration import Job, StepRule
from kfp_sagemaker_converter.source import Location
from observation import differences
from runs import Lab, compiled, opened_lab
from sagemaker_local.runners.choose import usable_runners

PROGRAMS = {"no-shell:1": ("cp",), "no-python:1": ("sh", "mkdir", "ln", "cat", "id")}
#: A root file system needs a runner that changes the root.
NAMESPACES = pytest.mark.skipif(
    None not in (usable_runners()["bubblewrap"], usable_runners()["unshare"]), reason="no namespaces here"
)


@pytest.fixture(scope="module")
def bare_lab(tmp_path_factory: pytest.TempPathFactory, container_runner: str) -> Iterator[Lab]:
    """A lab that has the bare images: as the pipeline names them, and as they are copied to ECR."""
    folder = tmp_path_factory.mktemp("bare-images")
    for image, programs in PROGRAMS.items():
        copy_with_libraries(programs, folder / image)
    named = {image: folder / image for image in PROGRAMS}
    in_ecr = {f"{CONFIGURATION.registry}/{image}": root for image, root in named.items()}
    (folder / "lab").mkdir()
    with opened_lab(folder / "lab", container_runner, {**named, **in_ecr}) as opened:
        yield opened


def copy_with_libraries(programs: tuple[str, ...], root: Path) -> None:
    """Programs of this machine, at ``/bin`` of a root file system, with the libraries that they are linked with."""
    for program in programs:
        path = shutil.which(program)
        assert path is not None
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
        libraries = [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]
        for source, target in ((path, f"bin/{program}"), *((library, library.lstrip("/")) for library in libraries)):
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / target)


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
