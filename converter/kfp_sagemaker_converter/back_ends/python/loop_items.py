"""Types of the items of loops at run time, where the installed kfp would take them for text.

kfp reads the type of an item off the type of the list, ``List[int]``; a list without one is a list of texts. The IR has
``LIST`` for all of them, and says the item's type where the loop begins. Here it is followed back to the list: an output of a
component, or an input of a pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.model import Component, ComponentInput, Dag, OutputKind, Pipeline, TaskInput, TaskOutput


class Side(Enum):
    """Where a list is declared."""

    INPUT = "input"
    OUTPUT = "output"


#: A list: the component that declares it, on which side, under which name.
Place: TypeAlias = tuple[str, Side, str]

_ITEMS = {"NUMBER_INTEGER": "int", "NUMBER_DOUBLE": "float", "BOOLEAN": "bool", "LIST": "list", "STRUCT": "dict"}


def list_types(pipeline: Pipeline) -> dict[Place, str]:
    """The Python type of each list whose items are no text: ``List[dict]``."""
    found: dict[Place, str] = {}
    _visit(pipeline, pipeline.root, {}, found, set())
    return found


def _visit(
    pipeline: Pipeline, component: Component, places: Mapping[str, Place | None], found: dict[Place, str], seen: set[str]
) -> None:
    """The loops of a component's DAG; ``places`` tells of inputs that are other components'."""
    if component.dag is None or component.name in seen:
        return
    seen.add(component.name)
    for task in component.dag.tasks.values():
        inner = pipeline.components.get(task.component)
        if inner is None or inner.dag is None:
            continue
        kind = block_of(task, pipeline.components)
        given = {name: _place(pipeline, component, places, one) for name, one in task.inputs.items()}
        if kind is Block.LOOP and task.loop is not None:
            place = given.get(task.loop.items_input)
            item = inner.inputs.parameters.get(task.loop.item_input)
            if place is not None and item is not None and item.type in _ITEMS:
                found[place] = f"List[{_ITEMS[item.type]}]"
        _visit(pipeline, inner, {} if kind is Block.CALL else given, found, seen)


def _place(
    pipeline: Pipeline, component: Component, places: Mapping[str, Place | None], given: TaskInput
) -> Place | None:
    if given.expression:
        return None
    if isinstance(given.source, ComponentInput):
        name = given.source.name
        return places.get(name, (component.name, Side.INPUT, name))
    if isinstance(given.source, TaskOutput) and component.dag is not None:
        return _place_of_output(pipeline, component.dag, given.source)
    return None


def _place_of_output(pipeline: Pipeline, dag: Dag, source: TaskOutput) -> Place | None:
    """Of a block, the output of the task within that it hands on; None where it is put together out of several."""
    task = dag.tasks.get(source.task)
    component = pipeline.components.get(task.component) if task else None
    if task is None or component is None:
        return None
    kind = block_of(task, pipeline.components)
    if kind is Block.CALL:
        return component.name, Side.OUTPUT, source.key
    if kind is Block.LOOP or component.dag is None:
        return None
    output = next((one for one in component.dag.outputs if one.name == source.key), None)
    if output is None or output.kind is OutputKind.ONE_OF or not output.sources:
        return None
    return _place_of_output(pipeline, component.dag, output.sources[0])
