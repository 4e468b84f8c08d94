"""What the execution asks of a runner, and what it gets back: types only.

A runner starts one container from an image, with the directories, environment and command that Amazon SageMaker would
give it. What the directories hold, and what an exit code means for a job, is the business of
:mod:`sagemaker_local.execution`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from sagemaker_local.runners.images import Image

Network = Literal["host", "none", "endpoint"]
"""``host``: the machine's network; ``none``: only a loopback; ``endpoint``: a port 8080 of its own, reached by its address."""

OnLine = Callable[[str], None]
"""Called with one line of text without its end, in a thread of the container's.

Standard output and standard error are one log, as in CloudWatch Logs, in the order of writing. Only a Docker engine, which
reads the two apart, keeps no order between them.
"""

SERVING_PORT = 8080
"""The port on which a container that serves must listen (Developer Guide, "Custom Inference Code with Hosting Services")."""

NOT_STARTED = 127
"""Exit code of a container whose command does not exist, as a shell and Docker give it."""


class ContainerError(Exception):
    """A container could not be started at all: no such image, an unusable Dockerfile. The message is for the user."""


@dataclass(frozen=True)
class ContainerSpec:
    """One container to start.

    ``directories`` maps an absolute path inside the container to the directory of this machine that is bound there, writable.
    Empty ``entrypoint`` and ``arguments`` mean the image's own, with the semantics of ``docker run --entrypoint E image A``.
    """

    name: str
    hostname: str
    image: Image
    directories: Mapping[str, Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    network: Network = "host"


class Container(Protocol):
    """A container that was started. Methods may be called from any thread."""

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port on this machine that reach the container's serving port, for the network ``endpoint``."""
        ...

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code (128 + N for a death by signal N) once it has ended and all its lines were handed over.

        None when it still runs after ``timeout`` seconds.
        """
        ...

    def terminate(self) -> None:
        """Send SIGTERM to the container's first process, whose own handler runs; without one nothing happens."""
        ...

    def kill(self) -> None:
        """Send SIGKILL: everything in the container ends."""
        ...

    def close(self) -> None:
        """End it if it runs, and remove what it left on this machine. May be called more than once."""
        ...


class Runner(Protocol):
    """Starts containers in one way."""

    @property
    def name(self) -> str: ...

    @property
    def one_job_at_a_time(self) -> bool:
        """Whether only one job, of one instance, may run at a time for lack of isolation."""
        ...

    def start(self, spec: ContainerSpec, on_line: OnLine) -> Container:
        """Start a container and return when it runs. Raises :class:`ContainerError`."""
        ...

    def close(self) -> None:
        """Release what the runner itself holds. Containers are closed by who started them."""
        ...


def compose_command(
    image_entrypoint: tuple[str, ...], image_command: tuple[str, ...], entrypoint: tuple[str, ...], arguments: tuple[str, ...]
) -> tuple[str, ...]:
    """The command line that ``docker run --entrypoint E image A`` starts.

    An entrypoint replaces the image's and drops the image's CMD; arguments alone keep the image's ENTRYPOINT.
    Raises :class:`ContainerError` when nothing is left to run.
    """
    command = (*entrypoint, *arguments) if entrypoint else (*image_entrypoint, *(arguments or image_command))
    if not command:
        raise ContainerError("no command to run: neither the request nor the image has an entrypoint or arguments")
    return command
