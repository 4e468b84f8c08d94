"""Lines of DSL source for what the compiled pipeline's diagnostics are about.

A step stands where the call is that made its task. Where that is not known (a component that is compiled alone, a call in
another file), it stands at its function, which is found by kfp's naming of components.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kfp_sagemaker.kfp_compiler import TaskCalls

from kfp_sagemaker_converter.model import Dag, Pipeline


@dataclass(frozen=True)
class SourceLines:
    """The lines of calls in ``source``: by the labels of executors and the names of components (``by_name``), and by the lines
    of executors in the compiled pipeline.
    """

    source: str
    by_name: Mapping[str, int] = field(default_factory=dict)
    by_compiled_line: Mapping[int, int] = field(default_factory=dict)

    def line(self, subject: str, compiled_line: int) -> int:
        """The line of what a diagnostic is about; 0 for the file as a whole."""
        return self.by_name.get(subject) or self.by_compiled_line.get(compiled_line) or _line_of_function(self.source, subject)


def source_lines(source: str, pipeline: Pipeline | None, calls: TaskCalls) -> SourceLines:
    """The lines of a compiled pipeline. Of several tasks with one component, the first one's."""
    if pipeline is None or pipeline.root.dag is None:
        return SourceLines(source)
    by_name: dict[str, int] = {}
    seen: set[tuple[str, int | None]] = set()

    def walk(dag: Dag, here: int | None) -> None:
        for name, task in dag.tasks.items():
            component, call = pipeline.components.get(task.component), calls.of(here).get(name)
            if component is None:
                continue
            if call is not None and call.line:
                for of in (component.name, component.executor):
                    if of:
                        by_name.setdefault(of, call.line)
            if component.dag is not None:
                # Blocks are no calls: their tasks were made in the same function.
                inner = here if call is None else call.pipeline
                if (component.name, inner) not in seen:
                    seen.add((component.name, inner))
                    walk(component.dag, inner)

    walk(pipeline.root.dag, calls.root)
    executors = ((label, one.location.line) for label, one in pipeline.executors.items())
    return SourceLines(source, by_name, {line: by_name[label] for label, line in executors if line and label in by_name})


def _line_of_function(source: str, step: str) -> int:
    """The line of the function that a step was made from, by kfp's naming of components; 0 when there is none."""
    name = step.removeprefix("exec-").removeprefix("comp-")
    for candidate in (name, re.sub(r"-\d+\Z", "", name)):
        if candidate:
            match = re.search(rf"^[ \t]*(?:async )?def {re.escape(candidate.replace('-', '_'))}\b", source, re.MULTILINE)
            if match:
                return source.count("\n", 0, match.start()) + 1
    return 0
