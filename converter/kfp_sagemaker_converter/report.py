"""What became of a pipeline: the report of one conversion, as data.

Not here: how it is shown (``report_*`` renderers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, exit_status
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.source import Location


class Outcome(Enum):
    """What became of a step."""

    #: Runs as a SageMaker job.
    MOVED = "moved"
    #: Runs where it ran.
    KEPT = "kept"


@dataclass(frozen=True)
class StepReport:
    """One step of the source: an executor, with the tasks that use it.

    ``tasks`` are paths of task names from the root, ``condition-1/train``. ``service``, ``instance_type`` and
    ``why_instance`` are of moved steps; ``instance_type`` is empty when it is known at run time only. ``codes`` are the
    diagnostics about it.
    """

    name: str
    location: Location
    outcome: Outcome
    reason: str
    component: str = ""
    tasks: tuple[str, ...] = ()
    image: str = ""
    target_image: str = ""
    service: str = ""
    instance_type: str = ""
    why_instance: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All there is to say about the conversion of one file.

    ``images`` maps the images of moved steps to where they have to be copied. ``added_parameters`` are the pipeline
    parameters that the converter added, with their defaults. ``cluster_needs`` are sentences: what has to be there for the
    converted pipeline to run. ``iam_policies`` are policy documents by file name.
    """

    file: str
    format: Format
    pipeline: str = ""
    steps: tuple[StepReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    added_parameters: Mapping[str, Any] = field(default_factory=dict)
    cluster_needs: tuple[str, ...] = ()
    iam_policies: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """0 exact, 1 needs review, 2 error."""
        return exit_status(self.diagnostics)

    @property
    def moved(self) -> tuple[StepReport, ...]:
        """The steps that run on SageMaker."""
        return tuple(step for step in self.steps if step.outcome is Outcome.MOVED)

    @property
    def kept(self) -> tuple[StepReport, ...]:
        """The steps that stay in the cluster."""
        return tuple(step for step in self.steps if step.outcome is Outcome.KEPT)
