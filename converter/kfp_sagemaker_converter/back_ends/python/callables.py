"""What the functions of a file call: components that are loaded, and functions of nested pipelines, each once.

kfp gives each task a component of its own, so that the IR has what was one component in the source as often as it was used.
What is the same is one here. A task's name is its component's, with a number when the function has such a task already: where
that would be another name than the task's, the component is loaded under the name of the task.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kfp_sagemaker_converter.back_ends.python.components import component_content, load_statements
from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.names import (
    CannotSay,
    Names,
    check_pipeline_name,
    check_task_name,
    variable_name,
)
from kfp_sagemaker_converter.back_ends.python.signature import Lists
from kfp_sagemaker_converter.model import Component, Container, Pipeline, Task

#: Writes the function of a pipeline, given its component, its name, its decorator, and what it may call.
WriteFunction = Callable[[Component, str, str, "Callables"], str]


@dataclass
class Callables:
    """The callables of a file while it is written. ``lists`` are the types of lists that loops take apart."""

    pipeline: Pipeline
    lists: Lists
    write: WriteFunction
    #: The variables of components and functions, and what these must not be named.
    names: Names
    #: The variables of all functions, which a component or function must not have either.
    variables: Names = field(default_factory=Names)
    loads: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    #: kfp's names of what is the same, each with its variable.
    _known: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def of(self, task: Task, component: Component, before: Names) -> str:
        """The variable to call for a task, given the names of the tasks ``before`` it.

        Raises:
            CannotSay: kfp would give the task another name, or there is something in it that source has no words for.
        """
        check_task_name(task.name)
        known = self._known.setdefault(self._content(component), [])
        for name, variable in known:
            if before.free(name) == task.name:
                return variable
        if task.name in before.taken:
            raise CannotSay(f"two tasks of the name {task.name} in a function, in blocks or beside them")
        variable = self._add(task.name, component)
        known.append((task.name, variable))
        return variable

    def _content(self, component: Component) -> str:
        """What a component is, without its name."""
        if component.name not in self._contents:
            self._contents[component.name] = self._content_of(component)
        return self._contents[component.name]

    def _content_of(self, component: Component) -> str:
        if component.dag is None:
            return component_content(component, self._container(component), self.lists)
        if component.name in self._open:
            raise CannotSay(f"the pipeline {component.name}, which is within itself")
        self._open.add(component.name)
        content = self.write(component, "same", "", self)
        self._open.discard(component.name)
        return content

    def _add(self, name: str, component: Component) -> str:
        if component.dag is None:
            variable = self.names.take(self.names.free(variable_name(f"{name}_step"), self.variables))
            self.loads.append(load_statements(variable, name, component, self._container(component), self.lists))
            return variable
        check_pipeline_name(name)
        variable = self.names.take(self.names.free(variable_name(f"{name}_pipeline"), self.variables))
        self.functions.append(self.write(component, variable, f"@dsl.pipeline(name={quoted(name)})", self))
        return variable

    def _container(self, component: Component) -> Container:
        container = self.pipeline.executors.get(component.executor or "")
        if not isinstance(container, Container):
            raise CannotSay(f"the executor of {component.name}")
        return container
