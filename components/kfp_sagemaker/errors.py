"""What can go wrong, as a user of a step sees it: one exception per way to act on it.

Every error is one sentence that names what was wrong and what to do, and carries the exit status
of the process: 2 for what the user can correct in the inputs, 1 for a remote failure, 143 for a
termination. Nothing here knows botocore: back ends translate into these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

EXIT_REMOTE_FAILURE = 1
EXIT_USER_ERROR = 2
EXIT_TERMINATED = 143

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with one input.

    ``input`` is the component's input, ``member`` the path in the request (``CreateModel.ModelName``) or empty,
    ``problem`` says what is wrong and names the limit, ``value`` is what was given (``None``: nothing, or not shown).
    """

    input: str
    problem: str
    member: str = ""
    value: Any = None
    warning: bool = False

    def __str__(self) -> str:
        given = "" if self.value is None else f" = {shorten(self.value)}"
        where = f"{self.member}: " if self.member else ""
        subject = self.input if len(self.input) <= _SHOWN_CHARACTERS else f"{self.input[:_SHOWN_CHARACTERS]}..."
        return f"{subject}{given}: {where}{self.problem}"


def shorten(value: Any) -> str:
    """``value`` as one printable line of at most 100 characters."""
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}... ({len(text)} characters)"


class StepError(Exception):
    """A step that cannot go on. ``exit_status`` is what its process ends with."""

    exit_status = EXIT_REMOTE_FAILURE


class InvalidInput(StepError, ValueError):
    """Inputs that are refused before anything is sent; holds all violations, not the first."""

    exit_status = EXIT_USER_ERROR

    def __init__(self, subject: str, violations: Sequence[Violation]) -> None:
        self.subject = subject
        self.violations = tuple(violations)
        count = len(self.violations)
        head = f"{subject}: {count} {'problem' if count == 1 else 'problems'} in the inputs; nothing was sent to SageMaker"
        super().__init__("\n".join([head, *(f"  {violation}" for violation in self.violations)]))


class RequestRefused(StepError):
    """The service refused a request as invalid."""

    exit_status = EXIT_USER_ERROR


class NameTaken(StepError):
    """A resource of that name exists already."""

    exit_status = EXIT_USER_ERROR


class NotFound(StepError):
    """There is no resource of that name."""


class AlreadyFinished(StepError):
    """A stop that came too late: the job had ended."""


class AccessDenied(StepError):
    """The caller may not do this; the message names action, principal and resource."""


class CapacityUnavailable(StepError):
    """No capacity or quota for the request now; waiting may help (input ``wait_for_capacity``)."""


class Transient(StepError):
    """Throttling, a 5xx, a reset, a DNS blip: worth trying again, ``limit`` seconds at most (None: as long as it takes)."""

    def __init__(self, message: str, limit: float | None = None) -> None:
        super().__init__(message)
        self.limit = limit


class CredentialsExpired(StepError):
    """Credentials that are missing or expired; something outside may refresh them."""


class RemoteFailure(StepError):
    """The remote work ended in failure, or was stopped; carries FailureReason and the console link."""


class TimedOut(StepError):
    """The step's own ``timeout`` passed."""


class Terminated(StepError):
    """The process was asked to end (SIGTERM, SIGINT)."""

    exit_status = EXIT_TERMINATED
