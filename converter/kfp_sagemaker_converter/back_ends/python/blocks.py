"""The tasks of a DAG in the order of the source, and the blocks among them: conditions, loops, exit handlers."""

from __future__ import annotations

from kfp_sagemaker_converter.back_ends.python.calls import write_call
from kfp_sagemaker_converter.back_ends.python.expressions import branch, comparison, literal, quoted
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of, exit_task_of, read_by
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope
from kfp_sagemaker_converter.back_ends.python.values import given_to_block, write_one_ofs
from kfp_sagemaker_converter.back_ends.python.written_items import in_order
from kfp_sagemaker_converter.model import Component, Dag, Task


def write_dag(function: Function, scope: Scope, after: tuple[str, ...] = ()) -> None:
    """The tasks of a DAG. ``after`` are variables of what its first one has to wait for.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    components = function.pipeline.components
    for task in function.order(scope.dag):
        kind = block_of(task, components)
        waits = (*after, *_waits(function, scope, task))
        if kind is Block.CALL:
            write_call(function, scope, task, waits)
        else:
            _write_block(function, scope, task, kind, waits)
        after = ()


def _waits(function: Function, scope: Scope, task: Task) -> tuple[str, ...]:
    """The variables of what a task waits for without reading from it."""
    components, dag = function.pipeline.components, scope.dag
    waits, read = [], read_by(task)
    for name in sorted(each for each in set(task.depends_on) if each in dag.tasks and each not in read):
        before = dag.tasks[name]
        kind = block_of(before, components)
        if kind is Block.EXIT_HANDLER and task.after_failure and exit_task_of(dag, name) == task.name:
            continue
        if kind in (Block.CALL, Block.EXIT_HANDLER):
            waits.append(function.variable_of(before))
        else:
            waits.append(_last_call(function, before))
    return tuple(waits)


def _last_call(function: Function, task: Task) -> str:
    """The variable of the last task in a block: to wait for it is to wait for the block."""
    last = function.order(_dag_of(function, task)[1])[-1]
    if block_of(last, function.pipeline.components) is not Block.CALL:
        return _last_call(function, last)
    return function.variable_of(last)


def _dag_of(function: Function, task: Task) -> tuple[Component, Dag]:
    component = function.pipeline.components[task.component]
    if component.dag is None or not component.dag.tasks:
        raise CannotSay(f"{task.name}, a block without tasks")
    return component, component.dag


def _write_block(function: Function, scope: Scope, task: Task, kind: Block, waits: tuple[str, ...]) -> None:
    component, dag = _dag_of(function, task)
    if component.name in function.blocks:
        raise CannotSay(f"the block {component.name}, which is in two places")
    function.blocks.add(component.name)
    inner = Scope(dag, given_to_block(function, scope, task), scope.indent + 1)
    if task.condition and kind is not Block.CONDITION:
        raise CannotSay(f"the condition of {task.name}")
    if kind is Block.BRANCHES:
        _write_branches(function, Scope(dag, inner.inputs, scope.indent), waits)
        write_one_ofs(function, scope, task, dag)
        return
    name = f", name={quoted(task.display_name)}" if task.display_name not in ("", task.name) else ""
    if kind is Block.CONDITION:
        function.say(scope.indent, f"with dsl.If({comparison(task.condition, inner.reference)}{name}):")
    elif kind is Block.EXIT_HANDLER:
        _write_exit_handler(function, scope, task, name)
    else:
        inner = _write_loop(function, scope, task, inner, name)
    write_dag(function, inner, waits)


def _write_exit_handler(function: Function, scope: Scope, task: Task, name: str) -> None:
    """With a variable where other tasks than its exit task wait for it."""
    exit_task = scope.dag.tasks[exit_task_of(scope.dag, task.name)]
    others = (one for one in scope.dag.tasks.values() if one is not exit_task and task.name in one.depends_on)
    variable = ""
    if next(others, None) is not None:
        function.has_variable(task, function.new_variable(task.name))
        variable = f" as {function.variable_of(task)}"
    function.say(scope.indent, f"with dsl.ExitHandler({function.variable_of(exit_task)}{name}){variable}:")


def _write_loop(function: Function, scope: Scope, task: Task, inner: Scope, name: str) -> Scope:
    loop = task.loop
    if loop is None:
        raise CannotSay(f"{task.name}, which is no loop")
    if loop.items_input:
        items = inner.reference(loop.items_input)
    elif loop.items is not None:
        component = function.pipeline.components[task.component]
        items = literal(in_order(loop.items, task, component, function.pipeline.components), inner.reference)
    else:
        raise CannotSay(f"the items of {task.name}")
    parallelism = f", parallelism={loop.parallelism}" if loop.parallelism else ""
    item = function.new_variable("item")
    function.say(scope.indent, f"with dsl.ParallelFor({items}{name}{parallelism}) as {item}:")
    return Scope(inner.dag, {**inner.inputs, loop.item_input: item}, inner.indent)


def _write_branches(function: Function, scope: Scope, waits: tuple[str, ...]) -> None:
    before: list[str] = []
    for task in function.order(scope.dag):
        if block_of(task, function.pipeline.components) is not Block.CONDITION:
            raise CannotSay(f"{task.name} among branches")
        _, dag = _dag_of(function, task)
        inner = Scope(dag, given_to_block(function, scope, task), scope.indent + 1)
        name = quoted(task.display_name) if task.display_name not in ("", task.name) else ""
        condition = branch(task.condition, before)
        if condition is None:
            function.say(scope.indent, f"with dsl.Else({f'name={name}' if name else ''}):")
        else:
            word = "Elif" if before else "If"
            compared = comparison(condition, inner.reference)
            function.say(scope.indent, f"with dsl.{word}({compared}{f', name={name}' if name else ''}):")
            before.append(condition)
        write_dag(function, inner, waits)
        waits = ()
