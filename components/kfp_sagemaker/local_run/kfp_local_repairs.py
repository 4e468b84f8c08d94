"""Two functions of kfp.local replaced for the time of a run.

- Tasks that do not depend on each other run in the order of their names. kfp.local takes them as they lie in a
  protobuf map, whose order is another one in each process.
- ``dsl.OneOf`` over artifacts gives the artifact of the branch that ran. kfp.local (2.17) knows it for parameters only.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any


@contextlib.contextmanager
def kfp_local_repaired() -> Iterator[None]:
    """Within the context kfp.local does both."""
    from kfp.local import graph_utils

    with contextlib.ExitStack() as stack:
        stack.enter_context(_replaced(graph_utils, "topological_sort_tasks", _sorted_tasks))
        if find_spec("kfp.local.orchestrator") is not None:  # since 2.16; before, there are no conditions
            from kfp.local.orchestrator.orchestrator_utils import OrchestratorUtils

            stack.enter_context(_replaced(OrchestratorUtils, "get_dag_output_artifacts", staticmethod(_output_artifacts)))
        yield


@contextlib.contextmanager
def _replaced(owner: Any, name: str, function: Any) -> Iterator[None]:
    original = vars(owner)[name]  # not getattr, which would bind a class method
    setattr(owner, name, function)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _sorted_tasks(tasks: Mapping[str, Any]) -> list[str]:
    """Names as kfp.local pops them: the last one runs first."""
    from kfp.local import graph_utils

    dependencies = graph_utils.build_dependency_map(tasks)
    in_order = {name: dependencies[name] for name in sorted(dependencies, key=_numbers_as_numbers)}
    result: list[str] = graph_utils.topological_sort(in_order)
    return result


def _numbers_as_numbers(name: str) -> list[tuple[int, str]]:
    """A sort key by which ``step-2`` comes before ``step-10``."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _output_artifacts(dag_outputs_spec: Any, io_store: Any) -> dict[str, Any]:
    """The artifacts that a DAG hands out: of several producers the one that ran."""
    outputs = {}
    for name, spec in dag_outputs_spec.artifacts.items():
        produced = []
        for selector in spec.artifact_selectors:
            try:
                produced.append(io_store.get_task_output(selector.producer_subtask, selector.output_artifact_key))
            except (KeyError, ValueError):  # a branch that was not taken
                continue
        if len(produced) != 1:
            raise ValueError(f"output {name} comes from {len(produced)} tasks that ran, and not from one")
        outputs[name] = produced[0]
    return outputs
