"""References within a pipeline that lead nowhere.

kfp's own compiler writes some (a loop's item in an f-string inside an exit handler), and they run: so none is an error here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Component, ComponentInput, FinalStatus, Pipeline, Task, TaskOutput
from kfp_sagemaker_converter.rules import pipeline as rules


def dangling(pipeline: Pipeline) -> list[Diagnostic]:
    """Every reference to a component, an executor, a task or an input that is not there."""
    found: list[Diagnostic] = []
    for component in (pipeline.root, *pipeline.components.values()):
        if component.executor is not None and component.executor not in pipeline.executors:
            found.append(rules.dangling_reference(component.location, component.name, f"executor {component.executor}"))
        if component.dag is None:
            if component.executor is None:
                found.append(rules.nothing_behind(component.location, component.name, component.name))
            continue
        for task in component.dag.tasks.values():
            found += _of_task(pipeline, component, task)
        found += _circle(component, component.dag.tasks)
        for output in component.dag.outputs:
            for source in output.sources:
                if source.task not in component.dag.tasks:
                    found.append(rules.dangling_reference(output.location, component.name, f"task {source.task}"))
    return found


def _circle(component: Component, tasks: Mapping[str, Task]) -> Iterator[Diagnostic]:
    """Tasks that wait for each other, of which KFP's back end makes a workflow that Argo refuses."""
    needs = {name: task.needs & tasks.keys() for name, task in tasks.items()}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = " and ".join(str(name)[:60] for name in error.args[1][1:6])
        yield rules.not_a_pipeline_spec(component.location, component.name, f"{circle} wait for each other")


def _of_task(pipeline: Pipeline, component: Component, task: Task) -> Iterator[Diagnostic]:
    tasks = component.dag.tasks if component.dag else {}
    if task.component not in pipeline.components:
        yield rules.dangling_reference(task.location, task.name, f"component {task.component or '(no name)'}")
    for name in task.depends_on:
        if name not in tasks:
            yield rules.dangling_reference(task.location, task.name, f"task {name}")
    for given in task.inputs.values():
        match given.source:
            case TaskOutput(producer) | FinalStatus(producer) if producer not in tasks:
                yield rules.dangling_reference(given.location, task.name, f"task {producer}")
            case ComponentInput(name) if (
                name not in component.inputs.parameters
                and name not in component.inputs.artifacts
                and not (task.loop and name in (task.loop.item_input, task.loop.items_input))
            ):
                yield rules.dangling_reference(given.location, task.name, f"input {name} of {component.name}")
            case _:
                pass
