"""The shape of a DAG as DSL source sees it: which tasks are blocks, and in which order to write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Component, Dag, FinalStatus, Task, TaskOutput

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


def needs_of(task: Task) -> set[str]:
    """The tasks of the same DAG that a task is told to come after, or reads from."""
    sources = (one.source for one in task.inputs.values())
    return {*task.depends_on, *read_by(task), *(one.task for one in sources if isinstance(one, FinalStatus))}


def read_by(task: Task) -> set[str]:
    """The tasks of the same DAG whose outputs a task reads."""
    return {one.source.task for one in task.inputs.values() if isinstance(one.source, TaskOutput)}


def in_writing_order(dag: Dag, components: Mapping[str, Component]) -> list[Task]:
    """Tasks after what they need; blocks by their numbers, which kfp gives in the order of the source.

    An exit task stands before its handler, which names it.

    Raises:
        CannotSay: tasks need each other.
    """
    needs = {name: needs_of(task) & set(dag.tasks) for name, task in dag.tasks.items()}
    for name, task in dag.tasks.items():
        if block_of(task, components) is Block.EXIT_HANDLER:
            exit_task = exit_task_of(dag, name)
            needs[exit_task].discard(name)
            needs[name].add(exit_task)
    order: list[Task] = []
    waiting = dict(dag.tasks)
    while waiting:
        ready = [name for name in waiting if not needs[name] & waiting.keys()]
        if not ready:
            raise CannotSay(f"{', '.join(waiting)}, which wait for each other")
        order.append(waiting.pop(min(ready, key=_rank)))
    return order


def _rank(name: str) -> tuple[int, str, int]:
    """Calls first, then blocks; ``train`` before ``train-2`` before ``train-10``."""
    group = _GROUP.match(name)
    if group is not None:
        return 1, "", int(group.group(2))
    match = re.fullmatch(r"(.*?)(?:-(\d+))?", name, re.DOTALL)
    assert match is not None
    return 0, match.group(1), int(match.group(2) or 1)
