"""kfp's compiler in this process, which has kfp loaded, instead of in one of its own: seconds less."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

from kfp_sagemaker.kfp_compiler import without_heading
from kfp_sagemaker_converter.back_ends.python.writer import MAIN
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.source import CompiledSource
from kfp_sagemaker_converter.rules import compiling as rules
from kfp_sagemaker_converter.source import Location

#: DSL source of the converter's that was compiled by tests of this process, with the first test that did, and its IR.
compiled_by_tests: dict[str, tuple[str, str]] = {}


def compiled_here(path: Path, function: str, name: str) -> CompiledSource:
    """As the compiler of ``front_ends.kfp_v2.source``."""
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
    ir = without_heading(path.with_suffix(".yaml").read_text(encoding="utf-8"))
    if function == MAIN:
        compiled_by_tests.setdefault(path.read_text(encoding="utf-8"), (running_test(), ir))
    return CompiledSource(ir, rules.code_ran(Location(name), name))


def running_test() -> str:
    """The name of the test that is running."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)")
