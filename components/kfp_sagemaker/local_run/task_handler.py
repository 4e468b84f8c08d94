"""kfp.local with our launcher in the place of its own task runner.

kfp.local (2.14 to 2.17) has no extension point, runs no container component without Docker, and reads outputs more
laxly than a cluster. Its orchestrators all call one function, ``kfp.local.task_dispatcher.run_single_task_implementation``,
with keywords: that attribute is replaced for the time of a run, and a test holds it for the installed version.
"""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kfp_sagemaker.local_run.executor_output import OutputArtifact
from kfp_sagemaker.local_run.kfp_local_repairs import kfp_local_repaired
from kfp_sagemaker.local_run.kfp_local_spec import KfpLocalSpec, Task
from kfp_sagemaker.local_run.launcher import Launcher, StepRecord

_ITERATION = re.compile(r"-iteration-(\d+)(?=/|$)")
_SKIPPED = re.compile(r"Skipping (?:conditional )?task (\S+?):? (?:\((?P<false>condition.*)\)|(?P<failed>upstream.*))")


@contextlib.contextmanager
def steps_run_by(launcher: Launcher, changed: KfpLocalSpec, log: Path) -> Iterator[list[str]]:
    """Within the context kfp.local runs each step by ``launcher``.

    What kfp.local prints goes to the file ``log``. The list that is yielded receives its own warnings: with those
    it goes on, and reports success, after a condition or a loop that it could not evaluate.
    """
    from kfp.local import importer_handler, task_dispatcher

    complaints: list[str] = []
    originals = task_dispatcher.run_single_task_implementation, importer_handler.run_importer
    task_dispatcher.run_single_task_implementation = _task_runner(launcher, changed.tasks)
    importer_handler.run_importer = _importer(launcher, changed.tasks, originals[1])
    try:
        with kfp_local_repaired(), _kept_quiet(launcher, changed.steps, log, complaints):
            yield complaints
    finally:
        task_dispatcher.run_single_task_implementation, importer_handler.run_importer = originals


def _task_runner(launcher: Launcher, tasks: Mapping[str, Task]) -> Callable[..., tuple[dict[str, Any], Any]]:
    from kfp.local import status

    def run_single_task_implementation(
        *,
        pipeline_resource_name: str,
        component_name: str,
        component_spec: Any,
        executor_spec: Any,
        arguments: Mapping[str, Any],
        **_: Any,
    ) -> tuple[dict[str, Any], Any]:
        record = launcher.launch(
            key=component_name,
            task=tasks[component_name],
            iterations=_iterations(pipeline_resource_name),
            component=component_spec,
            container=executor_spec.container,
            arguments=arguments,
        )
        if record.outputs is None:
            return {}, status.Status.FAILURE
        artifacts = {name: dsl_artifact(artifact) for name, artifact in record.outputs.artifacts.items()}
        return {**record.outputs.parameters, **artifacts}, status.Status.SUCCESS

    return run_single_task_implementation


def _importer(launcher: Launcher, tasks: Mapping[str, Task], original: Callable[..., Any]) -> Callable[..., Any]:
    def run_importer(**keywords: Any) -> Any:
        task, started = tasks[keywords["component_name"]], time.monotonic()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = original(**keywords)
        record = StepRecord(task.name, task.display_name, "succeeded", time.monotonic() - started)
        launcher.records.append(record)
        launcher.console.step_ended(record.name, record.status, record.seconds)
        return result

    return run_importer


def _iterations(pipeline_resource_name: str) -> tuple[int, ...]:
    """The numbers of the loop iterations around a task: kfp.local puts each into the resource name."""
    return tuple(int(number) for number in _ITERATION.findall(pipeline_resource_name))


def dsl_artifact(artifact: OutputArtifact) -> Any:
    """The artifact as kfp.local hands it to the next step; of an unknown schema it keeps the title."""
    from kfp import dsl

    known = (
        dsl.Artifact,
        dsl.ClassificationMetrics,
        dsl.Dataset,
        dsl.HTML,
        dsl.Markdown,
        dsl.Metrics,
        dsl.Model,
        dsl.SlicedClassificationMetrics,
    )
    title = artifact.type.get("schemaTitle", dsl.Artifact.schema_title)
    kind = next((kind for kind in known if kind.schema_title == title), dsl.Artifact)
    made = kind(name=artifact.name, uri=artifact.uri, metadata=dict(artifact.metadata))
    made.schema_title = title
    if artifact.custom_path:
        made.custom_path = artifact.custom_path
    return made


class _Listener(logging.Handler):
    """Hears what kfp.local logs: skipped tasks are told to the user, its warnings are collected."""

    def __init__(self, launcher: Launcher, steps: Mapping[str, Sequence[str]], complaints: list[str]) -> None:
        super().__init__(logging.INFO)
        self._launcher, self._steps, self._complaints = launcher, steps, complaints

    def emit(self, record: logging.LogRecord) -> None:
        if "kfp" not in Path(record.pathname).parts:
            return
        message = record.getMessage()
        skipped = _SKIPPED.match(message)
        if skipped:
            reason = "its condition is false" if skipped["false"] else "a step before it failed"
            self._launcher.console.step_skipped(", ".join(self._steps.get(skipped[1], [skipped[1]])), reason)
        elif record.levelno >= logging.WARNING:
            self._complaints.append(message)


@contextlib.contextmanager
def _kept_quiet(launcher: Launcher, steps: Mapping[str, Sequence[str]], log: Path, complaints: list[str]) -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.handlers[:] = [_Listener(launcher, steps, complaints)]
    root.setLevel(logging.INFO)
    for noisy in ("botocore", "boto3", "urllib3", "s3transfer", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        with log.open("a", encoding="utf-8") as file, contextlib.redirect_stdout(file), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        sys.stdout.flush()
