"""The shape of a DAG as DSL source sees it: which tasks are blocks, and in which order to write."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import Enum
from heapq import heapify, heappop, heappush
from itertools import pairwise

from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Component, Dag, Task, TaskOutput

_GROUP = re.compile(r"(condition-branches|condition|for-loop|exit-handler)-(\d+)\Z")


class Block(Enum):
    """What a task is in the source."""

    BRANCHES = "condition-branches"
    CONDITION = "condition"
    LOOP = "for-loop"
    EXIT_HANDLER = "exit-handler"
    #: A nested pipeline or a step: a call.
    CALL = ""


def block_of(task: Task, components: Mapping[str, Component]) -> Block:
    """What a task is: kfp names the DAGs that it makes of blocks, and numbers them."""
    component = components.get(task.component)
    match = _GROUP.match(task.name)
    if component is None or component.dag is None or match is None:
        if (task.condition or task.loop) and component is not None and component.dag is not None:
            raise CannotSay(f"the block name {task.name!r}: kfp's are condition-1, for-loop-2 and so on")
        if task.condition or task.loop:
            raise CannotSay(f"the task {task.name}, which is a step and a condition or loop")
        return Block.CALL
    return Block(match.group(1))


def exit_task_of(dag: Dag, handler: str) -> str:
    """The task that runs whatever becomes of an exit handler's.

    Raises:
        CannotSay: there is none, or several.
    """
    found = [name for name, task in dag.tasks.items() if task.after_failure and handler in task.depends_on]
    if len(found) != 1:
        raise CannotSay(f"{handler} with {len(found)} exit tasks")
    return found[0]


def read_by(task: Task) -> set[str]:
    """The tasks of the same DAG whose outputs a task reads."""
    return {one.source.task for one in task.inputs.values() if isinstance(one.source, TaskOutput)}


def in_writing_order(dag: Dag, components: Mapping[str, Component]) -> list[Task]:
    """Tasks after what they need, else as the source had them: kfp numbers blocks, and tasks of one name, as it meets them.

    An exit task stands before its handler, which names it.

    Raises:
        CannotSay: tasks need each other.
    """
    needs = {name: {each for each in task.needs if each in dag.tasks} for name, task in dag.tasks.items()}
    for name, task in dag.tasks.items():
        if block_of(task, components) is Block.EXIT_HANDLER:
            exit_task = exit_task_of(dag, name)
            needs[exit_task].discard(name)
            needs[name].add(exit_task)
    numbered = _numbered_before(dag, components)
    order, left = _sorted({name: needed | numbered[name] for name, needed in needs.items()})
    if left:  # the numbers are not kfp's
        order, left = _sorted(needs)
    if left:
        raise CannotSay(f"{', '.join(left)}, which wait for each other")
    return [dag.tasks[name] for name in order]


def _sorted(needs: Mapping[str, set[str]]) -> tuple[list[str], list[str]]:
    """Names after what they need, and those that need each other."""
    missing = {name: len(needed) for name, needed in needs.items()}
    waiting: defaultdict[str, list[str]] = defaultdict(list)
    for name, needed in needs.items():
        for each in needed:
            waiting[each].append(name)
    ready = [(_rank(name), name) for name in needs if not needs[name]]
    heapify(ready)
    order: list[str] = []
    while ready:
        _, done = heappop(ready)
        order.append(done)
        for name in waiting[done]:
            missing[name] -= 1
            if not missing[name]:
                heappush(ready, (_rank(name), name))
    return order, [name for name in needs if missing[name]]


def _numbered_before(dag: Dag, components: Mapping[str, Component]) -> dict[str, set[str]]:
    """For each task, the task that is, or holds, the one with the number before its own: ``train`` for ``train-2``."""
    holders = {name: holder for holder, task in dag.tasks.items() for name in _calls_in(task, components)}
    numbers: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in holders:
        base, _, number = name.rpartition("-")
        if base in holders and number.isdecimal():
            numbers[base].append((int(number), name))
        else:
            numbers[name].append((1, name))
    before: dict[str, set[str]] = {name: set() for name in dag.tasks}
    for names in numbers.values():
        in_order = [holders[name] for _, name in sorted(names)]
        for one, other in pairwise(in_order):
            if one != other:
                before[other].add(one)
    return before


def _calls_in(task: Task, components: Mapping[str, Component]) -> Iterator[str]:
    """The names of the calls in a block; of a call, its own."""
    if block_of(task, components) is Block.CALL:
        yield task.name
        return
    inner = components[task.component].dag
    for one in inner.tasks.values() if inner is not None else ():
        yield from _calls_in(one, components)


def _rank(name: str) -> tuple[int, str, int]:
    """Calls first, then blocks; ``train`` before ``train-2`` before ``train-10``."""
    group = _GROUP.match(name)
    if group is not None:
        return 1, "", int(group.group(2))
    match = re.fullmatch(r"(.*?)(?:-(\d+))?", name, re.DOTALL)
    assert match is not None
    return 0, match.group(1), int(match.group(2) or 1)
