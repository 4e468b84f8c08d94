"""The pipeline model: what every front end gives, every pass reads and every back end writes.

Frozen dataclasses in the words of KFP's PipelineSpec proto
(https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto). Every node keeps where it stood in the
source (``location``) and how it was written there (``words``, the mapping as it was read, never changed), so that what the
model has no field for is not lost. A front end of a format that is not IR gives as ``words`` the IR it stands for.

Not here: reading (``front_ends``), judging (``passes``), writing (``back_ends``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from kfp_sagemaker_converter.source import Location

Words: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Node:
    """What every part of a pipeline has: its place in the source, and how it was written there."""

    location: Location
    words: Words = field(default_factory=dict, repr=False)


# --- interfaces ----------------------------------------------------------------------------------------------------------


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


# --- what runs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Resources:
    """What a container asks for, as written: ``"2"``, ``"500m"``, ``"16G"``, or a placeholder that is filled at run time.

    Empty is not asked for. Where the IR says a thing twice, as number and as text, this is the text (``resourceCpuLimit``),
    which alone can be a placeholder. The numbers of old IR are ``"3.5"`` CPUs and ``"15G"`` (10^9 bytes each).
    """

    cpu_request: str = ""
    cpu_limit: str = ""
    memory_request: str = ""
    memory_limit: str = ""
    accelerator_type: str = ""
    accelerator_count: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything is asked for."""
        return self != Resources()

    @property
    def at_run_time(self) -> bool:
        """Whether some of it is known at run time only."""
        return any("{{$" in text for text in vars(self).values())


@dataclass(frozen=True, kw_only=True)
class Container(Node):
    """A program in an image. ``command`` and ``args`` may hold KFP's placeholders, so may ``image``."""

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    resources: Resources = Resources()


@dataclass(frozen=True, kw_only=True)
class Importer(Node):
    """Registers an artifact that exists already; KFP runs it without a pod. ``uri`` is empty when it comes at run time."""

    uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Resolver(Node):
    """A query of the metadata store."""


@dataclass(frozen=True, kw_only=True)
class CustomJob(Node):
    """A Vertex AI custom job."""


@dataclass(frozen=True, kw_only=True)
class Opaque(Node):
    """An executor that no version of KFP known here has; ``kind`` is what it calls itself."""

    kind: str


Executor: TypeAlias = Container | Importer | Resolver | CustomJob | Opaque


# --- the graph -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constant:
    """A value written in the pipeline. Text in it may hold placeholders over the task's own inputs."""

    value: Any


@dataclass(frozen=True)
class ComponentInput:
    """An input, parameter or artifact, of the component whose DAG the task is in."""

    name: str


@dataclass(frozen=True)
class TaskOutput:
    """An output, parameter or artifact, of a task of the same DAG."""

    task: str
    key: str


@dataclass(frozen=True)
class FinalStatus:
    """How a task of the same DAG ended, for exit handlers."""

    task: str


@dataclass(frozen=True)
class UnknownSource:
    """A source of a value that the model does not know; its words are the input's."""


Source: TypeAlias = Constant | ComponentInput | TaskOutput | FinalStatus | UnknownSource


@dataclass(frozen=True, kw_only=True)
class TaskInput(Node):
    """What a task gets for one input. ``expression`` is the CEL selector over it (``parseJson(string_value)["a"]``)."""

    name: str
    source: Source
    is_artifact: bool = False
    expression: str = ""


@dataclass(frozen=True)
class Loop:
    """A task that runs once for each item.

    ``item_input`` is the task's input that takes the item. Items are written in the pipeline (``items``, a list), or come
    at run time from the task's own input ``items_input``. ``parallelism`` 0 is unlimited.
    """

    item_input: str
    items: Any = None
    items_input: str = ""
    over_artifacts: bool = False
    parallelism: int = 0


@dataclass(frozen=True)
class Retry:
    """``attempts`` more attempts; durations are texts as in the proto, ``"60s"``."""

    attempts: int
    backoff: str = ""
    factor: float = 0.0
    longest_backoff: str = ""


@dataclass(frozen=True, kw_only=True)
class Task(Node):
    """One use of a component in a DAG.

    ``condition`` is the CEL text of an If, empty for none. ``after_failure`` tells that the task runs whatever became of
    the tasks before it (exit handlers, ``ignore_upstream_failure``). ``cached`` is None where the source does not say.
    """

    name: str
    component: str
    display_name: str = ""
    inputs: Mapping[str, TaskInput] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str = ""
    after_failure: bool = False
    loop: Loop | None = None
    retry: Retry | None = None
    cached: bool | None = None
    cache_key: str = ""


class OutputKind(Enum):
    """How a DAG's output comes about."""

    #: The output of one task (from a loop: Collected, a list of the outputs of its iterations).
    TASK = "task"
    #: The output of whichever branch ran.
    ONE_OF = "one of"


@dataclass(frozen=True, kw_only=True)
class DagOutput(Node):
    """An output of a DAG, and the task outputs that it may come from."""

    name: str
    kind: OutputKind
    sources: tuple[TaskOutput, ...]
    is_artifact: bool = False


@dataclass(frozen=True, kw_only=True)
class Dag(Node):
    """Tasks by name, and the outputs that the component around them has."""

    tasks: Mapping[str, Task]
    outputs: tuple[DagOutput, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Component(Node):
    """An interface and what stands behind it: a DAG, or an executor by its label (None: missing in the source)."""

    name: str
    inputs: Interface = Interface()
    outputs: Interface = Interface()
    dag: Dag | None = None
    executor: str | None = None


# --- the whole -----------------------------------------------------------------------------------------------------------


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
