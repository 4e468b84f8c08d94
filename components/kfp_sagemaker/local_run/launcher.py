"""One step from its arguments to its outputs: what KFP's launcher does around the user's program, in its order.

Make folders, fill placeholders, download all inputs, run, read executor_output.json and parameter files, upload
artifacts, publish. A step that fails publishes nothing.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kfp_sagemaker.container_step.long_arguments import LONGEST_ARGUMENT
from kfp_sagemaker.container_step.parameter_text import json_size
from kfp_sagemaker.kfp_io import local_path
from kfp_sagemaker.local_run import artifact_store
from kfp_sagemaker.local_run.console import RunConsole
from kfp_sagemaker.local_run.container_step import run_container
from kfp_sagemaker.local_run.errors import Interrupted, StepFailed
from kfp_sagemaker.local_run.executor_input import executor_input, filled_command
from kfp_sagemaker.local_run.executor_output import StepOutputs, read_outputs
from kfp_sagemaker.local_run.kfp_local_spec import Task
from kfp_sagemaker.local_run.namespace import Mounts, Namespace
from kfp_sagemaker.local_run.pod_settings import PodSettings, laid_out
from kfp_sagemaker.local_run.process import StepProcesses
from kfp_sagemaker.local_run.run_layout import RunLayout, StepPlaces, step_places
from kfp_sagemaker.local_run.step_command import ANY_IMAGE, kind_of, missing_image, step_command
from kfp_sagemaker.local_run.step_log import executor_line_filter
from kfp_sagemaker.variable_expansion import expanded, expanded_environment

METADATA_ONLY = frozenset({"system.Metrics", "system.ClassificationMetrics", "system.SlicedClassificationMetrics"})
"""Schemas whose content is metadata: no file is expected."""


@dataclass(frozen=True)
class StepRecord:
    """A step that has ended."""

    task: str
    name: str
    """What people read: the task's display name, with the iteration's number in a loop."""
    status: str
    """``succeeded``, ``failed`` or ``interrupted``."""
    seconds: float
    outputs: StepOutputs | None = None
    places: StepPlaces | None = None
    reason: str = ""
    attempt: int = 1
    iterations: tuple[int, ...] = ()
    """The numbers of the loop iterations around it, outermost first."""


@dataclass(frozen=True)
class Launcher:
    """Everything that the steps of a run share."""

    layout: RunLayout
    namespace: Namespace | None
    environment: Mapping[str, str]
    """The whole environment of a step but for what its container and its kind add."""
    images: Mapping[str, Path]
    runner: str
    """What runs container steps, a name that ``--runner`` takes."""
    s3: Any
    console: RunConsole
    pods: Mapping[str, PodSettings] = field(default_factory=dict)
    """What pods have from the cluster, by the executor's label."""
    processes: StepProcesses = field(default_factory=StepProcesses)
    records: list[StepRecord] = field(default_factory=list)
    _attempts: dict[tuple[str, tuple[int, ...]], tuple[StepPlaces, int]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def launch(
        self, key: str, task: Task, iterations: tuple[int, ...], component: Any, container: Any, arguments: Any
    ) -> StepRecord:
        """Run one attempt of a step; a failure is recorded and not raised.

        ``key`` tells apart tasks of one name in different DAGs.

        Raises:
            Interrupted: the run was stopped while the step ran, or before.
        """
        if self.processes.stopped_by:
            raise Interrupted(self.processes.stopped_by)
        places, attempt = self._places(key, task, iterations)
        started = time.monotonic()
        self.console.step_started(places.name, attempt)
        outputs, status, reason = None, "succeeded", ""
        try:
            outputs = self._run(places, task, attempt, component, container, arguments)
        except StepFailed as failure:
            status, reason = ("interrupted", "") if self.processes.stopped_by else ("failed", str(failure))
        seconds = time.monotonic() - started
        record = StepRecord(task.name, places.name, status, seconds, outputs, places, reason, attempt, iterations)
        self.records.append(record)
        self.console.step_ended(record.name, status, record.seconds, reason)
        if self.processes.stopped_by:
            raise Interrupted(self.processes.stopped_by)
        return record

    def _places(self, key: str, task: Task, iterations: tuple[int, ...]) -> tuple[StepPlaces, int]:
        identity = (key, iterations)
        with self._lock:
            known = self._attempts.get(identity)
            places, attempt = (
                (known[0], known[1] + 1) if known else (step_places(self.layout, task.name, iterations, task.display_name), 1)
            )
            self._attempts[identity] = places, attempt
            shutil.rmtree(places.folder, ignore_errors=True)  # a retried pod starts with empty disks
            places.folder.mkdir(parents=True)
        return places, attempt

    def _run(
        self, places: StepPlaces, task: Task, attempt: int, component: Any, container: Any, arguments: Any
    ) -> StepOutputs:
        given = executor_input(component, arguments, places)
        pod = self.pods.get(component.executor_label, PodSettings())
        # As in a pod: variables out of the cluster come after the container's own, and win.
        own = expanded_environment((variable.name, variable.value) for variable in container.env)
        environment = {**_pod_environment(task.name, attempt), **own, **pod.environment}
        command = [expanded(word, environment) for word in (*container.command, *container.args)]  # first, as in a pod
        try:
            filled = filled_command(command, given, self.layout, task.name)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise StepFailed(f"a placeholder of its command cannot be filled: {error}") from None
        size = json_size(given)
        if size > LONGEST_ARGUMENT:
            raise StepFailed(
                f"its inputs come to {size} bytes of JSON, and KFP's launcher is given them in one argument, which has at "
                f"most {LONGEST_ARGUMENT} on Linux: on a cluster its pod would not start. Hand large values over as "
                "artifacts, or from one moved step to another")
        for folder in (places.parameters, *(folder for folder, _ in places.mounts)):
            folder.mkdir(parents=True, exist_ok=True)
        for artifacts in given["outputs"]["artifacts"].values():
            places.here(local_path(artifacts["artifacts"][0]["uri"])).parent.mkdir(parents=True, exist_ok=True)
        self._download(given, places)
        if not self.processes.stopped_by:
            volumes = laid_out(pod.volumes, places)
            code = self._execute(places, container.image, filled, environment, volumes)
            if code != 0:
                raise StepFailed(_exit_reason(code, places))
        if self.processes.stopped_by:
            raise StepFailed("interrupted")
        outputs = read_outputs(component, given, places, self.layout)
        self._upload(outputs, places)
        return outputs

    def _execute(
        self, places: StepPlaces, image: str, command: list[str], environment: Mapping[str, str], volumes: Mounts
    ) -> int:
        shown = executor_line_filter()

        def on_line(line: str) -> None:
            self._line(places, line, shown)

        if kind_of(command) == "container":
            folder = self.images.get(image) or self.images.get(ANY_IMAGE)
            if folder is None:
                raise StepFailed(missing_image(places.name, image))
            aws = {name: value for name, value in self.environment.items() if name.startswith("AWS_")}
            return run_container(
                self.processes, places, self.runner, image, folder, command, {**aws, **environment}, volumes, on_line
            )
        program = step_command(command, places.folder / "packages")
        words = list(program.command)
        work = places.folder / "work"
        work.mkdir()
        if self.layout.remote and self.namespace is not None:
            words = self.namespace.wrap(words, [*places.mounts, *volumes], work)
        everything = {**self.environment, **program.environment, **environment}
        try:
            return self.processes.run(words, everything, work, on_line)
        except OSError as error:  # for example a command longer than the kernel takes
            raise StepFailed(f"its program cannot be started: {error}") from None

    def _line(self, places: StepPlaces, line: str, shown: Callable[[str], bool]) -> None:
        with (places.folder / "log.txt").open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
        if shown(line):
            self.console.step_line(places.name, line)

    def _download(self, given: Mapping[str, Any], places: StepPlaces) -> None:
        for name, artifacts in given["inputs"]["artifacts"].items():
            for artifact in artifacts["artifacts"]:
                uri = artifact["uri"]
                if uri.startswith("s3://"):
                    if not self.layout.remote:
                        raise StepFailed(f"input artifact {name!r} is at {uri}, and /s3 cannot be bound on this machine")
                    artifact_store.download(self.s3, uri, places.here(local_path(uri)))
                elif "://" in uri:
                    raise StepFailed(f"input artifact {name!r} is at {uri}: a local run downloads from s3:// only")

    def _upload(self, outputs: StepOutputs, places: StepPlaces) -> None:
        for name, artifact in outputs.artifacts.items():
            source = places.here(artifact.path)
            if not source.exists() and self._fetch(artifact.uri, source):
                continue
            if not source.exists():
                if artifact.type.get("schemaTitle") not in METADATA_ONLY:
                    self.console.warn(
                        f"{places.name}: nothing was written for output artifact {name!r}; it is recorded as it is"
                    )
            elif artifact.uri.startswith("s3://"):
                artifact_store.upload(self.s3, source, artifact.uri)

    def _fetch(self, uri: str, target: Path) -> bool:
        """Copy here what a step's job has left at the artifact's URI, so that it is found beside the other outputs."""
        return uri.startswith("s3://") and artifact_store.download(self.s3, uri, target) > 0


def _pod_environment(task: str, attempt: int) -> dict[str, str]:
    """What KFP sets in a step's pod; the retry index counts from 0."""
    return {
        "KFP_POD_NAME": f"local-{task}-{uuid.uuid4().hex[:8]}",
        "KFP_POD_UID": str(uuid.uuid4()),
        "KFP_RETRY_INDEX": str(attempt - 1),
        "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"),
    }


def _exit_reason(code: int, places: StepPlaces) -> str:
    what = f"exit status {code}" if code > 0 else f"ended by signal {-code}"
    return f"{what}; its log is {places.folder / 'log.txt'}"
