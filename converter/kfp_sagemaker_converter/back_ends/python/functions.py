"""One ``@dsl.pipeline`` function: its signature, its tasks and blocks, and what it returns."""

from __future__ import annotations

from kfp_sagemaker_converter.back_ends.python.blocks import write_dag
from kfp_sagemaker_converter.back_ends.python.callables import Callables
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, Names, parameter_name
from kfp_sagemaker_converter.back_ends.python.scope import Function, Scope
from kfp_sagemaker_converter.back_ends.python.signature import returned, returned_type, signature
from kfp_sagemaker_converter.back_ends.python.values import output_of
from kfp_sagemaker_converter.model import Component, OutputKind


def function_text(component: Component, name: str, decorator: str, callables: Callables) -> str:
    """The function ``name`` of the root or of a nested pipeline.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    assert component.dag is not None
    if not component.dag.tasks:
        raise CannotSay(f"{name}, a pipeline without tasks")
    inputs = {each: parameter_name(each) for each in (*component.inputs.parameters, *component.inputs.artifacts)}
    function = Function(callables.pipeline, callables, Names(inputs.values()))
    scope = Scope(component.dag, inputs, 1)
    write_dag(function, scope)
    _write_return(function, scope, component, name)
    head = [*returned_type(component, name, callables.lists), decorator, *signature(component, name, callables.lists)]
    return "\n".join([*head, *function.lines]) + "\n"


def _write_return(function: Function, scope: Scope, component: Component, name: str) -> None:
    assert component.dag is not None
    values = {}
    for output in component.dag.outputs:
        if output.kind is OutputKind.ONE_OF:
            raise CannotSay(f"the output {output.name} out of several tasks")
        values[output.name] = output_of(function, component.dag, output.sources[0])
    if values:
        function.say(1, f"return {returned(name, values)}")
