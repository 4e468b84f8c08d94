"""One step, importer or nested pipeline in a function: the call, and what the task is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.back_ends.python.importers import check_importer, importer_arguments
from kfp_sagemaker_converter.back_ends.python.kubernetes_settings import kubernetes_calls
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, is_name
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope
from kfp_sagemaker_converter.back_ends.python.task_settings import methods
from kfp_sagemaker_converter.back_ends.python.values import given_to, output_of
from kfp_sagemaker_converter.model import Artifact, Component, Container, FinalStatus, Importer, Parameter, Task, TaskOutput

_WIDTH = 110


def write_call(function: Function, scope: Scope, task: Task, waits: tuple[str, ...]) -> None:
    """A task that is no block. ``waits`` are the variables of what it waits for.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    component = function.pipeline.components.get(task.component)
    if component is None:
        raise CannotSay(f"the component {task.component}, which is not there")
    executor = function.pipeline.executors.get(component.executor or "")
    inputs = given_to(function, scope, task, component)
    if isinstance(executor, Importer):
        check_importer(task, component, function.tasks)
        arguments = list(importer_arguments(component, executor, inputs))
        call = "dsl.importer"
    else:
        _has_what_it_needs(task, component, inputs)
        arguments = _arguments(component, inputs)
        call = function.callables.of(task, component, function.tasks)
    function.tasks.take(task.name)
    container = executor if isinstance(executor, Container) else None
    calls = list(methods(task, container, inputs.__getitem__))
    calls += [f"after({', '.join(waits)})"] if waits else []
    if task.after_failure and not _is_exit_task(function, scope, task):
        calls.append("ignore_upstream_failure()")
    variable = function.new_variable(task.name)
    function.has_variable(task, variable)
    for line in _statement(f"{variable} = {call}", arguments):
        function.say(scope.indent, line)
    for one_call in calls:
        function.say(scope.indent, f"{variable}.{one_call}")
    for line in _kubernetes(function, scope, component, variable):
        function.say(scope.indent, line)


def _arguments(component: Component, inputs: Mapping[str, str]) -> list[str]:
    """The arguments of a call; names that are none in Python, as in components of older kfp, in a mapping."""
    known = {*component.inputs.parameters, *component.inputs.artifacts}
    given = {name: value for name, value in inputs.items() if name in known}
    other = ", ".join(f"{quoted(name)}: {value}" for name, value in given.items() if not is_name(name))
    named = [f"{name}={value}" for name, value in given.items() if is_name(name)]
    return [*named, f"**{{{other}}}"] if other else named


def _kubernetes(function: Function, scope: Scope, component: Component, variable: str) -> Iterator[str]:
    platform = function.pipeline.platforms.get("kubernetes")
    if platform is None or not component.executor:
        return

    def source(words: Mapping[str, Any]) -> str:
        if "componentInputParameter" in words:
            return scope.reference(words["componentInputParameter"])
        output = words["taskOutputParameter"]
        return output_of(function, scope.dag, TaskOutput(output["producerTask"], output["outputParameterKey"]))

    yield from kubernetes_calls(variable, platform.settings.get(component.executor, ()), source)


def _has_what_it_needs(task: Task, component: Component, inputs: Mapping[str, str]) -> None:
    """kfp takes no call without what a component requires, and gives the final status of a task to exit tasks only.

    Raises:
        CannotSay: the task is such a call.
    """
    definitions: list[Parameter | Artifact] = [*component.inputs.parameters.values(), *component.inputs.artifacts.values()]
    for one in definitions:
        is_status = isinstance(one, Parameter) and one.type == "TASK_FINAL_STATUS"
        needed = not (one.optional or is_status or (isinstance(one, Parameter) and one.has_default))
        if needed and one.name not in inputs:
            raise CannotSay(f"{task.name} without {one.name}, which its component requires")
        if is_status and one.name in inputs:
            raise CannotSay(f"the final status {one.name} that {task.name} gets from an input")
    given = (name for name, one in task.inputs.items() if isinstance(one.source, FinalStatus))
    for name in given:
        parameter = component.inputs.parameters.get(name)
        if parameter is None or parameter.type != "TASK_FINAL_STATUS":
            raise CannotSay(f"the final status that {task.name} gets as {name}, which is no input for it")


def _statement(call: str, arguments: list[str]) -> Iterator[str]:
    """A call in one line, or with a line for each argument."""
    line = f"{call}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{call}("
    yield from (f"    {argument}," for argument in arguments)
    yield ")"


def _is_exit_task(function: Function, scope: Scope, task: Task) -> bool:
    before = (scope.dag.tasks[name] for name in task.depends_on if name in scope.dag.tasks)
    return any(block_of(one, function.pipeline.components) is Block.EXIT_HANDLER for one in before)
