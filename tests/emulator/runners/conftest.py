"""A started container per call, on the runner that the test names, with its lines."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sagemaker_local.runners import Container, ContainerSpec, Runner, choose_runner
from sagemaker_local.runners.images import Image, folder_kind
from waiting import PATIENCE

DOCKER_BASE = "sagemaker-local-tests:debian"


@dataclass
class Started:
    """A running container and what it has written so far."""

    container: Container
    lines: list[str] = field(default_factory=list)

    def end(self, timeout: float = PATIENCE) -> int:
        code = self.container.wait(timeout)
        assert code is not None, f"still runs after {timeout} s: {self.lines}"
        return code


@pytest.fixture(scope="session")
def docker_base() -> str:
    """The image that the docker tests build on, made without a registry."""
    script = Path(__file__).parents[3] / "scripts" / "docker-engine"
    subprocess.run([script, "base-image", DOCKER_BASE], check=True, capture_output=True)
    return DOCKER_BASE


@pytest.fixture
def runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    chosen = choose_runner(request.param)
    yield chosen
    chosen.close()


@pytest.fixture
def make_image(runner: Runner, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Image]:
    """An image of a folder with the given Dockerfile lines (after FROM) and files."""
    base = request.getfixturevalue("docker_base") if runner.name == "docker" else "scratch"

    def make(*lines: str, files: Mapping[str, str] | None = None) -> Image:
        folder = tmp_path / "image"
        folder.mkdir(exist_ok=True)
        for name, content in (files or {}).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            path.chmod(0o755)
        (folder / "Dockerfile").write_text("\n".join([f"FROM {base}", *lines]) + "\n")
        return Image("test:1", folder_kind(folder), folder)

    return make


@pytest.fixture
def start(runner: Runner, make_image: Callable[..., Image], tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """Start a container whose ``/opt/ml`` is ``tmp_path/ml``; it is closed after the test."""
    started: list[Started] = []

    def run(script: str | None = None, image: Image | None = None, **members: Any) -> Started:
        (tmp_path / "ml").mkdir(exist_ok=True)
        if script is not None:
            members |= {"entrypoint": ("sh", "-c"), "arguments": (script,)}
        spec = ContainerSpec("test", "algo-1", image or make_image(), {"/opt/ml": tmp_path / "ml"}, **members)
        lines: list[str] = []
        started.append(Started(runner.start(spec, lines.append), lines))
        return started[-1]

    yield run
    for each in started:
        each.container.close()
