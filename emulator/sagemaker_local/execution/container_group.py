"""The containers of one job, started together: followed until they end or there is a cause to end them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sagemaker_local.execution.context import POLL_SECONDS, JobFailed
from sagemaker_local.runners.container import Container, ContainerError, ContainerSpec, Runner


@dataclass(frozen=True)
class GroupEnd:
    """Why the containers were ended from outside; the exit code of the first that failed.

    Both are None when all ended by themselves with 0.
    """

    cause: str | None = None
    failure: int | None = None


def run_group(
    runner: Runner,
    specs: Sequence[ContainerSpec],
    on_line: Callable[[int, str], None],
    find_cause: Callable[[], str | None],
    *,
    grace: float,
    closing: threading.Event,
) -> GroupEnd:
    """Run the containers to their end.

    ``on_line`` gets the index of a container and a line. ``find_cause`` is asked all the time; when it names a cause, or one
    container fails, the others get SIGTERM and, ``grace`` seconds later, SIGKILL. Raises JobFailed when one cannot be started.
    """
    containers: list[Container] = []
    try:
        for index, spec in enumerate(specs):
            containers.append(runner.start(spec, partial(on_line, index)))
        cause, failure = _wait_for_end(containers, find_cause)
        _end(containers, grace, closing)
        return GroupEnd(cause, failure)
    except ContainerError as error:
        raise JobFailed(f"ClientError: {error}") from error
    finally:
        for container in containers:
            container.close()


def _wait_for_end(containers: Sequence[Container], find_cause: Callable[[], str | None]) -> tuple[str | None, int | None]:
    """Return when all have ended (None, None), one has failed (its exit code), or there is a cause to end them."""
    running = list(containers)
    while running:
        codes = [running[0].wait(POLL_SECONDS), *(container.wait(0) for container in running[1:])]
        failure = next((code for code in codes if code not in (None, 0)), None)
        if failure is not None:
            return None, failure
        running = [container for container, code in zip(running, codes, strict=True) if code is None]
        if running and (cause := find_cause()):
            return cause, None
    return None, None


def _end(containers: Sequence[Container], grace: float, closing: threading.Event) -> None:
    """Terminate what runs, kill what still does after the grace, and wait until all have ended."""
    running = [container for container in containers if container.wait(0) is None]
    for container in running:
        container.terminate()
    deadline = time.monotonic() + grace
    for container in running:
        while container.wait(POLL_SECONDS) is None and time.monotonic() < deadline and not closing.is_set():
            pass
        container.kill()
    for container in containers:
        container.wait()
