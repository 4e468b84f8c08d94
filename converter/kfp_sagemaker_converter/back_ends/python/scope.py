"""What is known while a function is written: the DAG that it is in, and the variables that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Dag, Pipeline

#: The Python expressions of a DAG's inputs, by name.
Inputs = Mapping[str, str]

@dataclass(frozen=True)
class Scope:
    """A DAG while it is written: ``inputs`` are the expressions of its inputs, ``indent`` is in levels."""

    dag: Dag
    inputs: Inputs
    indent: int

    def reference(self, name: str) -> str:
        """The expression of an input.

        Raises:
            CannotSay: no task hands it on.
        """
        if name not in self.inputs:
            raise CannotSay(f"the input {name}, which nothing gives")
        return self.inputs[name]


@dataclass
class Function:
    """A function while it is written. ``callables`` are the variables of components and functions, by component name."""

    pipeline: Pipeline
    callables: Mapping[str, str]
    taken: set[str]
    variables: dict[str, str] = field(default_factory=dict)
    #: Expressions that were given a variable, such as ``dsl.OneOf(...)``.
    named: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    #: Components of the blocks that are written: each once, in kfp's pipelines, so that source is no longer than IR.
    blocks: set[str] = field(default_factory=set)

    def say(self, indent: int, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * indent + line)


def key_of(scope: Scope, task: str) -> str:
    """A task's key in ``variables``: names are of one DAG only, so are tasks."""
    return str(id(scope.dag.tasks[task]))
