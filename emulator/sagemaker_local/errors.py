"""The error that an operation answers with, and its forms on the wire. Which error when: kinds.py, rules.py, operations.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ServiceError(Exception):
    """An error that the service declares. ``code`` and ``message`` are what boto3's ClientError shows."""

    code: str
    message: str
    http_status: int = 400
    members: dict[str, Any] = field(default_factory=dict)
    """Further members of the error's shape, e.g. OriginalStatusCode of ModelError."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def body(self) -> dict[str, Any]:
        """The JSON object. Some shapes call the text Message, the protocol's own errors message: both are there."""
        return {"__type": self.code, "message": self.message, "Message": self.message, **self.members}


def validation_error(message: str) -> ServiceError:
    """SageMaker's answer to nearly everything that is wrong with a request."""
    return ServiceError("ValidationException", message)


def not_offered(operation: str, service: str) -> ServiceError:
    """For an operation which AWS may have and the local one has not. A 4xx that boto3 does not retry."""
    return ServiceError("UnknownOperationException", f"The local SageMaker does not offer {service} {operation}.")
