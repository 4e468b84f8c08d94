"""The signature of a pipeline function: names, types and defaults of its inputs, and the type of what it returns."""

from __future__ import annotations

from collections.abc import Iterator

from kfp_sagemaker_converter.back_ends.python.expressions import typed
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, parameter_name
from kfp_sagemaker_converter.model import Artifact, Component, Parameter

_TYPES = {
    "STRING": "str", "NUMBER_INTEGER": "int", "NUMBER_DOUBLE": "float", "BOOLEAN": "bool", "LIST": "list", "STRUCT": "dict",
    "TASK_FINAL_STATUS": "dsl.PipelineTaskFinalStatus", "TASK_CONFIG": "dsl.TaskConfig",
}  # fmt: skip
_CLASSES = (
    "Artifact", "ClassificationMetrics", "Dataset", "HTML", "Markdown", "Metrics", "Model", "SlicedClassificationMetrics",
)  # fmt: skip


def artifact_class(artifact: Artifact) -> str:
    """The class of an artifact, ``dsl.Dataset``.

    Raises:
        CannotSay: it is none of kfp's own.
    """
    name = artifact.schema_title.removeprefix("system.")
    if not artifact.schema_title.startswith("system.") or name not in _CLASSES:
        raise CannotSay(f"the artifact {artifact.name} of type {artifact.schema_title or 'unknown'}")
    return f"dsl.{name}"


def _of_artifact(artifact: Artifact) -> str:
    return f"List[{artifact_class(artifact)}]" if artifact.is_list else artifact_class(artifact)


def _of_parameter(parameter: Parameter) -> str:
    if parameter.type not in _TYPES:
        raise CannotSay(f"the type {parameter.type} of {parameter.name}")
    return _TYPES[parameter.type]


def signature(component: Component, name: str) -> Iterator[str]:
    """The lines of ``def``; inputs with a default come last.

    Raises:
        CannotSay: an input has no type in Python.
    """
    required, optional = [], []
    for artifact in component.inputs.artifacts.values():
        of = f"dsl.Input[{_of_artifact(artifact)}]"
        if artifact.optional:
            optional.append(f"{artifact.name}: Optional[{of}] = None")
        else:
            required.append(f"{artifact.name}: {of}")
    for parameter in component.inputs.parameters.values():
        of = _of_parameter(parameter)
        if parameter.has_default:
            default = typed(parameter.default, parameter.type, lambda name: f"{{{name}}}")
            optional.append(f"{parameter.name}: {of} = {default}")
        elif parameter.optional:
            optional.append(f"{parameter.name}: Optional[{of}] = None")
        else:
            required.append(f"{parameter.name}: {of}")
    returns = _returns(component, name)
    line = f"def {name}({', '.join([*required, *optional])}){returns}:"
    if len(line) <= 110:
        yield line
        return
    yield f"def {name}("
    yield from (f"    {argument}," for argument in [*required, *optional])
    yield f"){returns}:"


def _outputs(component: Component) -> dict[str, str]:
    outputs = {name: _of_parameter(one) for name, one in component.outputs.parameters.items()}
    return outputs | {name: _of_artifact(one) for name, one in component.outputs.artifacts.items()}


def _returns(component: Component, name: str) -> str:
    outputs = _outputs(component)
    if not outputs:
        return ""
    return f" -> {outputs['Output']}" if [*outputs] == ["Output"] else f" -> {outputs_class(name)}"


def outputs_class(function: str) -> str:
    """The name of the named tuple that a function with several outputs returns."""
    return f"OutputsOf_{function}"


def returned_type(component: Component, name: str) -> Iterator[str]:
    """The statement that makes the named tuple; nothing for one output or none."""
    outputs = _outputs(component)
    if outputs and [*outputs] != ["Output"]:
        fields = ", ".join(f'("{parameter_name(key)}", {of})' for key, of in outputs.items())
        yield f'{outputs_class(name)} = NamedTuple("Outputs", [{fields}])\n\n'
