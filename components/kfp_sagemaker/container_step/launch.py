"""The process of a moved step: ``python3 -m kfp_sagemaker step --executor-input JSON --step SPECIFICATION``.

Purpose: run the user's image and command as a SageMaker job, with the inputs and outputs that KFP gave the step.

How it works: everything is decided first (``job``); then S3 gets the script and the lists of inputs (``staging``), the engine
of all components creates the job or finds it, follows it and stops it, and the outputs come back (``results``).

What it does not do: read or write an artifact's content. KFP's launcher downloads inputs into the pod before this starts,
which cannot be switched off.

Known limitation: what a program writes outside of the task root stays in the job.
"""

from __future__ import annotations

import gc
import logging
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from kfp_sagemaker.container_step.encoding import check_bundle, decode, is_reference
from kfp_sagemaker.container_step.large_values import with_values
from kfp_sagemaker.container_step.placeholders import Filling
from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX
from kfp_sagemaker.errors import (
    AccessDenied,
    CapacityUnavailable,
    InvalidInput,
    RemoteFailure,
    RequestRefused,
    Transient,
    Violation,
)
from kfp_sagemaker.kfp_io import parse_executor_input, strict_json
from kfp_sagemaker.lifecycle.termination import Termination

if TYPE_CHECKING:
    from kfp_sagemaker.backends.boto3.backend import Boto3Backend
    from kfp_sagemaker.container_step.job import Job
    from kfp_sagemaker.faces.common_inputs import StepSettings
    from kfp_sagemaker.faces.prepare import Prepared
    from kfp_sagemaker.lifecycle.patience import Patience

_logger = logging.getLogger("kfp_sagemaker")
#: Lines of the program's log that are looked through for why it failed.
_LAST_LINES = 20


def launch(executor_input: str, step: str, termination: Termination, show: Callable[[str], None], region: str | None) -> int:
    """Carry the step out; 0 when it succeeded. Raises StepError."""
    from kfp_sagemaker.container_step.hints import naming_the_step
    from kfp_sagemaker.container_step.layout import place_of

    parse_executor_input(executor_input)  # Refuses what has not the shape of one.
    given: dict[str, Any] = strict_json(executor_input)
    try:
        return _carry_out(given, step, termination, show, region)
    except InvalidInput as error:
        raise naming_the_step(error, place_of(given)) from None


def _carry_out(
    given: Mapping[str, Any], step: str, termination: Termination, show: Callable[[str], None], region: str | None
) -> int:
    from kfp_sagemaker.backends.boto3.backend import Boto3Backend
    from kfp_sagemaker.container_step.hints import with_hints
    from kfp_sagemaker.container_step.job import plan_job, prepared_job
    from kfp_sagemaker.container_step.settings import connection
    from kfp_sagemaker.faces.common_inputs import StepSettings
    from kfp_sagemaker.lifecycle.run import patience_of

    # What is in S3 is needed before the settings in it are known; the region is one that a pipeline may pass.
    passed = (given.get("inputs") or {}).get("parameterValues") or {}
    place = str(passed.get(f"{SETTING_PREFIX}region") or region or "") or None
    spec = decode(_fetched(step, StepSettings(region=place)) if is_reference(step) else step)
    given = with_values(given, spec, partial(_read, connection(spec.job, Filling(given), region)))
    job = plan_job(spec, given)
    prepared = prepared_job(job, region=region)
    for warning in prepared.warnings:
        _logger.warning("%s", warning)
    backend = Boto3Backend(prepared.settings)
    patience = patience_of(prepared, backend.renew_credentials)
    backend.connect()
    gc.freeze()
    gc.enable()
    last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def show_and_remember(line: str) -> None:
        last_lines.append(line)
        show(line)

    try:
        _run(job, prepared, given, backend, patience, termination, show_and_remember, region)
    except (AccessDenied, CapacityUnavailable, RemoteFailure, RequestRefused, Transient) as error:
        raise with_hints(error, job, last_lines) from None
    _logger.info("step: outputs brought back")
    return 0


def _run(
    job: Job,
    prepared: Prepared,
    given: Mapping[str, Any],
    backend: Boto3Backend,
    patience: Patience,
    termination: Termination,
    show: Callable[[str], None],
    region: str | None,
) -> None:
    """Stage, run the job and bring the outputs back."""
    from kfp_sagemaker.container_step.job import prepared_job
    from kfp_sagemaker.container_step.leavings import remove_leavings
    from kfp_sagemaker.container_step.results import collect
    from kfp_sagemaker.container_step.staging import stage_inputs, stage_script
    from kfp_sagemaker.faces.train import spot_savings_percent
    from kfp_sagemaker.lifecycle.run import run_step
    from kfp_sagemaker.lifecycle.step import Step

    empty = stage_inputs(job, backend.objects, patience)
    if empty:
        prepared = prepared_job(job, empty_buckets=empty, region=region)
    stage_script(job, backend.objects, patience)

    def begin_anew() -> None:
        remove_leavings(job, backend.objects, patience)

    described = run_step(Step(prepared, backend, patience, termination, show, lambda _: None, begin_anew))
    savings = spot_savings_percent(described)
    if savings is not None:
        times = described["TrainingTimeInSeconds"], described["BillableTimeInSeconds"]
        _logger.info("spot instances: %d s trained, %d s billed, %g %% saved", *times, savings)
    try:
        collect(job, given, described, backend.objects, patience)
    except OSError as error:
        raise RemoteFailure(f"the job has ended well, and its outputs cannot be written here: {error}") from error


def _fetched(reference: str, settings: StepSettings) -> str:
    """The specification that lies in S3. Raises InvalidInput when it is not there, or not what it was."""
    uri = reference.partition("#")[0]
    content = _read(settings, uri)
    if content is None:
        problem = "this step's specification is not there; upload what the conversion wrote for S3"
        raise InvalidInput("--step", [Violation("--step", problem, value=uri)])
    return check_bundle(reference, content)


def _read(settings: StepSettings, uri: str) -> bytes | None:
    """An object in S3 that is needed before the job is planned; None when there is none."""
    from kfp_sagemaker.backends.boto3.backend import Boto3Backend
    from kfp_sagemaker.lifecycle.clock import SystemClock
    from kfp_sagemaker.lifecycle.patience import Patience

    backend = Boto3Backend(settings)
    clock = SystemClock()
    patience = Patience(clock=clock, until=clock.now() + 15 * 60, renew_credentials=backend.renew_credentials)
    return patience.ride_out(lambda: backend.objects.get(uri))
