"""Components, their graphs, the tasks in these, and where a task's inputs come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from kfp_sagemaker_converter.model.interface import Interface
from kfp_sagemaker_converter.model.node import Node


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

    @property
    def needs(self) -> set[str]:
        """The tasks of the same DAG that it is told to come after, reads from, or is told the end of."""
        sources = [one.source for one in self.inputs.values()]
        return {*self.depends_on, *(one.task for one in sources if isinstance(one, TaskOutput | FinalStatus))}


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
    inputs: Interface = field(default_factory=Interface)
    outputs: Interface = field(default_factory=Interface)
    dag: Dag | None = None
    executor: str | None = None
