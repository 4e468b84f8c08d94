"""Small pieces of IR for tests, as dicts, and what to do with them."""

from __future__ import annotations

import json
from typing import Any

import yaml
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Document

DATASET = {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}}


def task(component: str, **more: Any) -> dict[str, Any]:
    """A task that uses ``comp-<component>``."""
    return {"componentRef": {"name": f"comp-{component}"}, "taskInfo": {"name": component}, **more}


def step(name: str, *, data: bool = True, label: str = "", **more: Any) -> dict[str, Any]:
    """A component with an executor; with ``data`` it writes a dataset."""
    outputs = {"outputDefinitions": {"artifacts": {"data": DATASET}}} if data else {}
    return {"executorLabel": label or f"exec-{name}", **outputs, **more}


def container(image: str = "python:3.11", **more: Any) -> dict[str, Any]:
    """An executor."""
    return {"container": {"image": image, "command": ["python3", "run.py"], **more}}


def pipeline(
    components: dict[str, Any] | None = None,
    executors: dict[str, Any] | None = None,
    tasks: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """IR; without anything, a pipeline of the one step ``train``."""
    components = {"comp-train": step("train")} if components is None else components
    executors = {"exec-train": container()} if executors is None else executors
    tasks = {"train": task("train")} if tasks is None else tasks
    return {
        "pipelineInfo": {"name": "small"},
        "components": components,
        "deploymentSpec": {"executors": executors},
        "root": {"dag": {"tasks": tasks}},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        **more,
    }


def kubernetes(executors: dict[str, Any]) -> dict[str, Any]:
    """A platform document."""
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def as_yaml(*documents: Any) -> str:
    """Documents as YAML."""
    return yaml.safe_dump_all(documents, sort_keys=False)


def as_json(document: Any) -> str:
    """A document as JSON."""
    return json.dumps(document)


def document(*documents: Any) -> Document:
    """What the front end reads."""
    return read_ir(read(as_yaml(*documents), "small.yaml"))[0]
