"""Runs of one pipeline by ``kfp-sagemaker local run``, all against one local SageMaker whose jobs are real containers."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import boto3
import sagemaker_local
from botocore.config import Config
from kfp_sagemaker.local_run.pod_settings import ClusterObjects
from kfp_sagemaker.local_run.run import RunOptions, run
from observation import Observation, observe

PIPELINES = Path(__file__).with_name("pipelines")

STAND_IN = """\
FROM python:3.11-slim
ENV PIP_TARGET=/tmp/packages PYTHONPATH=/tmp/packages:/tools
COPY tell.py tell /tools/
"""
"""What stands for every image: the system and Python of this machine, with a place for packages that pip installs."""

TELL = """\
#!/usr/bin/env python3
import sys
open(sys.argv[-1], "w", encoding="utf-8").write("\\n--\\n".join(sys.argv[1:-1]))
"""
"""A program and Python module of the image's own: writes its arguments to the file that the last one names."""


APP = {"a.conf": 'it\'s = "a"\n', "b.conf": "ü", "url": "http://x/?a=1&b='$HOME'\n"}
"""The ConfigMap ``app``, and the secrets ``plain`` and ``managed``."""

SECRETS_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:managed"
FILE_SYSTEM = "fs-0123456789abcdef0"

CLAIM = {"top": "1", "folder/one": "2", "folder/deep/two": "3"}
"""Files of the volume claim ``objects``, and objects below ``s3://given/claim/``."""

GIVEN = {
    "given": {
        "data/set": b"given data",
        "data/settings": b"another one that begins alike",
        "folder/one": b"1",
        "folder/two": b"2",
        "folder2/other": b"3",
        **{f"claim/{name}": text.encode() for name, text in CLAIM.items()},
    },
    "kfp-artifacts": {"top.csv": b"top,1"},
}
"""Buckets and objects that are there before any run; the second bucket is that of the runs."""


@dataclass(frozen=True)
class Lab:
    """One local SageMaker, and a folder for the runs."""

    sagemaker: sagemaker_local.LocalSageMaker
    s3: Any
    images: Mapping[str, Path]
    runner: str
    folder: Path
    cluster: ClusterObjects

    def observed_run(self, pipeline: Path, arguments: Mapping[str, Any], name: str) -> Observation:
        """Run the IR file; ``name`` tells the run's folder from those of other runs."""
        folder = self.folder / name
        folder.mkdir()
        arguments_file = folder / "arguments.json"
        arguments_file.write_text(json.dumps(arguments))
        before = len(self.sagemaker.calls)
        told, progress = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(progress):
            status = run(
                RunOptions(
                    pipeline,
                    arguments_file=arguments_file,
                    images=self.images,
                    cluster=self.cluster,
                    endpoint_url=self.sagemaker.url,
                    runner=self.runner,
                    output=folder / "runs",
                    json=True,
                )
            )
        document = json.loads(told.getvalue()) if told.getvalue() else {}
        return observe(status, document, progress.getvalue(), self.s3, self.sagemaker.calls[before:])


@contextlib.contextmanager
def opened_lab(folder: Path, runner: str, more_images: Mapping[str, Path] = MappingProxyType({})) -> Iterator[Lab]:
    """A lab for the time of the context; ``more_images`` are folders by what they stand for."""
    stand_in = folder / "stand-in"
    stand_in.mkdir()
    (stand_in / "Dockerfile").write_text(STAND_IN)
    for name in ("tell.py", "tell"):
        (stand_in / name).write_text(TELL)
        (stand_in / name).chmod(0o755)
    images = {"*": stand_in, **more_images}
    app = folder_of(folder / "app", APP)
    claims = {"objects": folder_of(folder / "objects", CLAIM), "shared": folder_of(folder / "claim", {})}
    cluster = ClusterObjects({"app": app}, {"plain": app, "managed": app}, claims)
    settings = sagemaker_local.Settings(
        images=images, runner=runner, file_systems={FILE_SYSTEM: folder_of(folder / "file-system", {})}
    )
    with sagemaker_local.start(settings) as local:

        def client_of(service: str, **more: Any) -> Any:
            keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any"}
            return boto3.session.Session().client(
                service, endpoint_url=local.url, region_name=local.region, **keys, **more
            )

        secrets = client_of("secretsmanager")
        # Another lab of this process may have made it: the state of other services is the process's.
        with contextlib.suppress(secrets.exceptions.ResourceExistsException):
            secrets.create_secret(Name="managed", SecretString=json.dumps(APP))
        client = client_of("s3", config=Config(s3={"addressing_style": "path"}))
        for bucket, objects in GIVEN.items():
            client.create_bucket(Bucket=bucket)
            for key, body in objects.items():
                client.put_object(Bucket=bucket, Key=key, Body=body)
        yield Lab(local, client, images, runner, folder, cluster)


def folder_of(folder: Path, files: Mapping[str, str]) -> Path:
    """A new folder with files of these texts."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def compiled(source: str, pipeline: str, folder: Path) -> Path:
    """The IR file of a function of ``pipelines/<source>.py``."""
    from kfp import compiler

    path = folder / f"{source}.{pipeline}.yaml"
    compiler.Compiler().compile(getattr(_module(source), pipeline), str(path))
    return path


@cache
def _module(source: str) -> ModuleType:
    name = f"pipelines_{source}"
    specification = importlib.util.spec_from_file_location(name, PIPELINES / f"{source}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # kfp reads the sources of functions through it
    specification.loader.exec_module(module)
    return module
