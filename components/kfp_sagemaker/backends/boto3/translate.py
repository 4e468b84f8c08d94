"""What botocore raises, in the words of ``errors``. What to do about it is not decided here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from botocore import exceptions as botocore_errors

from kfp_sagemaker.errors import (
    AccessDenied,
    AlreadyFinished,
    CapacityUnavailable,
    CredentialsExpired,
    InvalidInput,
    NameTaken,
    NotFound,
    RequestRefused,
    StepError,
    Transient,
    Violation,
)
from kfp_sagemaker.resources.resource import ErrorText, Resource

_THROTTLING = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
    "PriorRequestNotComplete", "ProvisionedThroughputExceededException", "EC2ThrottledException",
})
_PASSING = frozenset({
    "InternalFailure", "InternalServerError", "InternalServerException", "InternalError", "ServiceUnavailable",
    "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException",
})
_EXPIRED = frozenset({
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired", "InvalidClientTokenId",
    "UnrecognizedClientException", "InvalidToken", "AuthFailure", "IncompleteSignature", "InvalidSignatureException",
})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"})
_CAPACITY = frozenset({"ResourceLimitExceeded", "CapacityError", "InsufficientCapacity"})
_LOST = (
    botocore_errors.HTTPClientError,  # Timeouts, resets, proxies and TLS: all connection trouble derives from it.
    botocore_errors.ConnectionError,
    botocore_errors.EndpointConnectionError,
    botocore_errors.IncompleteReadError,
    botocore_errors.ResponseStreamingError,
)
_NO_CREDENTIALS = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.TokenRetrievalError,
    botocore_errors.UnauthorizedSSOTokenError,
)
#: A role that was made a moment ago cannot be assumed yet; one that is wrong never can. In seconds.
_ROLE_SETTLES = 120.0
_DENIAL = re.compile(
    r"User: (?P<principal>\S+) is not authorized to perform: (?P<action>\S+)(?: on resource: (?P<resource>\S+))?")


def translate(
    error: Exception, operation: str, subject: str, resource: Resource | None = None,
    caller: Callable[[], str] | None = None, service: str = "sagemaker",
) -> StepError:
    """The StepError for what a call raised.

    ``subject`` names what the call was about; ``resource`` tells its kind's own errors; ``caller`` finds out the principal
    for a denial that does not name it, ``service`` the prefix of the action in IAM policies.
    """
    if isinstance(error, StepError):
        return error
    if isinstance(error, botocore_errors.ClientError):
        return _client_error(error, f"{service}:{operation}", subject, resource, caller)
    if isinstance(error, _NO_CREDENTIALS):
        return CredentialsExpired(f"{operation}: no usable credentials ({error})")
    if isinstance(error, botocore_errors.NoRegionError):
        return InvalidInput("region", [Violation("region", "not given, and the environment names none")])
    if isinstance(error, _LOST):
        return Transient(f"{operation}: {error}")
    if isinstance(error, botocore_errors.BotoCoreError | ValueError):
        return RequestRefused(f"{operation} {subject}: {error}")
    raise error


def _client_error(
    error: Any, action: str, subject: str, resource: Resource | None, caller: Callable[[], str] | None
) -> StepError:
    operation = action.partition(":")[2]
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", "")) or code
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _EXPIRED:
        return CredentialsExpired(f"{operation}: {code}: {message}")
    if code in _THROTTLING or code in _PASSING or status >= 500 or status == 429:
        return Transient(f"{operation}: {code}: {message}")
    if code in _DENIED:
        return AccessDenied(_denial(message, action, subject, caller))
    if resource is not None:
        if operation == resource.create and _is_one_of(resource.already_exists, code, message):
            return NameTaken(f"{resource.kind} {subject} is there already")
        if operation == resource.stop and _is_one_of(resource.already_finished, code, message):
            return AlreadyFinished(f"{resource.kind} {subject} had already ended")
        if operation != resource.create and _is_one_of(resource.not_found, code, message):
            return NotFound(f"{resource.kind} {subject} is not there")
    if code in _CAPACITY:
        return CapacityUnavailable(f"{operation} {subject}: {code}: {message}")
    if "assume role" in message.lower():
        return Transient(f"{operation} {subject}: {message}", limit=_ROLE_SETTLES)
    return RequestRefused(f"{operation} {subject} was refused: {code}: {message}")


def _is_one_of(texts: Iterable[ErrorText], code: str, message: str) -> bool:
    return any(code == text.code and text.words.lower() in message.lower() for text in texts)


def _denial(message: str, action: str, subject: str, caller: Callable[[], str] | None) -> str:
    found = _DENIAL.search(message)
    principal = found["principal"] if found else (caller() if caller else "")
    action = found["action"] if found else action
    resource = (found["resource"] if found else "") or subject
    return (f"access denied: {principal or 'the caller'} may not {action} on {resource}. "
            f"`kfp-sagemaker iam` prints a policy that allows it. ({message})")
