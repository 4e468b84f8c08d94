"""Compiling without a process for each pipeline."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.kfp_compiler import without_heading
from kfp_sagemaker_converter.back_ends.python import source as python
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location


def compiled_here(path: Path, function: str, name: str) -> tuple[str, Any]:
    """As the sandboxed compiler, but in this process, which has kfp loaded: seconds less."""
    from kfp.compiler import Compiler

    spec = importlib.util.spec_from_file_location("written", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        Compiler().compile(getattr(module, function), str(path.with_suffix(".yaml")))
    except Exception as error:
        raise Refused([rules.does_not_compile(Location(name), name, f"{type(error).__name__}: {error}")]) from None
    return without_heading(path.with_suffix(".yaml").read_text(encoding="utf-8")), None


@pytest.fixture
def compiling_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "compiled", compiled_here)
