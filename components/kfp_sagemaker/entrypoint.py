"""From executor input to outputs: the process of one step.

Imports neither click nor kfp. Exit status 0 success, 1 remote failure, 2 wrong inputs, 143 terminated.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kfp_sagemaker.errors import (
    EXIT_REMOTE_FAILURE,
    EXIT_USER_ERROR,
    AccessDenied,
    InvalidInput,
    RemoteFailure,
    StepError,
    Violation,
)
from kfp_sagemaker.kfp_io import ArtifactContent, ExecutorInput, parse_executor_input, task_root, write_outputs
from kfp_sagemaker.lifecycle.termination import Termination

if TYPE_CHECKING:
    from kfp_sagemaker.backends.backend import Backend
    from kfp_sagemaker.faces.prepare import Prepared

_logger = logging.getLogger("kfp_sagemaker")

#: Characters of a line of an error. A FailureReason has 1,024.
_LONGEST_LINE = 4000

USAGE = "usage: python -m kfp_sagemaker COMPONENT --executor-input JSON   (for example v1/train; KFP fills in {{$}})"
STEP_USAGE = "usage: python -m kfp_sagemaker step --executor-input JSON --step TEXT   (a converted step; KFP fills in {{$}})"

_CLOSED = ("SageMaker has closed this to new customers in summer 2026: an account that had not used it before is denied "
           "access, whatever its policies say.")


def main(arguments: Sequence[str]) -> int:
    """Run the component that ``arguments`` name; returns the exit status."""
    termination = Termination()
    termination.listen()
    _log_to_stderr()
    status = _exit_status(arguments, termination)
    termination.give_way()
    return status


def _exit_status(arguments: Sequence[str], termination: Termination) -> int:
    try:
        if arguments and arguments[0] == "step":
            from kfp_sagemaker.container_step.launch import launch

            return launch(*_parse_step(arguments), termination, _show, environment_region())
        component, text = _parse(arguments)
        return _run(component, text, termination)
    except StepError as error:
        for line in str(error).splitlines():
            _logger.error("%s", _printable(line))
        return error.exit_status
    except BrokenPipeError:
        return EXIT_REMOTE_FAILURE
    except Exception as error:
        if type(error).__module__ == "botocore.exceptions":  # Not imported here: it costs, and most steps need it not.
            _logger.error("AWS configuration: %s", error)
            return EXIT_USER_ERROR
        # A traceback is no message; whoever needs it asks for it.
        _logger.error("internal error: %s: %s (set KFP_SAGEMAKER_DEBUG=1 for the traceback)", type(error).__name__, error,
                      exc_info=bool(os.environ.get("KFP_SAGEMAKER_DEBUG")))
        return EXIT_REMOTE_FAILURE


def _printable(line: str) -> str:
    """``line`` without what could act on a terminal, and without what nobody would read to its end."""
    text = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)
    return text if len(text) <= _LONGEST_LINE else f"{text[:_LONGEST_LINE]}... ({len(text)} characters)"


def _parse(arguments: Sequence[str]) -> tuple[str, str]:
    given = list(arguments)
    if len(given) == 2 and given[1].startswith("--executor-input="):
        return given[0], given[1].partition("=")[2]
    if len(given) == 3 and given[1] == "--executor-input":
        return given[0], given[2]
    raise InvalidInput("arguments", [Violation(" ".join(given)[:200] or "(none)", USAGE)])


def _parse_step(arguments: Sequence[str]) -> tuple[str, str]:
    if len(arguments) == 5 and arguments[1::2] == ["--executor-input", "--step"]:
        return arguments[2], arguments[4]
    raise InvalidInput("arguments", [Violation(" ".join(arguments)[:200], STEP_USAGE)])


def _run(component: str, text: str, termination: Termination) -> int:
    from kfp_sagemaker.faces.face import BackEnd, Lifecycle
    from kfp_sagemaker.faces.prepare import Run, prepare
    from kfp_sagemaker.faces.registry import find_face
    from kfp_sagemaker.names import identity_of, run_labels

    face = find_face(component)
    executor_input = parse_executor_input(text)
    root = task_root(executor_input)
    card = executor_input.artifacts.get("card")
    if root is None:
        _logger.warning("no outputs to tell this step by: run again, it makes a new job instead of attaching to this one")
        # What cannot be found again must not be mistaken for something else either.
        root = f"by hand {time.time_ns()} {os.getpid()}"
    run = Run(identity_of(root), run_labels(card.uri if card else ""))
    # The controller has a region of its own; the pod's is none of its business.
    region = environment_region() if face.backend is BackEnd.BOTO3 else None
    prepared = prepare(face, executor_input.parameters, run=run, region=region)
    for warning in prepared.warnings:
        _logger.warning("%s", warning)

    # Here the process knows that the inputs are good; only now it pays for what carries them out.
    from kfp_sagemaker.lifecycle.run import patience_of, run_step
    from kfp_sagemaker.lifecycle.step import Step

    backend = _backend(prepared)
    patience = patience_of(prepared, backend.renew_credentials)

    def leave_outputs(described: Mapping[str, Any]) -> None:
        _write(executor_input, prepared, described)

    backend.connect()
    gc.freeze()
    gc.enable()
    step = Step(prepared, backend, patience, termination, _show, leave_outputs)
    try:
        described = run_step(step)
    except StepError as error:
        _clean_up(backend, succeeded=False)
        if not isinstance(error, AccessDenied):
            raise
        if face.lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY:
            raise AccessDenied(f"{error}\n{_CLOSED}") from error
        raise
    failure = _write(executor_input, prepared, described, step.answers(described))
    _logger.info("%s: outputs written", face.id)
    _clean_up(backend, succeeded=not failure)
    if failure:
        raise RemoteFailure(failure)
    return 0


def _backend(prepared: Prepared) -> Backend:
    """The back end that the component is on; the other one is not imported."""
    from kfp_sagemaker.faces.face import BackEnd

    if prepared.face.backend is BackEnd.ACK:
        from kfp_sagemaker.backends.ack.backend import AckBackend

        return AckBackend(prepared)
    from kfp_sagemaker.backends.boto3.backend import Boto3Backend

    return Boto3Backend(prepared.settings)


def _clean_up(backend: Backend, *, succeeded: bool) -> None:
    try:
        backend.clean_up(succeeded)
    except StepError as error:
        _logger.warning("cleanup: %s", error)


def _write(
    executor_input: ExecutorInput, prepared: Prepared, described: Mapping[str, Any],
    answers: tuple[Mapping[str, Any], ...] = (),
) -> str:
    """Write all outputs that a description and the answers to lookups give; every declared one, whatever is missing.

    Returns why the step has failed although its resource ended well, mostly nothing.
    """
    from kfp_sagemaker.faces.card import card, console_link, logs_link
    from kfp_sagemaker.faces.face import Ended, OutputType

    face = prepared.face
    collected = face.collect(Ended(described, prepared.requests, answers))
    empty = {OutputType.OBJECT: {}, OutputType.ARRAY: [], OutputType.INTEGER: 0, OutputType.FLOAT: 0.0}
    parameters = {output.name: collected.parameters.get(output.name, empty.get(output.type, ""))
                  for output in face.outputs if not output.is_artifact}
    arn = str(parameters.get("arn", ""))
    status = "deleted" if face.deletes else face.resource.status_text(described)
    links = {"SageMaker console": console_link(face.resource, arn), "Logs": logs_link(face.resource, arn)}
    text = card(face.display_name, status, arn, collected.figures, {} if face.deletes else links, collected.body)
    write_outputs(executor_input, parameters, {**collected.artifacts, "card": ArtifactContent(text)})
    return str(collected.failure)


def environment_region() -> str | None:
    """The region of the pod's environment, as botocore reads it."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or None


def _show(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _log_to_stderr() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S"))
    _logger.addHandler(handler)
    _logger.setLevel(logging.INFO)
    _logger.propagate = False
