"""From the text of IR to the pipeline model."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.components import component_of
from kfp_sagemaker_converter.front_ends.kfp_v2.documents import VERTEX, Parts, parts_of
from kfp_sagemaker_converter.front_ends.kfp_v2.executors import executor_of
from kfp_sagemaker_converter.front_ends.kfp_v2.loadable import check_loadable
from kfp_sagemaker_converter.front_ends.kfp_v2.message import check_platforms, is_plain, message_of, normalised
from kfp_sagemaker_converter.front_ends.kfp_v2.newer_ir import newer_fields
from kfp_sagemaker_converter.front_ends.kfp_v2.older_ir import modernise
from kfp_sagemaker_converter.front_ends.kfp_v2.places import located
from kfp_sagemaker_converter.front_ends.kfp_v2.platforms import platform_of
from kfp_sagemaker_converter.front_ends.kfp_v2.references import dangling
from kfp_sagemaker_converter.front_ends.kfp_v2.runtime_config import apply_runtime_config
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.model import Document, Format, Pipeline
from kfp_sagemaker_converter.rules import pipeline as pipeline_rules
from kfp_sagemaker_converter.rules import reading as rules


def read_ir(text: StructuredText) -> tuple[Document, list[Diagnostic]]:
    """The pipeline in the documents of a file.

    Raises:
        Refused: there is none, there are several, or it is no valid IR.
    """
    parts, findings = parts_of(text)
    if len(parts) != 1:
        raise Refused([rules.not_one_pipeline(part.at, text.file, len(parts)) for part in parts[1:2]] or findings)
    document, more = _document(text, parts[0])
    return document, [*text.findings, *findings, *more]


def _document(text: StructuredText, parts: Parts) -> tuple[Document, list[Diagnostic]]:
    ir, findings = parts.ir, []
    try:
        message = message_of(ir, parts.at)
    except Refused as refused:
        raise located(refused, text, ir) from None
    try:
        check_platforms(parts.platforms, parts.at)
    except Refused as refused:
        raise located(refused, text, {"platforms": parts.platforms}) from None
    if not message.pipeline_info.name:
        raise Refused([pipeline_rules.no_name(parts.at, "")])
    if not is_plain(ir, message):
        ir = normalised(message)  # in one spelling, without lines
    if old := modernise(ir):
        findings.append(pipeline_rules.older_ir(parts.at, "", ", ".join(old)))
    check_loadable(text, ir, parts.at)
    if parts.wrapper_kind == VERTEX:
        findings += apply_runtime_config(ir, parts.wrapper, parts.at)
    pipeline = _pipeline(text, ir, parts)
    findings += [*dangling(pipeline), *newer_fields(pipeline)]
    document = Document(text.file, Format.KFP_V2_IR, pipeline, False, parts.wrapper_kind, parts.wrapper)
    return document, findings


def _pipeline(text: StructuredText, ir: dict[str, Any], parts: Parts) -> Pipeline:
    info = ir.get("pipelineInfo") or {}
    components = ir.get("components") or {}
    executors = ir["deploymentSpec"]["executors"]
    return Pipeline(
        name=info.get("name", ""),
        display_name=info.get("displayName", ""),
        description=info.get("description", ""),
        root=component_of(text, "root", ir.get("root") or {}, text.at(ir, "root")),
        components={
            name: component_of(text, name, words or {}, text.at(components, name)) for name, words in components.items()
        },
        executors={label: executor_of(words, text.at(executors, label)) for label, words in executors.items()},
        platforms={
            name: platform_of(text, name, words, text.at(parts.platforms, name)) for name, words in parts.platforms.items()
        },
        default_pipeline_root=ir.get("defaultPipelineRoot", ""),
        sdk_version=str(ir.get("sdkVersion", "")),
        schema_version=str(ir.get("schemaVersion", "")),
        location=parts.at,
        words=ir,
    )
