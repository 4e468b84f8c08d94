"""Items of loops that are written in the pipeline, where kfp would take their members for another type.

kfp takes all members of a mapping for what the first member of the first item is. The IR has the members by name, and its
order is not the source's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.model import Component, ComponentInput, Task

_KINDS: Mapping[type, str] = {bool: "BOOLEAN", str: "STRING", list: "LIST", dict: "STRUCT"}


def in_order(items: Any, task: Task, block: Component, components: Mapping[str, Component]) -> Any:
    """The items of the loop ``task`` around ``block``, with a member first that is of the type which members are used as."""
    types = {kind for kind in _used_as(task, block, components) if kind}
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    wanted = [name for name, value in first.items() if {_kind(value)} == types]
    if not wanted or _kind(next(iter(first.values()))) in types:
        return items
    name = wanted[0]
    return [{name: one[name], **one} if isinstance(one, dict) and name in one else one for one in items]


def _used_as(task: Task, block: Component, components: Mapping[str, Component]) -> set[str]:
    """The types of the inputs that get a member of an item."""
    item = task.loop.item_input if task.loop else ""
    found = set()
    for inner in block.dag.tasks.values() if block.dag else ():
        parameters = components[inner.component].inputs.parameters if inner.component in components else {}
        for name, given in inner.inputs.items():
            if given.source == ComponentInput(item) and given.expression and name in parameters:
                found.add(parameters[name].type)
    return found


def _kind(value: Any) -> str:
    """The type in the IR of what kfp finds in the source, where ``3.0`` is written as 3."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "NUMBER_INTEGER" if float(value).is_integer() else "NUMBER_DOUBLE"
    return _KINDS.get(type(value), "")
