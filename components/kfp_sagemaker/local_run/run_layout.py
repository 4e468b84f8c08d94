"""Where things of a run are: URIs as KFP 2.15 and later make them, and the folders of this machine behind them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from pathlib import Path

from kfp_sagemaker.kfp_io import local_path

S3_MOUNT = Path("/s3")
"""Where KFP maps ``s3://`` (kfp.dsl.types.artifact_types)."""


@dataclass(frozen=True)
class RunLayout:
    """The places of one run."""

    folder: Path
    """The run's own folder; a step's files are in ``<folder>/<task>``."""
    root: str
    """The run's pipeline root: ``s3://<bucket>/<prefix>/<pipeline>/<run id>``, or a folder where ``/s3`` cannot be bound."""
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def remote(self) -> bool:
        """Whether artifacts have ``s3://`` URIs."""
        return self.root.startswith("s3://")


@dataclass(frozen=True)
class StepPlaces:
    """The places of one step: one task, or one iteration of it, with all its attempts.

    A driver makes the salt once for all attempts of a step (launcher_v2.go), so that a retried step finds
    the same URIs; its files are gone, as the pod is.
    """

    name: str
    """What people read: the task's display name, with the iteration's number in a loop."""
    folder: Path
    uri: str
    """The salted task root."""

    @property
    def mounts(self) -> tuple[tuple[Path, str], ...]:
        """Folder here and path in the step: ``/s3`` with the inputs, and on it the task root with the outputs."""
        return ((self.folder / "s3", str(S3_MOUNT)), (self.folder / "outputs", local_path(self.uri)))

    @property
    def parameters(self) -> Path:
        """The folder of output parameter files, which are local to the pod under KFP also."""
        return self.folder / "parameters"

    @property
    def executor_output(self) -> str:
        """``executor_output.json`` as the step sees it: in the salted task root."""
        return f"{local_path(self.uri)}/executor_output.json"

    def here(self, path_of_step: str) -> Path:
        """The path on this machine of a path that the step sees."""
        path = Path(path_of_step)
        for folder, mount in reversed(self.mounts):
            if path.is_relative_to(mount):
                return folder / path.relative_to(mount)
        return path


def run_layout(output: Path, pipeline: str, run_id: str, *, bucket: str, remote: bool) -> RunLayout:
    """The layout of a new run below the folder ``output``."""
    folder = (output / pipeline / run_id).absolute()
    root = f"s3://{bucket}/v2/artifacts/{pipeline}/{run_id}" if remote else str(folder)
    return RunLayout(folder, root, run_id)


def step_places(layout: RunLayout, task: str, iterations: tuple[int, ...], display_name: str) -> StepPlaces:
    """Places, with a new salt, of a task in the given iterations of the loops around it (outermost first)."""
    suffix = "".join(f"-{index}" for index in iterations)
    label = f"{display_name}[{','.join(map(str, iterations))}]" if iterations else display_name
    salt = str(uuid.uuid4())
    folder = layout.folder / f"{task}{suffix}"
    if folder.exists():  # the same task name in two DAGs
        folder = layout.folder / f"{task}{suffix}-{salt[:8]}"
    return StepPlaces(label, folder, f"{layout.root}/{task}/{salt}" if layout.remote else str(folder / "outputs"))
