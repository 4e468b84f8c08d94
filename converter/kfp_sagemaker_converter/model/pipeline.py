"""A pipeline with its executors and platform documents, and the file that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kfp_sagemaker_converter.model.executor import Executor
from kfp_sagemaker_converter.model.graph import Component
from kfp_sagemaker_converter.model.node import Node, Words


@dataclass(frozen=True, kw_only=True)
class Setting(Node):
    """One setting of an executor in a platform document: ``secretAsEnv``, ``pvcMount``; ``value`` as it was written."""

    executor: str
    name: str
    value: Any


@dataclass(frozen=True, kw_only=True)
class Platform(Node):
    """A platform document: settings of executors by label, and the settings of the whole pipeline."""

    name: str
    settings: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    pipeline_settings: Words = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Pipeline(Node):
    """A pipeline. ``root`` is its outermost component, whose inputs are the pipeline parameters; ``words`` is the IR."""

    name: str
    root: Component
    components: Mapping[str, Component]
    executors: Mapping[str, Executor]
    platforms: Mapping[str, Platform] = field(default_factory=dict)
    display_name: str = ""
    description: str = ""
    default_pipeline_root: str = ""
    sdk_version: str = ""
    schema_version: str = ""


class Format(Enum):
    """The formats that are told apart, readable or not."""

    KFP_V2_IR = "KFP 2 pipeline (IR)"
    KFP_V2_SOURCE = "KFP 2 DSL source"
    COMPONENT_YAML = "component.yaml"
    KFP_V1_SOURCE = "KFP 1 DSL source"
    KFP_V1_ARGO = "KFP 1 pipeline (Argo Workflow)"
    KFP_V2_ARGO = "Argo Workflow written by the KFP 2 back end"
    KFP_TEKTON = "kfp-tekton pipeline"
    ARGO = "Argo Workflow"
    TEKTON = "Tekton pipeline"
    TFX = "TFX pipeline"
    AZURE_ML = "Azure ML job"
    NOTEBOOK = "notebook"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Document:
    """What a front end made of one file.

    ``wrapper`` are the words around the IR, such as a PipelineVersion resource or a Vertex job: ``wrapper_kind`` names it. Of
    a component.yaml it is all of it.
    ``is_component`` tells that the file was one component, which the pipeline only wraps.
    """

    file: str
    format: Format
    pipeline: Pipeline
    is_component: bool = False
    wrapper_kind: str = ""
    wrapper: Words = field(default_factory=dict, repr=False)
