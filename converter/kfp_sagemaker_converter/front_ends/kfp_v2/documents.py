"""Which document of a file is the IR, which is a platform's, and what is wrapped around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Words
from kfp_sagemaker_converter.rules import pipeline as pipeline_rules
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

VERTEX = "Vertex AI pipeline job"
PIPELINE_VERSION = "PipelineVersion resource"
KFP_API = "answer of the KFP API"
_IR_KEYS = ("pipelineInfo", "pipeline_info", "deploymentSpec", "deployment_spec", "root")


@dataclass(frozen=True)
class Parts:
    """The IR of one pipeline, its platforms by name, its wrapper, and the documents of the file that are neither."""

    ir: dict[str, Any]
    at: Location
    platforms: Mapping[str, Any] = field(default_factory=dict)
    wrapper_kind: str = ""
    wrapper: Words = field(default_factory=dict)


def is_ir(document: Any) -> bool:
    """Whether a document is IR, bare."""
    return isinstance(document, dict) and sum(key in document for key in _IR_KEYS) >= 2


def parts_of(text: StructuredText) -> tuple[list[Parts], list[Diagnostic]]:
    """The pipelines of a file: usually one, several in a file of PipelineVersion resources.

    Raises:
        Refused: a pipeline has two platform documents, which kfp does not load.
    """
    found: list[Parts] = []
    left_over: list[Diagnostic] = []
    before: dict[str, Any] = {}
    for position, document in enumerate(text.documents):
        parts = Parts(document, _first_line(text, document)) if is_ir(document) else _wrapped(text, document)
        if parts is not None:
            found.append(_with_platforms(text, parts, before) if before else parts)
            before = {}
        elif not isinstance(document, dict) or not isinstance(document.get("platforms"), dict):
            left_over.append(rules.document_left_out(_first_line(text, document), text.file, position + 1, _kind(document)))
        elif found:
            found.append(_with_platforms(text, found.pop(), document))
        elif before:
            raise _second(text, document)
        else:
            # KFP's API server takes the two documents in any order.
            before = document
    return found, left_over


def _with_platforms(text: StructuredText, parts: Parts, document: dict[str, Any]) -> Parts:
    if parts.platforms:
        raise _second(text, document)
    return replace(parts, platforms=document["platforms"])


def _second(text: StructuredText, document: dict[str, Any]) -> Refused:
    second = "it is the second of its pipeline, and kfp takes one"
    return Refused([pipeline_rules.not_a_platform_spec(_first_line(text, document), "", second)])


def wraps_ir(document: Any) -> bool:
    """Whether a document is a wrapper around IR."""
    return _holder(document) is not None


def _holder(document: Any) -> tuple[dict[str, Any], tuple[str, str], str] | None:
    """What has IR and platforms as members, the names of these, and the kind of wrapper.

    A Vertex job has ``pipelineSpec`` at the top, a resource of Kubernetes under ``spec``. A version of the KFP API has
    ``pipeline_spec``, within which both may stand.
    """
    if not isinstance(document, dict):
        return None
    camel, snake = ("pipelineSpec", "platformSpec"), ("pipeline_spec", "platform_spec")
    places = [
        (document, camel, KFP_API if _is_version(document) else VERTEX), (document.get("spec"), camel, PIPELINE_VERSION),
    ]  # fmt: skip
    if _is_version(document):
        within = ((document.get("pipeline_spec"), snake, KFP_API), (document.get("pipelineSpec"), camel, KFP_API))
        places += [(document, snake, KFP_API), *within]
    return next(
        ((holder, names, kind) for holder, names, kind in places if isinstance(holder, dict) and is_ir(holder.get(names[0]))),
        None,
    )


def _is_version(document: dict[str, Any]) -> bool:
    """Whether this may be a pipeline version of the KFP API: a run has values of its own besides, which a pipeline has not."""
    ids = ("pipeline_id", "pipelineId", "pipeline_version_id", "pipelineVersionId")
    of_a_run = ("run_id", "runId", "recurring_run_id", "recurringRunId", "runtime_config", "runtimeConfig", "trigger")
    inner = (document.get("pipeline_spec"), document.get("pipelineSpec"))
    is_api = any(key in document for key in ids) or any(isinstance(one, dict) and not is_ir(one) for one in inner)
    return (is_api or "pipeline_spec" in document) and not any(key in document for key in of_a_run)


def _wrapped(text: StructuredText, document: Any) -> Parts | None:
    """The IR in a wrapper."""
    found = _holder(document)
    if found is None:
        return None
    holder, (pipeline, platform), kind = found
    platforms = holder.get(platform)
    named = platforms.get("platforms") if isinstance(platforms, dict) else None
    around = {key: value for key, value in holder.items() if key not in (pipeline, platform)}
    return Parts(holder[pipeline], text.at(holder, pipeline), named if isinstance(named, dict) else {}, kind, around)


def _first_line(text: StructuredText, document: Any) -> Location:
    keys: Iterator[Any] = iter(document) if isinstance(document, dict) else iter(range(1))
    first = next(keys, None)
    return text.at(document, first)


def _kind(document: Any) -> str:
    if not isinstance(document, dict):
        return f"a {type(document).__name__}"
    return str(document.get("kind") or f"a mapping with the keys {', '.join(map(str, list(document)[:4]))}")[:100]
