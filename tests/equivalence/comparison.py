"""One case run as it was and moved, with everything that has to hold of the two."""

from __future__ import annotations

from pathlib import Path

from cases import Case, unexpected
from conversions import moved
from observation import differences
from runs import Lab, compiled


def problems(lab: Lab, case: Case, folder: Path, service: str = "processing") -> list[str]:
    """What is wrong with the two runs, one line each; empty when they are right and the same.

    The jobs are counted too: a pipeline that was not moved would be the same as itself.
    """
    ir = compiled(case.source, case.pipeline, folder)
    as_it_was = lab.observed_run(ir, case.arguments, f"{folder.name}-as-it-was")
    wrong = [f"as it was: {line}" for line in unexpected(case, as_it_was)]
    if as_it_was.jobs:
        wrong.append(f"as it was: {dict(as_it_was.jobs)}")
    converted = lab.observed_run(moved(ir, folder / "moved.yaml", service), case.arguments, f"{folder.name}-moved")
    wrong += [f"moved: {line}" for line in unexpected(case, converted)]
    operation = f"Create{service.capitalize()}Job"
    if converted.jobs != ({operation: case.jobs} if case.jobs else {}):
        wrong.append(f"moved: jobs {dict(converted.jobs)}, expected {case.jobs} of {operation}")
    wrong += [f"as it was and moved: {line}" for line in differences(as_it_was, converted)]
    return [*wrong, as_it_was.progress, converted.progress] if wrong else []
