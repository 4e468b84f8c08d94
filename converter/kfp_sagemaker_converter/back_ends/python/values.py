"""What a task gets, as expressions: inputs of the function, outputs of other tasks, constants."""

from __future__ import annotations

from kfp_sagemaker_converter.back_ends.python.expressions import quoted, selected, typed
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, free_name
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope
from kfp_sagemaker_converter.model import (
    Component,
    ComponentInput,
    Constant,
    Dag,
    FinalStatus,
    OutputKind,
    Task,
    TaskOutput,
)


def given_to(function: Function, scope: Scope, task: Task, component: Component) -> dict[str, str]:
    """What a task gets, by input; its final status, which kfp gives to exit tasks by itself, is left out."""
    given = {}
    for name, one in task.inputs.items():
        if isinstance(one.source, ComponentInput):
            given[name] = selected(scope.reference(one.source.name), one.expression)
        elif isinstance(one.source, TaskOutput):
            given[name] = selected(output_of(function, scope, one.source), one.expression)
        elif not isinstance(one.source, Constant | FinalStatus):
            raise CannotSay(f"what the input {name} of {task.name} gets")

    def reference(name: str) -> str:
        if name not in given:
            raise CannotSay(f"the input {name} of {task.name}, which nothing gives")
        return given[name]

    # Text in constants may hold the other inputs.
    for name, one in task.inputs.items():
        if isinstance(one.source, Constant):
            parameter = component.inputs.parameters.get(name)
            given[name] = typed(one.source.value, parameter.type if parameter else "", reference)
    return given


def output_of(function: Function, scope: Scope, source: TaskOutput) -> str:
    """An output of a task; of a block, what its tasks give. A ``dsl.OneOf`` gets a name: kfp counts them."""
    made = _output_of(function, scope.dag, source)
    if not made.startswith("dsl.OneOf"):
        return made
    if made not in function.named:
        function.named[made] = free_name("one_of", function.taken)
        function.say(scope.indent, f"{function.named[made]} = {made}")
    return function.named[made]


def _output_of(function: Function, dag: Dag, source: TaskOutput) -> str:
    task = dag.tasks.get(source.task)
    if task is None:
        raise CannotSay(f"the task {source.task}, which is not there")
    components = function.pipeline.components
    kind = block_of(task, components)
    if kind is Block.CALL:
        return f"{function.variables[str(id(task))]}.outputs[{quoted(source.key)}]"
    inner = components[task.component].dag
    assert inner is not None
    output = next((one for one in inner.outputs if one.name == source.key), None)
    if output is None or not output.sources:
        raise CannotSay(f"the output {source.key} of {source.task}")
    made = [_output_of(function, inner, one) for one in output.sources]
    if output.kind is OutputKind.ONE_OF:
        return f"dsl.OneOf({', '.join(made)})"
    if kind is Block.LOOP and not made[0].startswith("dsl.Collected("):
        return f"dsl.Collected({made[0]})"
    return made[0]
