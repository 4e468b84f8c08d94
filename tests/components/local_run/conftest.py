"""A moto server in the place of the local SageMaker, and local runs as the command makes them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

PIPELINES = Path(__file__).with_name("pipelines.py")


@dataclass(frozen=True)
class Result:
    """What a run gave: exit status, the JSON of stdout, and stderr."""

    status: int
    document: Mapping[str, Any]
    progress: str

    def steps(self) -> list[tuple[str, str]]:
        return [(step["name"], step["status"]) for step in self.document["steps"]]

    def parameter(self, task: str, name: str = "Output") -> Any:
        found = [step["parameters"][name] for step in self.document["steps"] if step["name"] == task]
        assert len(found) == 1, self.document["steps"]
        return found[0]


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def s3(endpoint_url: str) -> Any:
    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint_url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The IR file of a function of pipelines.py."""
    from kfp import compiler

    specification = importlib.util.spec_from_file_location("pipelines_of_local_runs", PIPELINES)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("compiled")

    def compile_function(name: str) -> Path:
        path = folder / f"{name}.yaml"
        if not path.exists():
            compiler.Compiler().compile(getattr(module, name), str(path))
        return path

    return compile_function


@pytest.fixture
def local_run(
    compiled: Callable[[str], Path], endpoint_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Run a function of pipelines.py in this process; keywords are those of RunOptions."""
    from kfp_sagemaker.local_run.run import RunOptions, run

    def run_function(name: str, arguments: Sequence[str] = (), **options: Any) -> Result:
        capsys.readouterr()
        path = options.pop("pipeline", None) or compiled(name)
        status = run(
            RunOptions(path, arguments=arguments, endpoint_url=endpoint_url, output=tmp_path / "runs", json=True, **options)
        )
        captured = capsys.readouterr()
        return Result(status, json.loads(captured.out) if captured.out else {}, captured.err)

    return run_function
