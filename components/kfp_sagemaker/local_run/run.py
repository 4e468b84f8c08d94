"""One local run from the command's options to its exit status."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from kfp_sagemaker.local_run import artifact_store, pipeline_file
from kfp_sagemaker.local_run.arguments import arguments_of
from kfp_sagemaker.local_run.console import RunConsole
from kfp_sagemaker.local_run.endpoint import (
    INSTALL_HINT,
    Endpoint,
    running_endpoint,
    s3_client,
    started_endpoint,
    step_environment,
    users_aws_settings_hidden,
)
from kfp_sagemaker.local_run.errors import InputRefused, Interrupted
from kfp_sagemaker.local_run.kfp_local_spec import for_kfp_local
from kfp_sagemaker.local_run.known_limits import cautions, kfp_local_has_control_flow, refusals, steps_on_sagemaker
from kfp_sagemaker.local_run.launcher import Launcher
from kfp_sagemaker.local_run.namespace import find_namespace
from kfp_sagemaker.local_run.outputs import as_json, output_rows
from kfp_sagemaker.local_run.pod_settings import ClusterObjects, settings_of_pods
from kfp_sagemaker.local_run.process import StepProcesses
from kfp_sagemaker.local_run.run_layout import run_layout
from kfp_sagemaker.local_run.task_handler import steps_run_by
from kfp_sagemaker.s3_uri import split_uri

ARTIFACT_BUCKET = "kfp-artifacts"


@dataclass(frozen=True)
class RunOptions:
    """What the command line says."""

    pipeline: Path
    function: str = ""
    arguments: Sequence[str] = ()
    arguments_file: Path | None = None
    images: Mapping[str, Path] = field(default_factory=dict)
    cluster: ClusterObjects = field(default_factory=ClusterObjects)
    endpoint_url: str = ""
    region: str = ""
    faults: Path | None = None
    labels: Path | None = None
    file_systems: Mapping[str, Path] = field(default_factory=dict)
    runner: str = "auto"
    output: Path = Path("local_outputs")
    json: bool = False
    keep: bool = False


def run(options: RunOptions) -> int:
    """Run the pipeline; 0 success, 1 the pipeline failed, 2 the input is wrong, 128 + N ended by signal N."""
    console = RunConsole()
    processes = StepProcesses()
    try:
        with _signals_stop(processes):
            return _run(options, console, processes)
    except InputRefused as refused:
        for problem in refused.problems:
            console.error(problem)
        return 2
    except Interrupted as interrupted:
        console.note("interrupted; no further step was started")
        return 128 + interrupted.signal_number


def _run(options: RunOptions, console: RunConsole, processes: StepProcesses) -> int:
    try:
        import kfp.local  # noqa: F401 (slow, and absent without the extra)
    except ImportError as error:
        raise InputRefused([f"{error}; {INSTALL_HINT}"]) from None
    pipeline = pipeline_file.load(options.pipeline, options.function)
    arguments = arguments_of(pipeline.spec, options.arguments, options.arguments_file)
    refused = refusals(pipeline, options.images, kfp_local_has_control_flow())
    if refused:
        raise InputRefused(refused)
    pods = settings_of_pods(pipeline.platforms, options.cluster)
    for caution in cautions(pipeline, pods):
        console.warn(caution)
    namespace = find_namespace()
    if namespace is None and (moved := steps_on_sagemaker(pipeline)):
        raise InputRefused([f"{', '.join(moved)}: the steps of a converted pipeline need a mount namespace here, in which the "
                            "pipeline root is in S3: install bubblewrap"])
    if namespace is None:
        without = "artifacts keep local paths instead of s3:// URIs, and volumes are not mounted"
        console.note(f"no mount namespace here (bubblewrap or unshare): {without}")
    with users_aws_settings_hidden(), _endpoint(options) as endpoint:
        layout = run_layout(
            options.output, pipeline.name, str(uuid.uuid4()), bucket=ARTIFACT_BUCKET, remote=namespace is not None
        )
        _make_folder(layout.folder, options.output)
        s3 = s3_client(endpoint)
        _make_buckets(s3, endpoint, arguments)
        console.note(f"pipeline {pipeline.name}, run {layout.run_id}")
        console.note(f"local SageMaker at {endpoint.url}, {endpoint.description}")
        launcher = Launcher(
            layout, namespace, step_environment(endpoint), options.images, options.runner, s3, console, pods, processes
        )
        status, outputs = _executed(pipeline.spec, arguments, launcher)
        if options.json:
            console.json(as_json(pipeline.name, layout, status, launcher.records, outputs))
        else:
            console.outputs("outputs", output_rows(launcher.records))
        console.note(f"pipeline {pipeline.name} {status}; files are in {layout.folder}")
        if options.keep:
            with contextlib.suppress(Interrupted):
                console.note(f"the local SageMaker stays up at {endpoint.url}; Ctrl-C ends it")
                signal.pause()
    return 0 if status == "succeeded" else 1


@contextlib.contextmanager
def _endpoint(options: RunOptions) -> Iterator[Endpoint]:
    if options.endpoint_url:
        given = {"--faults": options.faults, "--labels": options.labels, "--file-system": options.file_systems,
                 "--keep": options.keep}
        if wrong := [name for name, value in given.items() if value]:
            problem = f"is for a local SageMaker that this command starts, and the one at {options.endpoint_url} runs already"
            raise InputRefused([f"{name}: {problem}" for name in wrong])
        yield running_endpoint(options.endpoint_url, options.region)
        return
    started = started_endpoint(
        options.images, options.region, options.runner, options.faults, options.labels, options.file_systems
    )
    with started as endpoint:
        yield endpoint


def _make_folder(folder: Path, output: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise InputRefused([f"--output {output}: cannot be written: {error.strerror}"]) from None


def _make_buckets(s3: Any, endpoint: Endpoint, arguments: Mapping[str, Any]) -> None:
    """The bucket of the pipeline root, and those of ``s3://`` arguments, which a user's account has already."""
    from botocore.exceptions import BotoCoreError, ClientError

    uris = [value for value in arguments.values() if isinstance(value, str) and value.startswith("s3://")]
    try:
        for bucket in sorted({ARTIFACT_BUCKET, *(split_uri(uri)[0] for uri in uris)}):
            artifact_store.make_bucket(s3, bucket, endpoint.region)
    except (BotoCoreError, ClientError) as error:
        raise InputRefused([f"no S3 at {endpoint.url}: {error}"]) from None


