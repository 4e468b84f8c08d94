"""What the API server answers, in the words of ``errors``. What to do about it is not decided here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.custom_resources.fields import GROUP
from kfp_sagemaker.errors import (
    AccessDenied,
    CapacityUnavailable,
    CredentialsExpired,
    NotFound,
    RequestRefused,
    StepError,
    Transient,
)

#: Server-side apply answers a manifest that does not fit the CRD with a 500 that starts so. It is not the server's fault.
_NOT_OF_ITS_TYPE = "failed to create typed patch object"


class KindUnknown(RequestRefused):
    """The cluster has no custom resource definition of that kind."""


@dataclass(frozen=True)
class Request:
    """A request as messages name it: Kubernetes' verb and plural, names as in the URL (``name`` empty for a collection)."""

    verb: str
    plural: str
    namespace: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.plural} {self.namespace}/{self.name}".rstrip("/")


def translate(status: int, body: bytes, request: Request) -> StepError:
    """The StepError for an answer that is none of success; ``body`` is a Status object mostly, or text of a proxy."""
    answer = _status_object(body)
    reason, message = str(answer.get("reason") or ""), _message(answer, body)
    said = f"{request}: {message}" if message else f"{request}: HTTP status {status}"
    if status == 401:
        return CredentialsExpired(f"{request}: the cluster does not accept the credentials ({message or 'Unauthorized'})")
    if status == 403 and "exceeded quota" in message:
        return CapacityUnavailable(said)
    if status == 403:
        return AccessDenied(_denial(request, message))
    if status == 404:
        return _missing(request, answer, message)
    if _NOT_OF_ITS_TYPE in message:
        return RequestRefused(f"{request}: the cluster's {request.plural} do not take this manifest; its CRDs may be of "
                              f"another version of the controller than this library knows: {message}")
    if status in (408, 409, 429) or status >= 500:
        return Transient(said if reason != "Conflict" else f"{request}: changed by somebody else in that moment: {message}")
    causes = [f"\n  {cause.get('field', '?')}: {cause.get('message', '')}"
              for cause in (answer.get("details") or {}).get("causes") or [] if isinstance(cause, Mapping)]
    return RequestRefused(f"{request} was refused: {message or f'HTTP status {status}'}{''.join(causes)}")


def _status_object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, Mapping) and answer.get("kind") == "Status" else {}


def _message(answer: Mapping[str, Any], body: bytes) -> str:
    text = str(answer.get("message") or "") or body.decode("utf-8", "replace")
    return " ".join(text.split())[:2000]


def _denial(request: Request, message: str) -> str:
    # Kubernetes' own sentence names who may not do what: User "system:serviceaccount:team-a:pipeline-runner" cannot patch ...
    who = message.partition('User "')[2].partition('"')[0] or "the pod's service account"
    return (f"access denied: {who} may not {request.verb} {request.plural}.{GROUP} in namespace {request.namespace}. "
            f"`kfp-sagemaker iam` prints a Role that allows it. ({message})")


def _missing(request: Request, answer: Mapping[str, Any], message: str) -> StepError:
    named = str((answer.get("details") or {}).get("name") or "")
    if named == request.name and request.name:
        return NotFound(f"{request.plural} {request.namespace}/{request.name} is not there")
    if named and named == request.namespace:
        return RequestRefused(f"{request}: there is no namespace {request.namespace}")
    return KindUnknown(f"{request}: the cluster does not know {request.plural}.{GROUP}. Is the ACK controller of SageMaker "
                       f"installed, in a version that has this kind? ({message or 'not found'})")
