"""The steps of a pipeline: what runs, with the tasks that use it. The unit that moves or stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kfp_sagemaker_converter.model import Component, Executor, Opaque, Pipeline, Setting, Task


@dataclass(frozen=True)
class Use:
    """A task that uses a step. ``path`` are task names from the root: ``condition-1/train``; of several, the first."""

    path: str
    task: Task


@dataclass(frozen=True)
class Step:
    """A component with an executor.

    ``name`` is the executor's label; where several components share an executor, label and component. ``settings`` are the
    Kubernetes settings of the executor.
    """

    name: str
    label: str
    component: Component
    executor: Executor
    uses: tuple[Use, ...]
    settings: tuple[Setting, ...] = ()


def steps_of(pipeline: Pipeline) -> tuple[Step, ...]:
    """Every step, in the order of the source's components; executors without a component come last, without uses."""
    uses: dict[str, list[Use]] = {}
    for use in _uses(pipeline):
        uses.setdefault(use.task.component, []).append(use)
    sharing = Counter(component.executor for component in pipeline.components.values() if component.executor is not None)
    kubernetes = pipeline.platforms.get("kubernetes")
    settings = kubernetes.settings if kubernetes else {}
    found = []
    for name, component in pipeline.components.items():
        label = component.executor
        if label is None:
            continue
        executor = pipeline.executors.get(label) or Opaque(kind="missing", location=component.location)
        step_name = label if sharing[label] == 1 else f"{label} ({name})"
        found.append(Step(step_name, label, component, executor, tuple(uses.get(name, ())), settings.get(label, ())))
    for label, executor in pipeline.executors.items():
        if not sharing[label]:
            orphan = Component(name="", executor=label, location=executor.location)
            found.append(Step(label, label, orphan, executor, (), settings.get(label, ())))
    return tuple(found)


def _uses(pipeline: Pipeline) -> Iterator[Use]:
    """Every task of every DAG that the root reaches, each DAG once, however often it is used; no recursion of the source's."""
    seen = set()
    open_dags = [(pipeline.root, "")]
    while open_dags:
        component, path = open_dags.pop(0)
        for task in component.dag.tasks.values() if component.dag else ():
            yield Use(f"{path}{task.name}", task)
            inner = pipeline.components.get(task.component)
            if inner is not None and inner.dag is not None and inner.name not in seen:
                seen.add(inner.name)
                open_dags.append((inner, f"{path}{task.name}/"))
