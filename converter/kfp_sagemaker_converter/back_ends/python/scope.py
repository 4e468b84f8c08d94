"""What is known while a function is written: the DAG that it is in, and the variables that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kfp_sagemaker_converter.back_ends.python.callables import Callables
from kfp_sagemaker_converter.back_ends.python.graph import in_writing_order
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, Names, variable_name
from kfp_sagemaker_converter.model import Dag, Pipeline, Task

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
    """A function while it is written."""

    pipeline: Pipeline
    callables: Callables
    #: Its inputs and variables.
    names: Names
    #: The names that kfp gave to its tasks: in all blocks of one function each is another.
    tasks: Names = field(default_factory=lambda: Names(separator="-"))
    lines: list[str] = field(default_factory=list)
    #: Components of the blocks that are written: each once, in kfp's pipelines, so that source is no longer than IR.
    blocks: set[str] = field(default_factory=set)
    _variables: dict[tuple[int, str], str] = field(default_factory=dict)
    _orders: dict[int, list[Task]] = field(default_factory=dict)

    def say(self, indent: int, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * indent + line)

    def new_variable(self, wanted: str) -> str:
        """A variable like a name, which is no component's or function's."""
        name = self.names.take(self.names.free(variable_name(wanted), self.callables.names))
        return self.callables.variables.take(name)

    def has_variable(self, task: Task, variable: str, output: str = "") -> None:
        """Tell the variable of a task or block, or of an output of it. Names of tasks are of one DAG only, tasks are not."""
        self._variables[id(task), output] = variable

    def variable_of(self, task: Task, output: str = "") -> str:
        """The variable of a task that is written, or of an output of it.

        Raises:
            CannotSay: it is not, since it is no task of the source.
        """
        if (id(task), output) not in self._variables:
            raise CannotSay(f"{f'the output {output} of ' if output else ''}the task {task.name} before it is there")
        return self._variables[id(task), output]

    def order(self, dag: Dag) -> list[Task]:
        """The tasks of a DAG as they are written."""
        if id(dag) not in self._orders:
            self._orders[id(dag)] = in_writing_order(dag, self.pipeline.components)
        return self._orders[id(dag)]
