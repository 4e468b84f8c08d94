"""Values that are written in the pipeline and are more than KFP can give to a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kfp_sagemaker.container_step.long_arguments import LONGEST_ARGUMENT
from kfp_sagemaker.container_step.parameter_text import json_size

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Constant, Container, Task
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import pipeline as rules


def too_large(steps: Sequence[Step]) -> Iterator[Diagnostic]:
    """Tasks whose constants and defaults KFP's launcher cannot be given."""
    for step in steps:
        if isinstance(step.executor, Container):
            for use in step.uses:
                size = sum(map(json_size, _values(step, use.task)))
                if size > LONGEST_ARGUMENT:
                    yield rules.too_large_for_kfp(use.task.location, step.name, use.task.name[:100], size)


def _values(step: Step, task: Task) -> Iterator[Any]:
    yield from (given.source.value for given in task.inputs.values() if isinstance(given.source, Constant))
    for name, parameter in step.component.inputs.parameters.items():
        if parameter.has_default and name not in task.inputs:
            yield parameter.default
