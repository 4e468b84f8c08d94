"""Types of the items of loops at run time, where the installed kfp would take them for text.

kfp reads the type of an item off the type of the list, ``List[int]``, and the type of an item's member off the item's,
``List[Dict[str, int]]``; what has no type is text. The IR has ``LIST`` for all of these, and says the types where a block
begins. Here they are followed back to the list: an output of a component, or an input of a pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from kfp_sagemaker_converter.back_ends.python.expressions import member
from kfp_sagemaker_converter.back_ends.python.graph import Block, block_of
from kfp_sagemaker_converter.model import Component, ComponentInput, Dag, OutputKind, Pipeline, Task, TaskInput, TaskOutput


class Side(Enum):
    """Where a list is declared."""

    INPUT = "input"
    OUTPUT = "output"


#: A list: the component that declares it, on which side, under which name.
Place: TypeAlias = tuple[str, Side, str]

_PLAIN = {"NUMBER_INTEGER": "int", "NUMBER_DOUBLE": "float", "BOOLEAN": "bool", "LIST": "list", "STRUCT": "dict"}


@dataclass
class _Value:
    """What is known of a value: its type in the IR, that of its items, and those of its members."""

    type: str = ""
    item: _Value | None = None
    members: dict[str, _Value] = field(default_factory=dict)

    def items(self) -> _Value:
        """An item of this list."""
        self.item = self.item or _Value()
        return self.item

    def python(self) -> str:
        """The type in Python. Members that are of several types are of none: ``Dict`` has one."""
        item = self.item.python() if self.item else "str"
        if item != "str":
            return f"List[{item}]"
        members = {member.python() for member in self.members.values()}
        if len(members) == 1 and members != {"str"}:
            return f"Dict[str, {members.pop()}]"
        return _PLAIN.get(self.type, "str")


def list_types(pipeline: Pipeline) -> dict[Place, str]:
    """The Python type of each list whose items are no text: ``List[dict]``."""
    places: dict[Place, _Value] = {}
    _visit(pipeline, pipeline.root, {}, places, set())
    written = {place: value.python() for place, value in places.items()}
    return {place: of for place, of in written.items() if of.startswith("List[")}


def _visit(
    pipeline: Pipeline,
    component: Component,
    known: Mapping[str, _Value | None],
    places: dict[Place, _Value],
    seen: set[str],
) -> None:
    """The blocks of a component's DAG; ``known`` are the values of inputs, where the component is a block."""
    if component.dag is None or component.name in seen:
        return
    seen.add(component.name)
    for task in component.dag.tasks.values():
        inner = pipeline.components.get(task.component)
        if inner is None or inner.dag is None:
            continue
        if block_of(task, pipeline.components) is Block.CALL:
            _visit(pipeline, inner, {}, places, seen)
            continue
        values = {name: _value(pipeline, component, known, places, one) for name, one in task.inputs.items()}
        _visit(pipeline, inner, _in_block(task, inner, values), places, seen)


def _in_block(task: Task, block: Component, values: dict[str, _Value | None]) -> dict[str, _Value | None]:
    """The values of a block's inputs, whose types it tells."""
    items = values.get(task.loop.items_input) if task.loop is not None else None
    if task.loop is not None and items is not None:
        values[task.loop.item_input] = items.items()
    for name, value in values.items():
        if value is not None and name in block.inputs.parameters:
            value.type = block.inputs.parameters[name].type
    return values


def _value(
    pipeline: Pipeline,
    component: Component,
    known: Mapping[str, _Value | None],
    places: dict[Place, _Value],
    given: TaskInput,
) -> _Value | None:
    """What is known of what a block gets."""
    value = None
    if isinstance(given.source, ComponentInput):
        name = given.source.name
        value = known[name] if name in known else places.setdefault((component.name, Side.INPUT, name), _Value())
    elif isinstance(given.source, TaskOutput) and component.dag is not None:
        place = _place_of_output(pipeline, component.dag, given.source)
        value = places.setdefault(place, _Value()) if place is not None else None
    if value is None or not given.expression:
        return value
    key = member(given.expression)
    return value.members.setdefault(key, _Value()) if key is not None else None


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
