"""One ``@dsl.pipeline`` function: its signature, its tasks and blocks, and what it returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.expressions import branch, comparison, literal, quoted
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of, exit_task_of, in_writing_order, read_by
from kfp_sagemaker_converter.back_ends.python.importers import importer_arguments
from kfp_sagemaker_converter.back_ends.python.kubernetes_settings import kubernetes_calls
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, free_name, parameter_name
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope, key_of
from kfp_sagemaker_converter.back_ends.python.signature import Lists, returned, returned_type, signature
from kfp_sagemaker_converter.back_ends.python.task_settings import methods
from kfp_sagemaker_converter.back_ends.python.values import given_to, output_of
from kfp_sagemaker_converter.model import (
    Artifact,
    Component,
    Container,
    Importer,
    OutputKind,
    Parameter,
    Pipeline,
    Task,
    TaskOutput,
)

_WIDTH = 110


def function_text(
    pipeline: Pipeline, component: Component, name: str, decorator: str, callables: Mapping[str, str], lists: Lists
) -> str:
    """The function ``name`` of the root or of a nested pipeline; ``lists`` are the types of lists that loops take apart.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    assert component.dag is not None
    inputs = {each: parameter_name(each) for each in (*component.inputs.parameters, *component.inputs.artifacts)}
    function = Function(pipeline, callables, {*callables.values(), *inputs.values()})
    scope = Scope(component.dag, inputs, 1)
    _write_dag(function, scope)
    _write_return(function, scope, component, name)
    head = [*returned_type(component, name, lists), decorator, *signature(component, name, lists)]
    return "\n".join([*head, *(function.lines or ["    pass"])]) + "\n"


def _write_dag(function: Function, scope: Scope, after: tuple[str, ...] = ()) -> None:
    """The tasks of a DAG. ``after`` are tasks that its first one has to wait for."""
    components = function.pipeline.components
    for task in in_writing_order(scope.dag, components):
        kind = block_of(task, components)
        waits = (*after, *_waits(function, scope, task))
        if kind is Block.CALL:
            _write_call(function, scope, task, waits)
        else:
            _write_block(function, scope, task, kind, waits)
        after = ()


def _waits(function: Function, scope: Scope, task: Task) -> tuple[str, ...]:
    """The variables of tasks that a task waits for without reading from them."""
    components, dag = function.pipeline.components, scope.dag
    waits = []
    for name in sorted(set(task.depends_on) & dag.tasks.keys() - read_by(task)):
        kind = block_of(dag.tasks[name], components)
        if kind is Block.EXIT_HANDLER and task.after_failure and exit_task_of(dag, name) == task.name:
            continue
        waits.append(function.variables[key_of(scope, name)] if kind is Block.CALL else _last_call(function, dag.tasks[name]))
    return tuple(waits)


def _last_call(function: Function, task: Task) -> str:
    """The variable of the last task in a block."""
    component = function.pipeline.components[task.component]
    assert component.dag is not None
    last = in_writing_order(component.dag, function.pipeline.components)[-1]
    if block_of(last, function.pipeline.components) is not Block.CALL:
        return _last_call(function, last)
    return function.variables[str(id(last))]


def _write_block(function: Function, scope: Scope, task: Task, kind: Block, waits: tuple[str, ...]) -> None:
    component = function.pipeline.components[task.component]
    assert component.dag is not None
    if component.name in function.blocks:
        raise CannotSay(f"the block {component.name}, which is in two places")
    function.blocks.add(component.name)
    given = given_to(function, scope, task, component)
    inner = Scope(component.dag, given, scope.indent + 1)
    if kind is Block.BRANCHES:
        _write_branches(function, Scope(component.dag, given, scope.indent), waits)
        return
    name = f", name={quoted(task.display_name)}" if task.display_name not in ("", task.name) else ""
    if kind is Block.CONDITION:
        function.say(scope.indent, f"with dsl.If({comparison(task.condition, inner.reference)}{name}):")
    elif kind is Block.EXIT_HANDLER:
        exit_task = function.variables[key_of(scope, exit_task_of(scope.dag, task.name))]
        function.say(scope.indent, f"with dsl.ExitHandler({exit_task}{name}):")
    else:
        inner = _write_loop(function, scope, task, inner, name)
    if task.condition and kind is not Block.CONDITION:
        raise CannotSay(f"the condition of {task.name}")
    _write_dag(function, inner, waits)


