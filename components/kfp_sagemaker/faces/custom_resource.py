"""``v2/<Kind>``: the face of a custom resource of the ACK controller, from the kind's declaration and field table.

Inputs are the members of the API's create request that the custom resource has, in snake case; in objects and lists the API's
spelling and the custom resource's both count. Outputs are the fields of its status, and what a v1 component on the same kind
makes of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kfp_sagemaker.custom_resources.fields import Field, FieldTable, field_table
from kfp_sagemaker.custom_resources.manifest import STATUS
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import ACK_INPUTS, CONNECTION_INPUTS, STEP_INPUTS, on_ack
from kfp_sagemaker.faces.custom_resource_kinds import DEFAULTS, DESCRIPTIONS, Kind
from kfp_sagemaker.faces.face import CARD, BackEnd, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.hyperparameters import encode_hyperparameters
from kfp_sagemaker.faces.inputs import BadValue, Input, InputType
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.service_model.model import input_shape, snake_case
from kfp_sagemaker.service_model.spelling import SpelledTwice, api_spelling

_INPUT_TYPES = {
    "string": InputType.STRING, "integer": InputType.INTEGER, "boolean": InputType.BOOL, "array": InputType.ARRAY,
    "object": InputType.OBJECT, "map": InputType.OBJECT,
}
_EMPTY = {InputType.STRING: "", InputType.INTEGER: "0", InputType.BOOL: "False", InputType.ARRAY: "[]", InputType.OBJECT: "{}"}
_OUTPUT_TYPES = {"object": OutputType.OBJECT, "array": OutputType.ARRAY}
#: Common inputs about calls of the SageMaker API, which the controller makes.
_OF_CALLS = frozenset({"endpoint_url", "assume_role", "external_id", "role_session_name", "tags"})
_COMMON = tuple(on_ack(declared) for declared in (*CONNECTION_INPUTS, *STEP_INPUTS, *ACK_INPUTS)
                if declared.name not in _OF_CALLS)


def custom_resource_face(component: str, kind: Kind, v1: Face | None) -> Face:
    """The face of ``kind`` as the component of that id; ``v1`` is the face on the same kind on the SageMaker API, if any."""
    resource, table = kind.resource, field_table(kind.resource.kind)
    inputs = (*_inputs(kind, table), *_COMMON)
    also = tuple(output for output in v1.outputs if output.name in kind.also) if v1 else ()

    def build(values: Mapping[str, Any]) -> Built:
        requests, problems = assemble(inputs, values, (resource.create,))
        return Built(requests, tuple(problems))

    return Face(
        id=component,
        display_name=f"SageMaker - {resource.kind}",
        description=kind.description,
        resources=(resource,),
        operations=(resource.create,),
        inputs=inputs,
        outputs=(*_outputs(resource, table), *also, CARD),
        build=build,
        collect=_collector(resource, table, v1, {output.name for output in also}),
        lifecycle=v1.lifecycle if v1 else Lifecycle.AVAILABLE,
        backend=BackEnd.ACK,
        alternative=v1.id if v1 else "",
    )


def _inputs(kind: Kind, table: FieldTable) -> tuple[Input, ...]:
    resource = kind.resource
    shape: Any = input_shape(resource.create)
    required = {member for member in (*shape.required_members, *table.required) if member != resource.name_member}
    # What matters first: the name, then what is required.
    members = [member for member in shape.members if member in table.spec.members]
    members.sort(key=lambda member: (member != resource.name_member, member not in required))
    inputs = []
    for member in members:
        field = table.spec.members[member]
        of = _INPUT_TYPES[field.type]
        default = DEFAULTS.get(member, _EMPTY[of])
        inputs.append(Input(
            snake_case(member), of, _described(resource, member, field), target=f"{resource.create}.{member}",
            default=None if member in required and not kind.all_optional else default,
            encode=_encoder(member, shape.members[member], default, sends_false=kind.sends_false),
            shown=member != "Environment",
            advanced=member not in required | {resource.name_member} | set(kind.matters),
        ))
    return tuple(inputs)


def _described(resource: Resource, member: str, field: Field) -> str:
    text = DESCRIPTIONS.get(f"{resource.kind}.{member}") or DESCRIPTIONS.get(member, member)
    return f"{text}, as in the API." if field.type in ("object", "array") else f"{text}."


def _encoder(member: str, shape: Any, default: str, *, sends_false: bool) -> Callable[[Any], Any]:
    def encode(value: Any) -> Any:
        if value is False and not sends_false:
            return None
        if shape.type_name in ("integer", "long") and str(value) == default == "0":
            return None
        if member == "HyperParameters":
            return encode_hyperparameters(value)
        try:
            return api_spelling(value, shape)
        except SpelledTwice as error:
            raise BadValue(str(error)) from None

    return encode


def _outputs(resource: Resource, table: FieldTable) -> tuple[Output, ...]:
    def on(name: str, of: OutputType, field: str, note: str = "") -> Output:
        return Output(name, of, f"status.{field} of the custom resource{note}.")

    fields = [on(snake_case(member), _OUTPUT_TYPES.get(field.type, OutputType.STRING), field.name)
              for member, field in table.status.members.items()]
    return (
        Output("sagemaker_resource_name", OutputType.STRING, f"Name of the {resource.kind} in SageMaker."),
        Output("arn", OutputType.STRING, f"ARN of the {resource.kind}."),
        on("ack_resource_metadata", OutputType.OBJECT, "ackResourceMetadata", ": ARN, account, region"),
        on("conditions", OutputType.ARRAY, "conditions"),
        *fields,
    )


def _collector(resource: Resource, table: FieldTable, v1: Face | None, also: set[str]) -> Callable[[Ended], Collected]:
    def collect(ended: Ended) -> Collected:
        status = ended.described.get(STATUS) or {}
        collected = v1.collect(ended) if v1 else Collected(figures=_figures(table, status))
        arn = str(ended.described.get(resource.arn_member, ""))
        told = {snake_case(member): status.get(field.name) for member, field in table.status.members.items()}
        told |= {
            "sagemaker_resource_name": ended.described.get(resource.name_member) or arn.partition("/")[2],
            "arn": arn,
            "ack_resource_metadata": status.get("ackResourceMetadata"),
            "conditions": status.get("conditions"),
        }
        told |= {name: value for name, value in collected.parameters.items() if name in also}
        return Collected(
            parameters={name: value for name, value in told.items() if value is not None},
            artifacts={name: content for name, content in collected.artifacts.items() if name in also},
            figures=collected.figures,
            body=collected.body,
            failure=collected.failure,
        )

    return collect


def _figures(table: FieldTable, status: Mapping[str, Any]) -> dict[str, str]:
    return {member: f"`{status[field.name]}`" for member, field in table.status.members.items()
            if field.type in ("string", "date-time") and status.get(field.name)}
