"""Run by the Python of scripts/kfp-version: does what it is asked with one kfp, many files in one process.

Standard input is a JSON object, name to ``{"do": ..., "text": ...}``. Standard output: the same names to ``problem``, empty
when there is none, and ``text``, what was made. What can be done is in ``_ACTIONS``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

warnings.simplefilter("ignore")


def load(text: str) -> str:
    """A pipeline or a component, as kfp loads it; a pipeline's documents are first parsed with unknown fields refused."""
    from google.protobuf import json_format
    from kfp import components
    from kfp.pipeline_spec import pipeline_spec_pb2

    documents = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    if "implementation" not in documents[0]:
        json_format.ParseDict(documents[0], pipeline_spec_pb2.PipelineSpec())
        for document in documents[1:]:
            json_format.ParseDict(document, pipeline_spec_pb2.PlatformSpec())
    components.load_component_from_text(text)
    return ""


def load_quickly(text: str) -> str:
    """As ``load``, but kfp reads the YAML with libyaml: a fifth of the time."""
    slow = yaml.SafeLoader
    yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc,assignment]
    try:
        return load(text)
    finally:
        yaml.SafeLoader = slow  # type: ignore[misc]


def load_and_compile(text: str) -> str:
    """As ``load``; what was loaded is compiled again."""
    from kfp import components
    from kfp.compiler import Compiler

    load(text)
    with tempfile.TemporaryDirectory() as folder:
        Compiler().compile(components.load_component_from_text(text), str(Path(folder) / "again.yaml"))
    return ""


def compile_source(text: str) -> str:
    """The IR of the function ``pipeline`` of DSL source."""
    from kfp.compiler import Compiler

    with tempfile.TemporaryDirectory() as folder:
        path, output = Path(folder) / "pipeline.py", Path(folder) / "pipeline.yaml"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("pipeline", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        Compiler().compile(module.pipeline, str(output))
        return output.read_text(encoding="utf-8")


def convert_golden(name: str) -> str:
    """The golden pipeline of this name, converted by the converter beside this kfp."""
    from golden import converted

    return converted(name).text


_ACTIONS: dict[str, Callable[[str], str]] = {
    one.__name__: one for one in (load, load_quickly, load_and_compile, compile_source, convert_golden)
}


def main() -> None:
    """Do all of it."""
    asked: dict[str, dict[str, Any]] = json.load(sys.stdin)
    done = {}
    for name, one in asked.items():
        try:
            with contextlib.redirect_stdout(sys.stderr):
                done[name] = {"problem": "", "text": _ACTIONS[one["do"]](one["text"])}
        except Exception as error:
            done[name] = {"problem": f"{type(error).__name__}: {error}"[:2000], "text": ""}
    json.dump(done, sys.stdout)


if __name__ == "__main__":
    main()
