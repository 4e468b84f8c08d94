"""What a task gets, as expressions: inputs of the function, outputs of other tasks, constants."""

from __future__ import annotations

from kfp_sagemaker_converter.back_ends.python.expressions import quoted, selected, typed
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope
from kfp_sagemaker_converter.model import (
    Component,
    ComponentInput,
    Constant,
    Dag,
    FinalStatus,
    OutputKind,
    Task,
    TaskInput,
    TaskOutput,
)

#: What kfp 1.8 put before the inputs of blocks.
_OLD_PREFIX = "pipelineparam--"


def given_to(function: Function, scope: Scope, task: Task, component: Component) -> dict[str, str]:
    """What a task gets, by input; its final status, which kfp gives to exit tasks by itself, is left out.

    Raises:
        CannotSay: it gets what no source can give.
    """
    given = {}
    for name, one in task.inputs.items():
        if isinstance(one.source, ComponentInput | TaskOutput):
            given[name] = _given(function, scope, one)
        elif not isinstance(one.source, Constant | FinalStatus):
            raise CannotSay(f"what the input {name} of {task.name} gets")
    return given | _constants(task, component, given)


def given_to_block(function: Function, scope: Scope, task: Task) -> dict[str, str]:
    """What the DAG of a block gets: values of the function only, which kfp hands on as they are.

    What nothing gives is left out, as nothing may use it: kfp 2.17 hands the item of a loop to the blocks around that loop,
    too, when it stands in text.

    Raises:
        CannotSay: it gets something else.
    """
    given = {}
    for name, one in task.inputs.items():
        if name.startswith(_OLD_PREFIX):
            raise CannotSay(f"the input {name} of the block {task.name}, as kfp 1.8 names it: kfp 2 says pipelinechannel--")
        if not isinstance(one.source, ComponentInput | TaskOutput):
            raise CannotSay(f"the input {name} of the block {task.name}, which is no input or output of a task")
        if isinstance(one.source, TaskOutput) or one.source.name in scope.inputs:
            given[name] = _given(function, scope, one)
    return given


def _given(function: Function, scope: Scope, one: TaskInput) -> str:
    if isinstance(one.source, ComponentInput):
        return selected(scope.reference(one.source.name), one.expression)
    assert isinstance(one.source, TaskOutput)
    return selected(output_of(function, scope.dag, one.source), one.expression)


def _constants(task: Task, component: Component, given: dict[str, str]) -> dict[str, str]:
    """The constants; text in them may hold the other inputs."""

    def reference(name: str) -> str:
        if name not in given:
            raise CannotSay(f"the input {name} of {task.name}, which nothing gives")
        return given[name]

    constants = {}
    for name, one in task.inputs.items():
        if isinstance(one.source, Constant):
            parameter = component.inputs.parameters.get(name)
            constants[name] = typed(one.source.value, parameter.type if parameter else "", reference)
    return constants


def output_of(function: Function, dag: Dag, source: TaskOutput, within: Block = Block.CALL) -> str:
    """An output of a task; of a block, what its tasks give. ``within`` is the block whose output it is part of.

    Raises:
        CannotSay: kfp gives no such output.
    """
    task = dag.tasks.get(source.task)
    if task is None:
        raise CannotSay(f"the task {source.task}, which is not there")
    kind = block_of(task, function.pipeline.components)
    if kind is Block.CALL:
        return f"{function.variable_of(task)}.outputs[{quoted(source.key)}]"
    if kind is Block.BRANCHES:
        return function.variable_of(task, source.key)
    if kind is Block.EXIT_HANDLER or (kind is Block.CONDITION and within is Block.CALL):
        raise CannotSay(f"the output {source.key} of the block {task.name} outside of it")
    inner = function.pipeline.components[task.component].dag
    output = next((one for one in inner.outputs if one.name == source.key), None) if inner is not None else None
    if inner is None or output is None or not output.sources or output.kind is OutputKind.ONE_OF:
        raise CannotSay(f"the output {source.key} of {source.task}")
    made = output_of(function, inner, output.sources[0], kind)
    return f"dsl.Collected({made})" if kind is Block.LOOP and not made.startswith("dsl.Collected(") else made


def write_one_ofs(function: Function, scope: Scope, task: Task, branches: Dag) -> None:
    """The ``dsl.OneOf`` of branches that were just written, each with a variable, in the order in which kfp counted them.

    Raises:
        CannotSay: branches give something else.
    """
    for output in sorted(branches.outputs, key=lambda output: (len(output.name), output.name)):
        if output.kind is not OutputKind.ONE_OF:
            raise CannotSay(f"the output {output.name} of {task.name}, which is no dsl.OneOf")
        channels = (output_of(function, branches, one, Block.BRANCHES) for one in output.sources)
        variable = function.new_variable("one_of")
        function.say(scope.indent, f"{variable} = dsl.OneOf({', '.join(channels)})")
        function.has_variable(task, variable, output.name)
