"""What kfp's compiler writes above the IR: defaults of several lines, which are no comments there, are left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kfp_sagemaker import kfp_compiler
from kfp_sagemaker.kfp_compiler import compile_source, line_that_is_no_comment, without_heading
from kfp_sagemaker.local_run import pipeline_file
from kfp_sagemaker_converter.conversion import convert

IR = "components:\n  comp-a: {}\npipelineInfo: {}\nroot: {}\n"
HEADING = "# PIPELINE DEFINITION\n# Inputs:\n"

SOURCE = """
from kfp import dsl

@dsl.component(base_image="python:3.11", install_kfp_package=False)
def echo(text: str) -> str:
    return text

@dsl.pipeline(name="of-lines")
def of_lines(text: str = {default!r}):
    echo(text=text)
"""


@pytest.mark.parametrize(
    ("text", "kept", "line"),
    [
        (f"{HEADING}#    text: str [Default: 'a\nb']\n{IR}", f"\n\n\n\n{IR}", 4),
        (f"{HEADING}#    text: str [Default: 'a\ncomponents:\nb']\n{IR}", f"\n\n\n\n\n{IR}", 4),
        (f"{HEADING}#    text: str [Default: 'a']\n{IR}", f"\n\n\n{IR}", 0),
        (IR, IR, 0),
        (f"# mine\n{IR}", f"# mine\n{IR}", 0),
        (f"{HEADING}root: {{}}\n{IR[:11]}\n  a: {{}}\n", f"{HEADING}root: {{}}\n{IR[:11]}\n  a: {{}}\n", 0),
        (f"{HEADING}#    text: [Default: 'a\r\nb']\r\n{IR}".replace("s:\n", "s:\r\n"), None, 4),
    ],
)
def test_what_kfp_writes_above_the_ir_is_left_out(text: str, kept: str | None, line: int) -> None:
    if kept is not None:
        assert without_heading(text) == kept
    assert without_heading(text).count("\n") == text.count("\n"), "lines keep their numbers"
    assert line_that_is_no_comment(text) == line


@pytest.mark.parametrize("default", ["first\nsecond: x", "a\ncomponents:\n  y: 1", "it's\n'quoted'\n\n# é\n"])
def test_a_default_of_several_lines_is_read(tmp_path: Path, load_source: Callable[[Path], str], default: str) -> None:
    """By ``local run`` and the converter alike, from the file that kfp writes and from source."""
    source, written = tmp_path / "of_lines.py", tmp_path / "of_lines.yaml"
    source.write_text(SOURCE.format(default=default))
    written.write_text(load_source(source))
    pipeline = pipeline_file.load(written)
    assert pipeline.spec.root.input_definitions.parameters["text"].default_value.string_value == default
    assert "delete what is above `components:`" in pipeline.unreadable
    conversion = convert(written.read_text(), str(written))
    (found,) = conversion.documents[:1]
    assert found["root"]["inputDefinitions"]["parameters"]["text"]["defaultValue"] == default


def test_source_with_such_a_default_is_compiled(tmp_path: Path) -> None:
    source = tmp_path / "of_lines.py"
    source.write_text(SOURCE.format(default="a\nb"))
    made = compile_source(source)
    assert made.text.lstrip("\n").startswith("components:"), made.said
    loaded = pipeline_file.load(source)
    assert loaded.spec.root.input_definitions.parameters["text"].default_value.string_value == "a\nb"
    assert not loaded.unreadable


@pytest.fixture
def load_source(tmp_path: Path) -> Callable[[Path], str]:
    """Compiles in this process, which has kfp loaded; what kfp writes is as it wrote it."""

    def compile_here(source: Path) -> str:
        import importlib.util

        from kfp.compiler import Compiler

        spec = importlib.util.spec_from_file_location(f"{source.stem}_{tmp_path.name}", source)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        Compiler().compile(module.of_lines, str(tmp_path / "compiled.yaml"))
        return (tmp_path / "compiled.yaml").read_text()

    return compile_here


def test_more_than_a_pipeline_may_have_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kfp_compiler, "LARGEST", 1_000)
    (tmp_path / "of_lines.py").write_text(SOURCE.format(default="x" * 1_000))
    compiled = compile_source(tmp_path / "of_lines.py")
    assert compiled.text == ""
    assert "of 1,000 at most" in compiled.complaint


def test_a_compiler_that_says_nothing_is_told_by_its_exit_status(tmp_path: Path) -> None:
    source = tmp_path / "silent.py"
    source.write_text("import os\nos._exit(3)\n")
    assert compile_source(source).complaint == "the compiler ended with exit status 3, and said nothing"
