"""The arguments of ``dsl.importer``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.artifact_types import artifact_class
from kfp_sagemaker_converter.back_ends.python.expressions import literal, quoted
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, Names
from kfp_sagemaker_converter.model import Component, Importer, Task

_METADATA_INPUT = re.compile(r"\{\{\$\.inputs\.parameters\['metadata(?:-(\d+))?'\]\}\}")
_FLAGS = {"reimport": "reimport", "downloadToWorkspace": "download_to_workspace"}


def check_importer(task: Task, component: Component, before: Names) -> None:
    """kfp names importers itself, and what they give; ``before`` are the names of the tasks before this one.

    Raises:
        CannotSay: these are other names.
    """
    if before.free("importer") != task.name:
        raise CannotSay(f"an importer of the name {task.name}: kfp's are importer, importer-2 and so on")
    if [*component.outputs.artifacts] != ["artifact"] or component.outputs.parameters:
        raise CannotSay(f"the outputs of {task.name}: kfp's importers have one, which is called artifact")


def importer_arguments(component: Component, importer: Importer, inputs: Mapping[str, str]) -> Iterator[str]:
    """The arguments, in order; ``inputs`` are the expressions of what the task gets.

    Raises:
        CannotSay: the importer is told what no argument says.
    """
    words = importer.words.get("importer", importer.words)
    unknown = words.keys() - {"artifactUri", "typeSchema", "metadata", *_FLAGS}
    if unknown:
        raise CannotSay(f"{', '.join(sorted(unknown))} of the importer {component.executor}")
    yield f"artifact_uri={inputs['uri']}" if "uri" in inputs else f"artifact_uri={quoted(importer.uri)}"
    yield f"artifact_class={artifact_class(next(iter(component.outputs.artifacts.values())))}"
    for flag, argument in _FLAGS.items():
        if words.get(flag):
            yield f"{argument}=True"
    if words.get("metadata"):
        yield f"metadata={literal(_in_order(words['metadata']), lambda name: inputs[name])}"


def _in_order(metadata: Any) -> Any:
    """Metadata in which inputs first stand in the order of their numbers: kfp numbers them as it meets them."""
    if isinstance(metadata, list):
        return [_in_order(one) for one in metadata]
    if not isinstance(metadata, Mapping):
        return metadata
    members = ((key, _in_order(value)) for key, value in metadata.items())
    return dict(sorted(members, key=lambda member: _rank(json.dumps(member))))


def _rank(text: str) -> tuple[int, int]:
    numbers = [int(number or 1) for number in _METADATA_INPUT.findall(text)]
    return max(numbers, default=0), min(numbers, default=0)
