"""Diagnostics of DSL source stand at the call that made the task: in blocks, helpers, nested pipelines, other files."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from kfp_sagemaker.kfp_compiler import TaskCall, TaskCalls
from kfp_sagemaker_converter.conversion import convert
from kfp_sagemaker_converter.front_ends.kfp_v2.source import CompiledSource, compiled
from kfp_sagemaker_converter.front_ends.kfp_v2.source_lines import SourceLines, source_lines
from small_pipelines import document, pipeline, step, task

SOURCE = '''
from kfp import dsl
from elsewhere import made_elsewhere


@dsl.component(base_image="python:3.11")
def train(rows: int = 1) -> int:
    return rows


@dsl.component(base_image="python:3.11")
def notify():
    pass


def tuned(rows):
    task = train(rows=rows)  # helper
    task.set_cpu_limit("2")
    return task


@dsl.pipeline
def inner(rows: int) -> int:
    first = train(rows=rows)  # in inner
    with dsl.If(first.output > 1):
        notify()  # in a condition of inner
    return first.output


@dsl.pipeline(name="whole")
def whole(rows: int = 2):
    last = notify()  # exit
    with dsl.ExitHandler(last):
        with dsl.ParallelFor([1, 2]) as item:
            train(  # in a loop
                rows=item
            )
            with dsl.If(item == 1):
                train(rows=item).set_display_name("second")  # in a condition
        tuned(rows)
        nested = inner(rows=rows)  # nested
        inner(rows=nested.output)  # nested again
        made_elsewhere(train)  # in another file
        dsl.importer(artifact_uri="s3://b/k", artifact_class=dsl.Model)  # importer


@dsl.pipeline
def other():
    notify()
'''
ELSEWHERE = "def made_elsewhere(component):\n    return component(rows=3)\n"


def line_of(comment: str) -> int:
    (line,) = (number for number, text in enumerate(SOURCE.splitlines(), start=1) if text.endswith(f"# {comment}"))
    return line


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CompiledSource:
    folder = tmp_path_factory.mktemp("source")
    (folder / "elsewhere.py").write_text(ELSEWHERE)
    (folder / "whole.py").write_text(SOURCE)
    return compiled(folder / "whole.py", "whole")


@pytest.fixture(scope="module")
def lines(made: CompiledSource) -> SourceLines:
    read = convert(made.text, "compiled.yaml").document
    assert read is not None
    return source_lines(SOURCE, read.pipeline, made.calls)


@pytest.mark.parametrize(
    ("component", "comment"),
    [
        ("exec-notify", "exit"),
        ("exec-train", "in a loop"),
        ("exec-train", "in a condition"),
        ("exec-train", "helper"),
        ("exec-train", "in another file"),
        ("exec-importer", "importer"),
        ("comp-inner", "nested"),
        ("comp-inner", "nested again"),
    ],
)
def test_a_step_stands_at_its_call(lines: SourceLines, component: str, comment: str) -> None:
    """kfp numbers the steps of one component (``exec-train-2``), those of nested pipelines first."""
    prefix = component[:5]
    (step,) = (name for name in lines.by_name if name.startswith(prefix) and lines.line(name, 0) == line_of(comment))
    assert step.startswith(component)


def test_steps_of_nested_pipelines_stand_in_their_functions(made: CompiledSource, lines: SourceLines) -> None:
    at = {line for name, line in lines.by_name.items() if name.startswith("exec-")}
    assert {line_of("in inner"), line_of("in a condition of inner")} <= at
    in_inner = [name for name, line in lines.by_name.items() if line == line_of("in inner") and name.startswith("exec-")]
    assert len(in_inner) == 2, lines.by_name


def test_what_is_said_about_an_image_stands_at_the_step_that_has_it(made: CompiledSource, lines: SourceLines) -> None:
    report = convert(made.text, "compiled.yaml").report
    (about_image,) = (one for one in report.diagnostics if one.subject == "python:3.11")
    assert lines.line(about_image.subject, about_image.location.line) in lines.by_name.values()


def test_without_a_call_a_step_stands_at_its_function(tmp_path: Path) -> None:
    source = SOURCE.replace("from elsewhere import made_elsewhere\n", "")
    without = source_lines(source, document(pipeline()).pipeline, TaskCalls())
    assert without.line("exec-train", 0) == source.splitlines().index("def train(rows: int = 1) -> int:") + 1
    assert without.line("exec-train-2", 0) == without.line("comp-train", 0)
    assert without.line("exec-unknown", 0) == 0


def test_a_component_that_is_compiled_alone_stands_at_its_function(tmp_path: Path) -> None:
    text = "from kfp import dsl\n\n\n@dsl.component(base_image='python:3.11')\ndef alone():\n    pass\n"
    (tmp_path / "alone.py").write_text(text)
    one = compiled(tmp_path / "alone.py")
    assert one.calls.root is None
    read = convert(one.text, "compiled.yaml").document
    assert read is not None
    assert source_lines(text, read.pipeline, one.calls).line("exec-alone", 0) == 5


def test_of_several_tasks_of_a_component_the_first_counts() -> None:
    both = document(pipeline({"comp-train": step("train")}, tasks={"train": task("train"), "again": task("train")})).pipeline
    calls = TaskCalls(({"train": TaskCall(7), "again": TaskCall(9)},), 0)
    assert source_lines("", both, calls).by_name == {"comp-train": 7, "exec-train": 7}


@pytest.mark.parametrize(
    "notes", ["", "[]", "{}", '{"root": 5, "pipelines": []}', '{"root": 0, "pipelines": [{"a": 1}]}', "\\xff"]
)
def test_notes_that_the_users_code_has_spoilt_are_none(tmp_path: Path, notes: str) -> None:
    text = textwrap.dedent(
        f'''
        import atexit, sys
        from kfp import dsl
        import kfp_sagemaker.task_lines as program

        program.Notes.write = lambda self, path: path.write_text({notes!r})
        sys.modules["__main__"].Notes.write = program.Notes.write

        @dsl.component(base_image="python:3.11")
        def train():
            pass

        @dsl.pipeline
        def spoilt():
            train()
        '''
    )
    (tmp_path / "spoilt.py").write_text(text)
    one = compiled(tmp_path / "spoilt.py")
    assert "name: spoilt" in one.text
    assert one.calls.of(one.calls.root) == {}
