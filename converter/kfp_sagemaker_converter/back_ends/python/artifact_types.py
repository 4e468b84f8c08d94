"""Artifact types as Python: kfp's own classes, and a class for each type that is another's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Artifact, Importer, Pipeline

_CLASSES = (
    "Artifact", "ClassificationMetrics", "Dataset", "HTML", "Markdown", "Metrics", "Model", "SlicedClassificationMetrics",
)  # fmt: skip
_OWN = "system."
_OWN_VERSION = "0.0.1"


def artifact_class(artifact: Artifact) -> str:
    """The class of an artifact: ``dsl.Dataset``, or ``Google_VertexDataset``, which :func:`foreign_classes` writes.

    Raises:
        CannotSay: it has no title or version, by which kfp knows it.
    """
    check_type(artifact)
    title, version = artifact.schema_title, artifact.words["artifactType"]["schemaVersion"]
    if title.startswith(_OWN) and title.removeprefix(_OWN) in _CLASSES and version == _OWN_VERSION:
        return f"dsl.{title.removeprefix(_OWN)}"
    words = [word for word in re.split(r"[^0-9A-Za-z]+", title) if word]
    return "_".join(f"{word[0].upper()}{word[1:]}" for word in words) if words else "Unknown"


def check_type(artifact: Artifact) -> None:
    """kfp reads and writes types by title and version.

    Raises:
        CannotSay: the type has none.
    """
    words = artifact.words.get("artifactType") or {}
    for key in ("schemaTitle", "schemaVersion"):
        if not words.get(key):
            raise CannotSay(f"the artifact {artifact.name} of a type without {key}")


def type_of(artifact: Artifact) -> str:
    """The type of an input or output: the class, or a list of it."""
    return f"List[{artifact_class(artifact)}]" if artifact.is_list else artifact_class(artifact)


def foreign_classes(pipeline: Pipeline) -> Iterator[str]:
    """A class for each artifact type in a signature or importer that is none of kfp's: title and version are all kfp reads.

    Raises:
        CannotSay: two types would have one class.
    """
    written: dict[str, str] = {}
    for artifact in _of_signatures(pipeline):
        name = artifact_class(artifact)
        if name.startswith("dsl."):
            continue
        version = str(artifact.words["artifactType"]["schemaVersion"])
        text = (f"class {name}(dsl.Artifact):\n    schema_title = {quoted(artifact.schema_title)}\n"
                f"    schema_version = {quoted(version)}\n")
        if written.setdefault(name, text) != text:
            raise CannotSay(f"the artifact type {artifact.schema_title} in two versions or spellings")
    yield from written.values()


def _of_signatures(pipeline: Pipeline) -> Iterator[Artifact]:
    for component in (pipeline.root, *pipeline.components.values()):
        imports = isinstance(pipeline.executors.get(component.executor or ""), Importer)
        if component.dag is not None:
            yield from component.inputs.artifacts.values()
        if component.dag is not None or imports:
            yield from component.outputs.artifacts.values()