def _executed(spec: Any, arguments: Mapping[str, Any], launcher: Launcher) -> tuple[str, Mapping[str, Any]]:
    """Run the pipeline by kfp.local; ``succeeded`` or ``failed``, and the pipeline's own outputs."""
    from kfp import local
    from kfp.local import pipeline_orchestrator

    changed = for_kfp_local(spec)
    folder = launcher.layout.folder
    places = {"pipeline_root": str(folder), "workspace_root": str(folder / "workspace")}
    known = inspect.signature(local.init).parameters  # kfp before 2.15 has no workspaces
    local.init(local.SubprocessRunner(use_venv=False), **{name: place for name, place in places.items() if name in known})
    failure = ""
    outputs: Mapping[str, Any] = {}
    with steps_run_by(launcher, changed, launcher.layout.folder / "kfp.log") as complaints:
        try:
            outputs = pipeline_orchestrator.run_local_pipeline(changed.spec, dict(arguments))
        except Exception as error:  # kfp.local raises RuntimeError for a failed step, anything for what it cannot run
            failure = str(error)
    failed = [record for record in launcher.records if record.status == "failed"]
    if failure and not failed:
        launcher.console.error(f"kfp.local cannot run this pipeline: {failure}")
    for complaint in complaints:
        launcher.console.error(f"kfp.local left something out of the run: {complaint}")
    return ("failed" if failure or complaints else "succeeded"), outputs


@contextlib.contextmanager
def _signals_stop(processes: StepProcesses) -> Iterator[None]:
    """Ctrl-C and SIGTERM send SIGTERM to the running steps, so that components stop their remote jobs."""

    def stop(number: int, _frame: FrameType | None) -> None:
        if processes.stopped_by:
            processes.kill()
            return
        if processes.stop(number):
            # not by the console: the signal may have come while it wrote, holding its lock
            os.write(2, b"stopping: the running steps were sent SIGTERM; once more kills them\n")
        else:
            raise Interrupted(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
