"""What a component takes and gives: parameters and artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker_converter.model.node import Node


@dataclass(frozen=True, kw_only=True)
class Parameter(Node):
    """An input or output parameter.

    ``type`` is a name of ParameterTypeEnum: STRING, NUMBER_INTEGER, NUMBER_DOUBLE, BOOLEAN, LIST, STRUCT,
    TASK_FINAL_STATUS, TASK_CONFIG. ``default`` counts only with ``has_default``: null is a default too.
    """

    name: str
    type: str
    has_default: bool = False
    default: Any = None
    optional: bool = False
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Artifact(Node):
    """An input or output artifact. ``schema_title`` is ``system.Dataset`` or alike, empty when only a schema was given."""

    name: str
    schema_title: str
    is_list: bool = False
    optional: bool = False
    description: str = ""


@dataclass(frozen=True)
class Interface:
    """Inputs, or outputs, of a component, by name."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
