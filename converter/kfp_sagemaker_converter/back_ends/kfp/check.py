"""The last look before anything is written: is the output what KFP takes, and is every step of the source in it?

Not here: loading it in kfp, which takes as long as compiling. Tests do, with each release of kfp that is supported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.message import message_of
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.placement import Decision


def problems_of(documents: Sequence[Mapping[str, Any]], pipeline: Pipeline, decisions: Sequence[Decision]) -> list[str]:
    """What is wrong with a converted pipeline; empty when nothing is."""
    ir = documents[0]
    try:
        message_of(ir, pipeline.location)
    except Refused as refused:
        return [f"the output is no PipelineSpec: {refused.diagnostics[0].sentence}"]
    return [*_lost_tasks(ir, pipeline), *_lost_steps(ir, decisions)]


def _lost_tasks(ir: Mapping[str, Any], pipeline: Pipeline) -> list[str]:
    """DAGs that have not the tasks that they had."""
    found = []
    for component in (pipeline.root, *pipeline.components.values()):
        holder = ir if component is pipeline.root else ir.get("components") or {}
        words = holder.get(component.name) or {}
        tasks = set(((words.get("dag") or {}).get("tasks")) or ())
        if component.dag is not None and tasks != set(component.dag.tasks):
            found.append(f"{component.name} had {len(component.dag.tasks)} tasks and has {len(tasks)}")
    return found


def _lost_steps(ir: Mapping[str, Any], decisions: Sequence[Decision]) -> list[str]:
    """Steps that are neither in the output nor have a diagnostic."""
    executors = (ir.get("deploymentSpec") or {}).get("executors")
    # The proto leaves its shape open.
    executors = executors if isinstance(executors, dict) else {}
    components = ir.get("components") or {}
    found = []
    for decision in decisions:
        step = decision.step
        label = (components.get(step.component.name) or {}).get("executorLabel", step.label)
        about: tuple[Diagnostic, ...] = decision.diagnostics
        if label not in executors and not about:
            found.append(f"step {step.name} is lost")
        if not decision.moves and not about:
            found.append(f"step {step.name} stays without a word")
    return found
