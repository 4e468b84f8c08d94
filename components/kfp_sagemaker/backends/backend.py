"""What the engine needs of a back end: carry calls out, and say what went wrong in the words of ``errors``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.resources.resource import Resource


@dataclass(frozen=True)
class LogPage:
    """Lines of a log stream and where to go on."""

    lines: tuple[str, ...]
    next_token: str | None


class Backend(Protocol):
    """One attempt each; raises Transient, CredentialsExpired, AccessDenied, CapacityUnavailable, RequestRefused."""

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
