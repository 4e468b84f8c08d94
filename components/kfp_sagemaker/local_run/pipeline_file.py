"""Reading what the user calls a pipeline: compiled IR (YAML or JSON), a component file, or Python DSL source.

Not here: changing the IR so that kfp.local runs it rightly (:mod:`.kfp_local_spec`).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kfp_sagemaker.local_run.errors import InputRefused


@dataclass(frozen=True)
class Pipeline:
    """A pipeline as KFP's API server would store it."""

    spec: Any
    """``ml_pipelines.PipelineSpec`` message."""
    platforms: Mapping[str, Any]
    """The ``platforms`` document of the IR, for example the Kubernetes settings; empty when there is none."""

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
    if not path.is_file():
        raise InputRefused([f"{path}: there is no such file"])
    if path.suffix == ".py":
        with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
            compiled = Path(folder) / "pipeline.yaml"
            compile_source(path, compiled, function)
            return parse(compiled.read_text(), str(path))
    if function:
        raise InputRefused([f"--function {function}: {path} is compiled already; the option is for Python source"])
    return parse(path.read_text(), str(path))


def compile_source(source: Path, output: Path, function: str = "") -> None:
    """Compile Python DSL source with the kfp that is installed here; ``source``'s own code runs."""
    program = [sys.executable, "-c", "from kfp.cli import cli; cli.cli(obj={})"]  # `kfp` itself hides where an error was
    command = [*program, "dsl", "compile", "--py", str(source), "--output", str(output)]
    if function:
        command += ["--function", function]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0 or not output.is_file():
        raise InputRefused([f"{source} does not compile: {_what_went_wrong(result.stdout + result.stderr, source)}"])


def _what_went_wrong(text: str, source: Path) -> str:
    """The last line of a compiler's output, with the line of the user's file that it came from."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    message = lines[-1] if lines else "the compiler said nothing"
    places = re.findall(rf'File "[^"]*{re.escape(source.name)}", line (\d+)', text)
    return f"{message} ({source.name}, line {places[-1]})" if places else message


def parse(text: str, origin: str) -> Pipeline:
    """The pipeline in the text of an IR or component file; ``origin`` is its name in messages."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    try:
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.YAMLError as error:
        raise InputRefused([f"{origin} is neither YAML nor JSON: {' '.join(str(error).split())}"]) from None
    if not documents or not isinstance(documents[0], dict):
        raise InputRefused([f"{origin} holds no pipeline: expected the IR that `kfp dsl compile` writes"])
    first = _unwrapped(documents[0])
    platforms = documents[1].get("platforms", {}) if len(documents) > 1 and isinstance(documents[1], dict) else {}
    if "implementation" in first:
        return Pipeline(_spec_of_component_file(text, origin), {})
    if first.get("kind") == "Workflow":
        raise InputRefused(
            [f"{origin} is an Argo Workflow, as the KFP 1 SDK compiles: compile the pipeline with kfp 2 (`kfp dsl compile`)"]
        )
    if "pipelineInfo" not in first:
        raise InputRefused([f"{origin} holds no pipeline: it has no pipelineInfo, as `kfp dsl compile` writes it"])
    try:
        return Pipeline(json_format.ParseDict(first, pipeline_spec_pb2.PipelineSpec()), platforms)
    except json_format.ParseError as error:
        raise InputRefused([f"{origin} is not a pipeline of this kfp: {error}"]) from None


def _unwrapped(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The IR inside a PipelineVersion resource or a Vertex job."""
    inner = document.get("pipelineSpec") or (document.get("spec") or {}).get("pipelineSpec")
    return inner if isinstance(inner, dict) else document


def _spec_of_component_file(text: str, origin: str) -> Any:
    from kfp import components

    try:
        return components.load_component_from_text(text).pipeline_spec
    except Exception as error:
        raise InputRefused([f"{origin} is not a component that kfp loads: {error}"]) from None