def _write_loop(function: Function, scope: Scope, task: Task, inner: Scope, name: str) -> Scope:
    loop = task.loop
    if loop is None:
        raise CannotSay(f"{task.name}, which is no loop")
    if loop.items_input:
        items = inner.reference(loop.items_input)
    elif loop.items is not None:
        items = literal(loop.items, inner.reference)
    else:
        raise CannotSay(f"the items of {task.name}")
    parallelism = f", parallelism={loop.parallelism}" if loop.parallelism else ""
    item = free_name("item", function.taken)
    function.say(scope.indent, f"with dsl.ParallelFor({items}{name}{parallelism}) as {item}:")
    return Scope(inner.dag, {**inner.inputs, loop.item_input: item}, inner.indent)


def _write_branches(function: Function, scope: Scope, waits: tuple[str, ...]) -> None:
    before: list[str] = []
    for task in in_writing_order(scope.dag, function.pipeline.components):
        component = function.pipeline.components[task.component]
        if block_of(task, function.pipeline.components) is not Block.CONDITION or component.dag is None:
            raise CannotSay(f"{task.name} among branches")
        given = given_to(function, scope, task, component)
        inner = Scope(component.dag, given, scope.indent + 1)
        name = quoted(task.display_name) if task.display_name not in ("", task.name) else ""
        condition = branch(task.condition, before)
        if condition is None:
            function.say(scope.indent, f"with dsl.Else({f'name={name}' if name else ''}):")
        else:
            word = "Elif" if before else "If"
            compared = comparison(condition, inner.reference)
            function.say(scope.indent, f"with dsl.{word}({compared}{f', name={name}' if name else ''}):")
            before.append(condition)
        _write_dag(function, inner, waits)
        waits = ()


def _write_call(function: Function, scope: Scope, task: Task, waits: tuple[str, ...]) -> None:
    component = function.pipeline.components.get(task.component)
    if component is None:
        raise CannotSay(f"the component {task.component}, which is not there")
    executor = function.pipeline.executors.get(component.executor or "")
    inputs = given_to(function, scope, task, component)
    if isinstance(executor, Importer):
        arguments = list(importer_arguments(component, executor, inputs))
        call = "dsl.importer"
    elif component.dag is not None or isinstance(executor, Container):
        _has_what_it_needs(task, component, inputs)
        known = {*component.inputs.parameters, *component.inputs.artifacts}
        arguments = [f"{parameter_name(name)}={value}" for name, value in inputs.items() if name in known]
        call = function.callables[component.name]
    else:
        raise CannotSay(f"the executor of {task.name}")
    container = executor if isinstance(executor, Container) else None
    calls = list(methods(task, container, inputs.__getitem__))
    calls += [f"after({', '.join(waits)})"] if waits else []
    if task.after_failure and not _is_exit_task(function, scope, task):
        calls.append("ignore_upstream_failure()")
    variable = free_name(task.name, function.taken)
    function.variables[key_of(scope, task.name)] = variable
    for line in _statement(f"{variable} = {call}", arguments):
        function.say(scope.indent, line)
    for one_call in calls:
        function.say(scope.indent, f"{variable}.{one_call}")
    platform = function.pipeline.platforms.get("kubernetes")
    if platform is not None and component.executor:

        def source(words: Mapping[str, Any]) -> str:
            if "componentInputParameter" in words:
                return scope.reference(words["componentInputParameter"])
            output = words["taskOutputParameter"]
            return output_of(function, scope, TaskOutput(output["producerTask"], output["outputParameterKey"]))

        for line in kubernetes_calls(variable, platform.settings.get(component.executor, ()), source):
            function.say(scope.indent, line)


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


def _write_return(function: Function, scope: Scope, component: Component, name: str) -> None:
    assert component.dag is not None
    values = {}
    for output in component.dag.outputs:
        if output.kind is OutputKind.ONE_OF:
            raise CannotSay(f"the output {output.name} out of several tasks")
        values[output.name] = output_of(function, scope, output.sources[0])
    if values:
        function.say(1, f"return {returned(name, values)}")
