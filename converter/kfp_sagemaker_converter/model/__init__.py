"""The pipeline model: what every front end gives, every pass reads and every back end writes.

Frozen dataclasses in the words of KFP's PipelineSpec proto
(https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto). Every node keeps where it stood in the
source (``location``) and how it was written there (``words``, the mapping as it was read, never changed), so that what the
model has no field for is not lost. A front end of a format that is not IR gives as ``words`` the IR it stands for.

Not here: reading (``front_ends``), judging (``passes``), writing (``back_ends``).
"""

from __future__ import annotations

from kfp_sagemaker_converter.model.executor import Container, CustomJob, Executor, Importer, Opaque, Resolver, Resources
from kfp_sagemaker_converter.model.graph import (
    Component,
    ComponentInput,
    Constant,
    Dag,
    DagOutput,
    FinalStatus,
    Loop,
    OutputKind,
    Retry,
    Source,
    Task,
    TaskInput,
    TaskOutput,
    UnknownSource,
)
from kfp_sagemaker_converter.model.interface import Artifact, Interface, Parameter
from kfp_sagemaker_converter.model.node import Node, Words
from kfp_sagemaker_converter.model.pipeline import Document, Format, Pipeline, Platform, Setting

__all__ = [
    "Artifact",
    "Component",
    "ComponentInput",
    "Constant",
    "Container",
    "CustomJob",
    "Dag",
    "DagOutput",
    "Document",
    "Executor",
    "FinalStatus",
    "Format",
    "Importer",
    "Interface",
    "Loop",
    "Node",
    "Opaque",
    "OutputKind",
    "Parameter",
    "Pipeline",
    "Platform",
    "Resolver",
    "Resources",
    "Retry",
    "Setting",
    "Source",
    "Task",
    "TaskInput",
    "TaskOutput",
    "UnknownSource",
    "Words",
]
