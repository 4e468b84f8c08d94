"""One pipeline run as it was and moved, with everything that has to hold of the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cases import Case, unexpected
from conversions import moved
from observation import Observation, differences
from runs import Lab, compiled


def problems(lab: Lab, case: Case, folder: Path, service: str = "") -> list[str]:
    """What is wrong with the two runs, one line each; empty when they are right and the same. ``service`` is the case's own.

    The jobs are counted too: a pipeline that was not moved would be the same as itself.
    """
    ir = compiled(case.source, case.pipeline, folder)
    kind = service or case.service
    return problems_of_file(lab, ir, case.arguments, folder, kind, lambda run: unexpected(case, run), case.in_cluster)


def problems_of_file(
    lab: Lab,
    ir: Path,
    arguments: Mapping[str, Any],
    folder: Path,
    service: str,
    wrong_with: Callable[[Observation], list[str]],
    in_cluster: int = 0,
) -> list[str]:
    """:func:`problems` of an IR file. ``in_cluster`` of its steps are no containers, which become no jobs."""
    as_it_was = lab.observed_run(ir, arguments, f"{folder.name}-as-it-was")
    converted = lab.observed_run(moved(ir, folder / "moved.yaml", service), arguments, f"{folder.name}-moved")
    wrong = [f"as it was: {line}" for line in wrong_with(as_it_was)]
    wrong += [f"moved: {line}" for line in wrong_with(converted)]
    expected = {f"Create{service.capitalize()}Job": len(as_it_was.trace) - in_cluster}
    for name, run, jobs in (("as it was", as_it_was, {}), ("moved", converted, expected)):
        if run.jobs != jobs:
            wrong.append(f"{name}: jobs {dict(run.jobs)}, expected {jobs}")
    wrong += [f"as it was and moved: {line}" for line in differences(as_it_was, converted)]
    return [*wrong, as_it_was.progress, converted.progress] if wrong else []
