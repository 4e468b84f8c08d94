"""What the engine needs of a back end: carry calls out, and say what went wrong in the words of ``errors``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.resources.resource import Resource


@dataclass(frozen=True)
class LogPage:
    """Lines of a log stream and where to go on."""

    lines: tuple[str, ...]
    next_token: str | None


class Changes(Protocol):
    """Tells when something may have happened to one resource."""

    def wait(self, seconds: float) -> bool:
        """Wait for that, ``seconds`` at most; False when nothing has happened."""
        ...

    def longest(self) -> float:
        """Seconds after which to describe the resource although nothing was told."""
        ...

    def close(self) -> None:
        """Wait for no more."""
        ...


class Backend(Protocol):
    """One attempt each; raises Transient, CredentialsExpired, AccessDenied, CapacityUnavailable, RequestRefused.

    A back end that asks somebody else to carry calls out raises from ``describe`` what came of them.
    """

    def connect(self) -> None:
        """Get ready to call. Raises InvalidInput for what is not configured."""
        ...

    def create(self, resource: Resource, call: Call) -> None:
        """Create. Raises NameTaken too."""
        ...

    def update(self, resource: Resource, call: Call) -> None:
        """Update. Raises NotFound too."""
        ...

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        """Everything about the resource of that name; None when there is none."""
        ...

    def stop(self, resource: Resource, name: str) -> None:
        """Ask a job to stop. Raises NotFound and AlreadyFinished too."""
        ...

    def delete(self, resource: Resource, name: str) -> bool:
        """Delete; False when there was none."""
        ...

    def changes(self, resource: Resource, name: str) -> Changes | None:
        """What tells of changes to the resource; None when it has to be described now and then to see them."""
        ...

    def keeper(self, resource: Resource, name: str) -> Callable[[], str] | None:
        """What makes sure that the job goes on without the step, and says so; None when it does anyway."""
        ...

    def withdrawer(self) -> Callable[[], str] | None:
        """What takes back all that was asked for and is not carried out, and says what; None where asking is carrying out."""
        ...

    def clean_up(self, succeeded: bool) -> None:
        """Remove what the back end itself needs no more of what has ended, as the settings say."""
        ...

    def look_up(self, call: Call) -> Mapping[str, Any]:
        """The answer to a call that changes nothing, all its pages in one (1000 items at most)."""
        ...

    def log_streams(self, resource: Resource, name: str) -> tuple[str, ...]:
        """Names of the log streams of a job; empty as long as there are none."""
        ...

    def log_page(self, resource: Resource, stream: str, token: str | None) -> LogPage:
        """The lines of a stream from ``token`` on, from its beginning for None."""
        ...

    def renew_credentials(self) -> None:
        """Look for credentials anew, since those in use have expired."""
        ...
