"""Reading what the user calls a pipeline: compiled IR (YAML or JSON), a component file, or Python DSL source.

Not here: changing the IR so that kfp.local runs it rightly (:mod:`.kfp_local_spec`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kfp_sagemaker.kfp_compiler import LONGEST, compile_source, line_that_is_no_comment, without_heading
from kfp_sagemaker.local_run import yaml_or_json
from kfp_sagemaker.local_run.errors import InputRefused
from kfp_sagemaker.local_run.pipeline_shape import shape_problems


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as KFP's API server would store it."""

    spec: Any
    """``ml_pipelines.PipelineSpec`` message."""
    platforms: Mapping[str, Any]
    """The ``platforms`` document of the IR, for example the Kubernetes settings; empty when there is none."""
    unreadable: str = ""
    """Why KFP itself cannot read the file; empty when it can."""

    @property
    def name(self) -> str:
        return str(self.spec.pipeline_info.name)


def load(path: Path, function: str = "") -> Pipeline:
    """The pipeline in a file.

    A ``.py`` file is compiled by ``kfp dsl compile`` in a process of its own, which runs the user's code;
    ``function`` picks the pipeline when the file has several.

    Raises:
        InputRefused: the file is absent, is no pipeline, or does not compile.
    """
    if not path.exists():
        raise InputRefused([f"{path}: there is no such file"])
    if path.is_dir():
        raise InputRefused([f"{path}: is a folder; name the pipeline in it"])
    if path.suffix == ".py":
        return parse(_compiled(path, function), str(path))
    if function:
        raise InputRefused([f"--function {function}: {path} is compiled already; the option is for Python source"])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else f"cannot be read: {error.strerror}"
        raise InputRefused([f"{path}: {problem}"]) from None
    return parse(text, str(path))


def _compiled(source: Path, function: str) -> str:
    made = compile_source(source, function)
    if made.timed_out:
        raise InputRefused([f"{source} does not compile: it did not end within {LONGEST:g} seconds"])
    if made.choices:
        wrong = f"has no pipeline function {function}" if function else "has several to run"
        raise InputRefused([f"{source} {wrong}: say which one, such as --function {made.choices[-1]}, of "
                            f"{', '.join(made.choices)}"])
    if not made.text:
        place = f" ({source.name}, line {made.line})" if made.line else ""
        raise InputRefused([f"{source} does not compile: {made.complaint}{place}"])
    return made.text


def parse(text: str, origin: str) -> Pipeline:
    """The pipeline in the text of an IR or component file; ``origin`` is its name in messages."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    try:
        documents = [document for document in yaml_or_json.documents(without_heading(text)) if document is not None]
    except yaml.YAMLError as error:
        raise InputRefused([f"{origin} is neither YAML nor JSON: {' '.join(str(error).split())}"]) from None
    if not documents or not isinstance(documents[0], dict):
        raise InputRefused([f"{origin} holds no pipeline: expected the IR that `kfp dsl compile` writes"])
    first = _unwrapped(documents[0])
    platforms = documents[1].get("platforms", {}) if len(documents) > 1 and isinstance(documents[1], dict) else {}
    if "implementation" in first:
        spec, ir = _component_file(text, origin)
        _check_shape(ir, {}, origin)
        return Pipeline(spec, {})
    if first.get("kind") == "Workflow":
        raise InputRefused(
            [f"{origin} is an Argo Workflow, as the KFP 1 SDK compiles: compile the pipeline with kfp 2 (`kfp dsl compile`)"]
        )
    if "pipelineInfo" not in first:
        raise InputRefused([f"{origin} holds no pipeline: it has no pipelineInfo, as `kfp dsl compile` writes it"])
    line = line_that_is_no_comment(text)
    unreadable = (f"{origin}, line {line}: kfp wrote a default of several lines into the comments above the pipeline, which "
                  "KFP cannot read: delete what is above `components:` before you upload the file") if line else ""
    try:
        spec = json_format.ParseDict(first, pipeline_spec_pb2.PipelineSpec())
    except (json_format.ParseError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputRefused([f"{origin} is not a pipeline of this kfp: {error}"]) from None
    _check_shape(first, platforms, origin)
    return Pipeline(spec, platforms, unreadable)


def _check_shape(ir: Mapping[str, Any], platforms: Any, origin: str) -> None:
    if problems := list(shape_problems(ir, platforms)):
        raise InputRefused([f"{origin} is not a pipeline of this kfp: {problem}" for problem in problems])


def _unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The IR inside a PipelineVersion resource or a Vertex job."""
    inner = document.get("pipelineSpec") or (document.get("spec") or {}).get("pipelineSpec")
    return inner if isinstance(inner, dict) else document


def _component_file(text: str, origin: str) -> tuple[Any, dict[str, Any]]:
    """The pipeline that kfp makes of a component file, as a message and as IR."""
    from google.protobuf import json_format
    from kfp import components

    try:
        spec = components.load_component_from_text(text).pipeline_spec
        return spec, json_format.MessageToDict(spec)
    except Exception as error:
        raise InputRefused([f"{origin} is not a component that kfp loads: {error}"]) from None
