"""One local SageMaker for all runs of moved steps, whose jobs run on this machine's own system."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from kfp_sagemaker.local_run.run import RunOptions, run
from sagemaker_local import LocalSageMaker, Settings, start


@dataclass(frozen=True)
class Ran:
    """A run: its exit status, the JSON of its result, what it printed, and the jobs that it made, by operation."""

    status: int
    document: Mapping[str, Any]
    progress: str
    jobs: tuple[str, ...]

    def step(self, task: str) -> Mapping[str, Any]:
        (found,) = [step for step in self.document["steps"] if step["task"] == task]
        return dict(found)

    def contents(self, task: str, name: str) -> dict[str, bytes]:
        """Relative path and bytes of an artifact's files."""
        path = Path(self.step(task)["artifacts"][name]["path"])
        files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
        return {str(each.relative_to(path)): each.read_bytes() for each in files}


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders that stand for images: this machine's own system, once with an entry point."""
    found = {}
    for uri, text in (("*", "FROM python:3.11\n"), ("cp:1", 'FROM scratch\nENTRYPOINT ["cp"]\n')):
        folder = tmp_path_factory.mktemp("image")
        (folder / "Dockerfile").write_text(text)
        found[uri] = folder
    return found


@pytest.fixture(scope="session")
def local(images: dict[str, Path], container_runner: str) -> Iterator[LocalSageMaker]:
    with start(Settings(images=images, runner=container_runner)) as running:
        yield running


@pytest.fixture(scope="session")
def s3(local: LocalSageMaker) -> Any:
    return boto3.session.Session().client(
        "s3", endpoint_url=local.url, region_name=local.region, aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def run_pipeline(
    local: LocalSageMaker, images: dict[str, Path], container_runner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Compile a pipeline function and run it locally; ``arguments`` are its parameters."""
    from kfp.compiler import Compiler

    def run_it(pipeline: Any, **arguments: str) -> Ran:
        path = tmp_path / f"{pipeline.name}.yaml"
        Compiler().compile(pipeline, str(path))
        before = max((call.order for call in local.call_log.all()), default=0)
        capsys.readouterr()
        status = run(RunOptions(
            path, arguments=[f"{name}={value}" for name, value in arguments.items()], images=images, endpoint_url=local.url,
            output=tmp_path / "runs", json=True, runner=container_runner))
        captured = capsys.readouterr()
        jobs = tuple(sorted(
            call.operation for call in local.call_log.all(before)
            if call.operation.startswith("Create") and call.operation.endswith("Job") and call.http_status == 200))
        return Ran(status, json.loads(captured.out) if captured.out else {}, captured.err, jobs)

    return run_it
