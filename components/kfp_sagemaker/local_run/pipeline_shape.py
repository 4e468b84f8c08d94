"""The shape of what the PipelineSpec proto leaves open: executors and the settings of platforms are any JSON to it.

Looked at once, when a pipeline is read, so that everything after it can take the shape for granted.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Any

from kfp_sagemaker.json_values import not_json

#: Of a pipeline, a task, an output. kfp writes letters, digits, dashes and underscores; what else there is does no harm, as
#: long as it stays below the folder of the run.
_NAME = re.compile(r"(?!(?:.*/)?\.{0,2}(?:/|$))[^\0-\x1f]+")


def shape_problems(ir: Mapping[str, Any], platforms: Any) -> Iterator[str]:
    """What is of another shape than kfp writes, a phrase each, with the path to it."""
    for what, name in _names(ir):
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield f"{what} is {name!r}, and is to be the name of a folder too, here and in S3"
    if wrong := not_json(ir) or not_json({"platforms": platforms}):
        yield wrong
        return
    deployment = ir.get("deploymentSpec") or ir.get("deployment_spec") or {}
    for path, executor in (yield from _executors(deployment, "deploymentSpec")).items():
        yield from _container(executor, path)
    kubernetes = platforms.get("kubernetes") or {} if isinstance(platforms, Mapping) else platforms
    if not isinstance(kubernetes, Mapping):
        yield "platforms is no mapping of mappings"
    else:
        # Each setting is read by itself, and left out where it is odd.
        yield from _executors(kubernetes.get("deploymentSpec") or {}, "platforms.kubernetes.deploymentSpec")


def _names(ir: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The names that folders are made of, by what they are the name of."""
    yield "pipelineInfo.name", (ir.get("pipelineInfo") or {}).get("name")
    for component, words in ({"root": ir.get("root")} | (ir.get("components") or {})).items():
        tasks = ((words or {}).get("dag") or {}).get("tasks") or {}
        yield from ((f"the name of a task in {component}", name) for name in tasks)
        outputs = (words or {}).get("outputDefinitions") or {}
        for kind in ("artifacts", "parameters"):
            yield from ((f"the name of an output of {component}", name) for name in outputs.get(kind) or {})


def _executors(deployment: Any, path: str) -> Generator[str, None, dict[str, Mapping[str, Any]]]:
    """The executors that are mappings, by their paths."""
    executors = deployment.get("executors") or {} if isinstance(deployment, Mapping) else None
    if not isinstance(executors, Mapping):
        yield f"{path} has no mapping of executors"
        return {}
    yield from (f"{path}.executors.{label} is no mapping" for label, one in executors.items() if not isinstance(one, Mapping))
    return {f"{path}.executors.{label}": one for label, one in executors.items() if isinstance(one, Mapping)}


def _container(executor: Mapping[str, Any], path: str) -> Iterator[str]:
    container = executor.get("container")
    if container is None:
        return
    if not isinstance(container, Mapping):
        yield f"{path}.container is no mapping"
        return
    if not isinstance(container.get("image"), str):
        yield f"{path}.container.image is no text"
    for name in ("command", "args"):
        words = container.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            yield f"{path}.container.{name} is no list of texts"
    variables = container.get("env", [])
    if not isinstance(variables, list) or not all(
        isinstance(one, Mapping) and isinstance(one.get("name"), str) and isinstance(one.get("value", ""), str)
        for one in variables
    ):
        yield f"{path}.container.env is no list of names and texts"
