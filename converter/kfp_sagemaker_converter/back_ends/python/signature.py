"""The signature of a pipeline function: names, types and defaults of its inputs, and the type of what it returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kfp_sagemaker_converter.back_ends.python.artifact_types import type_of
from kfp_sagemaker_converter.back_ends.python.expressions import one_line, quoted, typed
from kfp_sagemaker_converter.back_ends.python.loop_items import Place, Side
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, is_name
from kfp_sagemaker_converter.model import Component, Parameter

_TYPES = {
    "STRING": "str", "NUMBER_INTEGER": "int", "NUMBER_DOUBLE": "float", "BOOLEAN": "bool", "LIST": "list", "STRUCT": "dict",
    "TASK_FINAL_STATUS": "dsl.PipelineTaskFinalStatus", "TASK_CONFIG": "dsl.TaskConfig",
}  # fmt: skip
#: The types of lists that loops take apart, where ``list`` alone says too little.
Lists = Mapping[Place, str]


def _of_parameter(parameter: Parameter, place: Place, lists: Lists) -> str:
    if parameter.type not in _TYPES:
        raise CannotSay(f"the type {parameter.type} of {parameter.name}")
    return lists.get(place, _TYPES[parameter.type])


def signature(component: Component, name: str, lists: Lists) -> Iterator[str]:
    """The lines of ``def``; inputs with a default come last.

    Descriptions are comments: kfp reads them off docstrings, but takes those for the description of the pipeline, too.

    Raises:
        CannotSay: an input has no type in Python.
    """
    required, optional = [], []
    for artifact in component.inputs.artifacts.values():
        of = f"dsl.Input[{type_of(artifact)}]"
        if artifact.optional:
            optional.append((f"{artifact.name}: Optional[{of}] = None", artifact.description))
        else:
            required.append((f"{artifact.name}: {of}", artifact.description))
    for parameter in component.inputs.parameters.values():
        of = _of_parameter(parameter, (component.name, Side.INPUT, parameter.name), lists)
        if parameter.has_default:
            default = typed(parameter.default, parameter.type, lambda name: f"{{{name}}}")
            optional.append((f"{parameter.name}: {of} = {default}", parameter.description))
        elif parameter.optional:
            optional.append((f"{parameter.name}: Optional[{of}] = None", parameter.description))
        else:
            required.append((f"{parameter.name}: {of}", parameter.description))
    arguments = [*required, *optional]
    returns = _returns(component, name, lists)
    line = f"def {name}({', '.join(argument for argument, _ in arguments)}){returns}:"
    if len(line) <= 110 and not any(description.split() for _, description in arguments):
        yield line
        return
    yield f"def {name}("
    for argument, description in arguments:
        yield f"    {argument},{f'  # {one_line(description)}' if description.split() else ''}"
    yield f"){returns}:"


def _outputs(component: Component, lists: Lists) -> dict[str, str]:
    parameters = component.outputs.parameters.items()
    outputs = {name: _of_parameter(one, (component.name, Side.OUTPUT, name), lists) for name, one in parameters}
    return outputs | {name: type_of(one) for name, one in component.outputs.artifacts.items()}


def _returns(component: Component, name: str, lists: Lists) -> str:
    outputs = _outputs(component, lists)
    if not outputs:
        return ""
    return f" -> {outputs['Output']}" if [*outputs] == ["Output"] else f" -> {outputs_class(name)}"


def outputs_class(function: str) -> str:
    """The name of the type that a function with several outputs returns."""
    return f"OutputsOf_{function}"


def returned_type(component: Component, name: str, lists: Lists) -> Iterator[str]:
    """The statement that makes the type of several outputs; nothing for one output or none.

    A named tuple, unless names are none of Python's, as older kfp gave them (``train-metrics``): then a class with the two
    members of a named tuple that kfp reads, and :func:`returned` gives a dict, which kfp takes too.
    """
    outputs = _outputs(component, lists)
    if not outputs or [*outputs] == ["Output"]:
        return
    if all(map(is_name, outputs)):
        fields = ", ".join(f'("{key}", {of})' for key, of in outputs.items())
        yield f'{outputs_class(name)} = NamedTuple("Outputs", [{fields}])\n\n'
        return
    members = ", ".join(f"{quoted(key)}: {of}" for key, of in outputs.items())
    yield f"class {outputs_class(name)}:\n    __annotations__ = {{{members}}}\n    _fields = tuple(__annotations__)\n\n"


def returned(name: str, values: Mapping[str, str]) -> str:
    """What a function returns, given the expression of each output; empty for nothing."""
    if [*values] in ([], ["Output"]):
        return values.get("Output", "")
    if all(map(is_name, values)):
        return f"{outputs_class(name)}({', '.join(f'{key}={value}' for key, value in values.items())})"
    return f"{{{', '.join(f'{quoted(key)}: {value}' for key, value in values.items())}}}"
