"""The program that compiles DSL source: the command `kfp`, which also notes by which line each task was made, or what kept
it from compiling.

    python -m kfp_sagemaker.task_lines NOTES dsl compile --py FILE --output IR

Run by ``kfp_compiler`` alone, in a process of its own: it puts itself around functions of kfp that are not meant for others
(2.14 to 2.17 have them). Where kfp has changed, the notes stay empty, and the pipeline is compiled all the same.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any


@dataclass
class Notes:
    """What is noted of the file ``source``.

    ``pipelines`` are its pipeline functions as they ran: of each task the line of its call, and the number of the pipeline
    that it runs, if any. ``root`` is the number of the compiled one. Where none was, ``choices`` are the names in the file of
    which one has to be picked, ``without_pipeline`` is whether they are components, and ``error`` and ``error_line`` are what
    was raised, and where in the file.
    """

    source: str
    pipelines: list[dict[str, tuple[int, int | None]]] = field(default_factory=list)
    root: int | None = None
    choices: list[str] = field(default_factory=list)
    without_pipeline: bool = False
    error: str = ""
    error_line: int = 0
    #: Numbers of pipelines, by the identity of kfp's contexts and of components' specifications, which have to live on.
    contexts: dict[int, int] = field(default_factory=dict)
    graphs: dict[int, int] = field(default_factory=dict)
    alive: list[Any] = field(default_factory=list)

    def add_task(self, pipeline: Any, name: str, task: Any) -> None:
        """A task was made in the function of a pipeline."""
        if id(pipeline) not in self.contexts:
            self.contexts[id(pipeline)] = len(self.pipelines)
            self.pipelines.append({})
            self.alive.append(pipeline)
        graph = self.graphs.get(id(task.component_spec))
        self.pipelines[self.contexts[id(pipeline)]].setdefault(name, (_line_in(self.source, sys._getframe(1)), graph))

    def add_pipeline(self, component: Any) -> None:
        """The function of a pipeline has run; functions do not run in each other, so it made the last tasks."""
        self.graphs[id(component.component_spec)] = len(self.pipelines) - 1
        self.alive.append(component)

    def add_error(self, error: BaseException) -> None:
        """What ended the compilation, if that is not known yet. A status of the command's own says nothing here."""
        if self.error:
            return
        frames = traceback.extract_tb(error.__traceback__)
        self.error_line = next((one.lineno or 0 for one in reversed(frames) if _real(one.filename) == self.source), 0)
        if isinstance(error, SystemExit):
            self.error = f"it ends the program (exit status {error.code})" if self.error_line else ""
        else:
            kind = type(error)
            name = kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"
            self.error = f"{name}: {error}" if str(error) else name

    def write(self, path: Path) -> None:
        """Write the notes as JSON."""
        written = ("root", "pipelines", "choices", "without_pipeline", "error", "error_line")
        words = {name: getattr(self, name) for name in written}
        path.write_text(json.dumps(words), encoding="utf-8")


def _line_in(source: str, frame: FrameType | None) -> int:
    """The line at which a file is in the innermost of its calls; 0 when it is in none."""
    while frame is not None:
        if _real(frame.f_code.co_filename) == source:
            return frame.f_lineno
        frame = frame.f_back
    return 0


@functools.cache
def _real(path: str) -> str:
    return os.path.realpath(path)


def note_in(notes: Notes) -> None:
    """From now on, kfp tells ``notes`` about each task and pipeline."""
    from kfp.compiler import Compiler
    from kfp.dsl.graph_component import GraphComponent
    from kfp.dsl.pipeline_context import Pipeline

    def around(owner: Any, name: str, note: Callable[..., None]) -> None:
        original = getattr(owner, name)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            with contextlib.suppress(Exception):  # no note is worth a pipeline
                note(result, *args, **kwargs)
            return result

        setattr(owner, name, wrapper)

    def task_added(name: str, pipeline: Any, task: Any, *args: Any, **kwargs: Any) -> None:
        notes.add_task(pipeline, name, task)

    def function_ran(_: None, component: Any, *args: Any, **kwargs: Any) -> None:
        notes.add_pipeline(component)

    def compiled(_: None, compiler: Any, pipeline_func: Any, *args: Any, **kwargs: Any) -> None:
        notes.root = notes.graphs.get(id(pipeline_func.component_spec))

    around(Pipeline, "add_task", task_added)
    around(GraphComponent, "__init__", function_ran)
    around(Compiler, "compile", compiled)


def note_choices(notes: Notes) -> None:
    """From now on, kfp tells ``notes`` what there is to pick from, when a file has not just one pipeline or component."""
    from kfp.cli import compile_
    from kfp.dsl.base_component import BaseComponent
    from kfp.dsl.graph_component import GraphComponent

    pick = compile_.collect_pipeline_or_component_func

    def picked(python_file: str, function_name: str | None) -> Any:
        try:
            return pick(python_file, function_name)
        except ValueError:
            # Only where the file could be imported is it among the modules.
            module = sys.modules.get(Path(python_file).stem)
            if module is None:
                raise
            found = vars(module)
            components = {name: one for name, one in found.items() if isinstance(one, BaseComponent)}
            pipelines = [name for name, one in components.items() if isinstance(one, GraphComponent)]
            notes.choices, notes.without_pipeline = pipelines or list(components), not pipelines
            notes.error = "" if components else "it has no pipeline and no component"
            raise

    compile_.collect_pipeline_or_component_func = picked


def main() -> None:
    """Compile as `kfp` does; `kfp` itself hides where an error was."""
    path = Path(sys.argv.pop(1))
    notes = Notes(os.path.realpath(sys.argv[sys.argv.index("--py") + 1]))
    with contextlib.suppress(ImportError, AttributeError):
        note_in(notes)
    with contextlib.suppress(ImportError, AttributeError):
        note_choices(notes)
    from kfp.cli import cli

    try:
        cli.cli(obj={})
    except BaseException as error:
        notes.add_error(error)
        raise
    finally:
        notes.write(path)


if __name__ == "__main__":
    main()
