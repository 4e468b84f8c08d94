"""The source file of a pipeline: imports, components, and a function for each pipeline in it, the nested ones first."""

from __future__ import annotations

from collections.abc import Iterator

from kfp_sagemaker_converter.back_ends.python.artifact_types import foreign_classes
from kfp_sagemaker_converter.back_ends.python.components import component_text, load_statement
from kfp_sagemaker_converter.back_ends.python.expressions import quoted
from kfp_sagemaker_converter.back_ends.python.functions import function_text
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.back_ends.python.loop_items import Side, list_types
from kfp_sagemaker_converter.back_ends.python.names import CannotSay, check_task_name, free_name
from kfp_sagemaker_converter.back_ends.python.pipeline_config import pipeline_config
from kfp_sagemaker_converter.back_ends.python.signature import Lists
from kfp_sagemaker_converter.model import Component, Container, Dag, Pipeline, Task

#: The function of the outermost pipeline.
MAIN = "pipeline"


def source_of(pipeline: Pipeline) -> str:
    """DSL source of a pipeline.

    Raises:
        CannotSay: there is something in it that DSL source has no words for.
    """
    if pipeline.root.dag is None:
        raise CannotSay("a pipeline without tasks")
    lists = list_types(pipeline)
    classes = list(foreign_classes(pipeline))
    taken = {MAIN}
    callables: dict[str, str] = {}
    loads, functions = [], []
    for task, component in _used(pipeline, pipeline.root.dag, set()):
        executor = pipeline.executors.get(component.executor or "")
        if component.dag is not None:
            name = free_name(task.name, taken)
            decorator = f"@dsl.pipeline(name={quoted(task.name)})"
            functions.append(function_text(pipeline, component, name, decorator, callables, lists))
        elif isinstance(executor, Container):
            name = free_name(f"{task.name}_step", taken)
            loads.append(load_statement(name, component_text(task.name, component, executor)))
            loads += _lists_of(name, component, lists)
        else:
            continue
        callables[component.name] = name
    functions.append(function_text(pipeline, pipeline.root, MAIN, _decorator(pipeline), callables, lists))
    body = "\n\n".join([*(f"{one}\n" for one in classes), *functions])
    imports = "from kfp import components, dsl" + (", kubernetes" if "kubernetes." in body else "")
    typing = [name for name in ("List", "NamedTuple", "Optional") if f"{name}[" in body or f"{name}(" in body]
    head = f'"""The pipeline {_one_line(pipeline.name)}. Written by kfp-sagemaker convert."""\n\n'
    head += f"from typing import {', '.join(typing)}\n\n" if typing else ""
    return f"{head}{imports}\n\n" + "\n".join(loads) + "\n\n" + body


def _lists_of(variable: str, component: Component, lists: Lists) -> Iterator[str]:
    """Statements that tell the types of lists: the text of a component knows ``LIST`` only."""
    for name in component.outputs.parameters:
        if of := lists.get((component.name, Side.OUTPUT, name)):
            yield f"{variable}.component_spec.outputs[{quoted(name)}].type = {quoted(of)}  # for loops over it\n"


def _used(pipeline: Pipeline, dag: Dag, seen: set[str]) -> Iterator[tuple[Task, Component]]:
    """Each component that a call uses, once, with the first task that does; what a nested pipeline uses comes before it."""
    for task in sorted(dag.tasks.values(), key=lambda task: (len(task.name), task.name)):
        component = pipeline.components.get(task.component)
        if component is None:
            raise CannotSay(f"the component {task.component}, which is not there")
        is_call = block_of(task, pipeline.components) is Block.CALL
        if component.name in seen:
            continue
        seen.add(component.name)
        if component.dag is not None:
            yield from _used(pipeline, component.dag, seen)
        if is_call:
            check_task_name(task.name)
            yield task, component


def _decorator(pipeline: Pipeline) -> str:
    arguments = [f"name={quoted(pipeline.name)}"]
    for key, value in (
        ("display_name", pipeline.display_name),
        ("description", pipeline.description),
        ("pipeline_root", pipeline.default_pipeline_root),
    ):
        arguments += [f"{key}={quoted(value)}"] if value else []
    config = pipeline_config(pipeline.platforms)
    arguments += [f"pipeline_config={config}"] if config else []
    return f"@dsl.pipeline({', '.join(arguments)})"


def _one_line(text: str) -> str:
    return quoted(text)[1:-1].replace("'", "\\'")
