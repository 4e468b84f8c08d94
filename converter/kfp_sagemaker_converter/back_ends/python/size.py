"""How large a pipeline is to kfp's compiler, which writes out each use of a nested pipeline.

A file of a few lines can nest to any size: twenty pipelines of which each uses the next one twice are a million steps. Time
and memory of compiling and comparing are bounded by a bound on this.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.front_ends.structured_text import LONGEST_TEXT
from kfp_sagemaker_converter.model import Component, Pipeline

MOST_TASKS = 10_000


@dataclass(frozen=True)
class Size:
    """Of a component with all that it uses: tasks, and the characters of their executors."""

    tasks: int = 0
    characters: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.tasks + other.tasks, self.characters + other.characters)


def size_written_out(pipeline: Pipeline) -> Size:
    """The size of a pipeline, in time that grows with its text only.

    Raises:
        CannotSay: a pipeline is within itself.
    """
    known: dict[str, Size | None] = {}

    def size(component: Component | None) -> Size:
        if component is None:
            return Size()
        if component.name not in known:
            known[component.name] = None
            executor = pipeline.executors.get(component.executor or "")
            found = Size(0, len(json.dumps(executor.words, default=str)) if executor is not None else 0)
            for task in component.dag.tasks.values() if component.dag is not None else ():
                found += Size(1) + size(pipeline.components.get(task.component))
            known[component.name] = found
        measured = known[component.name]
        if measured is None:
            raise CannotSay(f"the pipeline {component.name}, which is within itself")
        return measured

    return size(pipeline.root)


def check_size(pipeline: Pipeline) -> None:
    """Whether kfp can be given the pipeline to compile.

    Raises:
        CannotSay: it is too large.
    """
    size = size_written_out(pipeline)
    if size.tasks > MOST_TASKS:
        raise CannotSay(f"{size.tasks:,} tasks, each use of nested pipelines written out, as by kfp ({MOST_TASKS:,} at most)")
    if size.characters > LONGEST_TEXT:
        written = f"{size.characters:,} characters, each use of steps written out, as by kfp"
        raise CannotSay(f"{written} ({LONGEST_TEXT:,} at most)")
