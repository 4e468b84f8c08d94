"""The VPC inputs of the flat faces, and the one rule about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.names import is_empty

_GROUPS, _SUBNETS = "vpc_security_group_ids", "vpc_subnets"


def vpc_inputs(target: str) -> tuple[Input, Input]:
    """Security groups and subnets for the VpcConfig at ``target``."""
    return (
        Input(_GROUPS, InputType.STRING, "Security groups, separated by commas.", default="",
              target=f"{target}.SecurityGroupIds", encode=comma_list, advanced=True),
        Input(_SUBNETS, InputType.STRING, "Subnets, separated by commas.", default="",
              target=f"{target}.Subnets", encode=comma_list, advanced=True),
    )


def comma_list(text: str) -> list[str]:
    """Identifiers separated by commas; blanks around them, and empty ones, do not count."""
    return [part.strip() for part in text.split(",") if part.strip()]


def half_a_vpc(values: Mapping[str, Any]) -> list[Violation]:
    """Security groups without subnets, or the other way round: refused, since a job outside its VPC is no small mistake."""
    if is_empty(values.get(_GROUPS)) == is_empty(values.get(_SUBNETS)):
        return []
    missing, given = (_GROUPS, _SUBNETS) if is_empty(values.get(_GROUPS)) else (_SUBNETS, _GROUPS)
    return [Violation(missing, f"required when {given} is given: a VPC needs both, or neither")]
