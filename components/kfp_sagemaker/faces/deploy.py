"""``v1/deploy``: the flat face on an endpoint and its config, input for input that of the component it succeeds.

Three variants have inputs of their own; further ones, and members that those do not have, are written as in the API.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS, tag_list
from kfp_sagemaker.faces.endpoint import CREATE, DEPLOYMENT_CONFIG_INPUT, OUTPUTS, UPDATE, collect
from kfp_sagemaker.faces.endpoint_config_inputs import CAPTURE_AND_ASYNC_INPUTS, CONFIG
from kfp_sagemaker.faces.face import Built, Face
from kfp_sagemaker.faces.inputs import BadValue, Input, InputType
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG
from kfp_sagemaker.service_model.validate import Unresolved

_VARIANTS = f"{CONFIG}.ProductionVariants"


def _weight(text: str) -> float:
    """The decimal number that a text says; its input has been a String always."""
    try:
        number = float(Decimal(text.strip()))
    except (InvalidOperation, ValueError):
        raise BadValue("expected a decimal number such as 0.25") from None
    if not math.isfinite(number):
        raise BadValue("not a finite number")
    return number


def _variant_inputs(number: int) -> dict[str, Input]:
    """The inputs of a numbered variant, by the member of ProductionVariant that each is for."""
    first = number == 1
    absent = "" if first else "; empty: there is no such variant"
    return {
        "VariantName": Input(f"variant_name_{number}", InputType.STRING, f"Variant {number}: its name.",
                             default=f"variant-name-{number}", advanced=True),
        "ModelName": Input(f"model_name_{number}", InputType.STRING, f"Variant {number}: name of its model{absent}.",
                           default=None if first else "", advanced=not first),
        "InitialInstanceCount": Input(f"initial_instance_count_{number}", InputType.INTEGER,
                                      f"Variant {number}: instances at first.", default="1", advanced=not first),
        "InstanceType": Input(f"instance_type_{number}", InputType.STRING, f"Variant {number}: instance type.",
                              default="ml.m4.xlarge", advanced=not first),
        "InitialVariantWeight": Input(f"initial_variant_weight_{number}", InputType.STRING,
                                      f"Variant {number}: its share of the requests, relative to the other variants' weights.",
                                      default="1.0", encode=_weight, advanced=True),
        "AcceleratorType": Input(f"accelerator_type_{number}", InputType.STRING,
                                 f"Variant {number}: Elastic Inference accelerator (AWS has ended the service).", default="",
                                 advanced=True),
    }


_NUMBERED = {number: _variant_inputs(number) for number in (1, 2, 3)}
_SERVERLESS = Input(
    "serverless_config_1", InputType.OBJECT,
    "Variant 1: ServerlessConfig as in the API; it is served without instances then, and has to be the only variant.",
    default="{}")
#: What a serverless variant has none of.
_OF_INSTANCES = ("InitialInstanceCount", "InstanceType", "AcceleratorType")

INPUTS = (
    Input("endpoint_name", InputType.STRING, "Name of the endpoint; empty: made up.", default="",
          target=(f"{CREATE}.EndpointName", f"{UPDATE}.EndpointName")),
    *_NUMBERED[1].values(),
    _SERVERLESS,
    Input("production_variants", InputType.ARRAY, "Further variants: a list of ProductionVariant objects as in the API.",
          default="[]", target=_VARIANTS),
    DEPLOYMENT_CONFIG_INPUT,
    Input("update_endpoint", InputType.BOOL, "Update an endpoint of that name that is there and serves something else.",
          default="False"),
    Input("delete_old_config", InputType.BOOL,
          "Delete the endpoint config that an update has replaced, once the endpoint serves the new one.", default="False"),
    *CONNECTION_INPUTS,
    Input("endpoint_config_name", InputType.STRING, "Name of the endpoint config; empty: derived from what it holds.",
          default="", advanced=True,
          target=tuple(f"{operation}.EndpointConfigName" for operation in (CONFIG, CREATE, UPDATE))),
    Input("endpoint_config_tags", InputType.OBJECT, "Tags of the endpoint config, name to text; none: those of tags.",
          default="{}", target=f"{CONFIG}.Tags", encode=tag_list, advanced=True),
    Input("resource_encryption_key", InputType.STRING, "KMS key for the instances' storage.", default="",
          target=f"{CONFIG}.KmsKeyId", advanced=True),
    *(replace(declared, advanced=True) for declared in CAPTURE_AND_ASYNC_INPUTS),
    *_NUMBERED[2].values(),
    *_NUMBERED[3].values(),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The requests of CreateEndpointConfig, CreateEndpoint and, for an endpoint that is there, UpdateEndpoint."""
    requests, problems = assemble(INPUTS, values, (CONFIG, CREATE, UPDATE))
    variants: list[dict[str, Any]] = []
    # Without any variant it is the first that lacks.
    origins = {} if values.get("model_name_1") else {_VARIANTS: "model_name_1"}
    for number, inputs in _NUMBERED.items():
        if is_empty(values.get(inputs["ModelName"].name)):
            continue
        variant = _variant(inputs, values)
        for member in variant:
            origins[f"{_VARIANTS}[{len(variants)}].{member}"] = inputs[member].name
        if number == 1 and not is_empty(values.get(_SERVERLESS.name)):
            problems += _without_instances(variant, inputs)
            origins[f"{_VARIANTS}[0].ServerlessConfig"] = _SERVERLESS.name
            variant["ServerlessConfig"] = values[_SERVERLESS.name]
        variants.append(variant)
    further = requests[CONFIG].get("ProductionVariants", [])
    # What is only known when the pipeline runs can be no part of a list.
    requests[CONFIG]["ProductionVariants"] = further if isinstance(further, Unresolved) else [*variants, *further]
    return Built(requests, tuple(problems), origins)


def _variant(inputs: Mapping[str, Input], values: Mapping[str, Any]) -> dict[str, Any]:
    variant = {}
    for member, declared in inputs.items():
        value = values.get(declared.name)
        if is_empty(value):
            continue
        try:
            variant[member] = value if isinstance(value, Unresolved) else declared.encode(value)
        except BadValue:
            continue  # assemble has told it.
    return variant


def _without_instances(variant: dict[str, Any], inputs: Mapping[str, Input]) -> list[Violation]:
    """Take what is about instances out of a serverless variant; a warning where that is more than a default."""
    unused = [member for member in _OF_INSTANCES
              if member in variant and str(variant.pop(member)) != inputs[member].default]
    return [Violation(inputs[member].name, f"not used: {_SERVERLESS.name} replaces instances", warning=True)
            for member in unused]


DEPLOY = Face(
    id="v1/deploy",
    display_name="SageMaker - Deploy Model",
    description="Deploys models to a SageMaker endpoint, new or (when asked) there already, and waits until it serves them.",
    resources=(ENDPOINT_CONFIG, ENDPOINT),
    operations=(CONFIG, CREATE),
    instead=UPDATE,
    inputs=INPUTS,
    outputs=OUTPUTS,
    build=build,
    collect=collect,
    update_input="update_endpoint",
    delete_replaced_input="delete_old_config",
)
