"""What the API server answers, in the words of ``errors``: each message says who, what and where."""

from __future__ import annotations

import json

import pytest
from kfp_sagemaker.backends.ack.translate import KindUnknown, Request, translate
from kfp_sagemaker.errors import (
    AccessDenied,
    CapacityUnavailable,
    CredentialsExpired,
    NotFound,
    RequestRefused,
    StepError,
    Transient,
)

ASKED = Request("patch", "trainingjobs", "team-a", "train-1")
GROUP = "sagemaker.services.k8s.aws"


def status(code: int, reason: str, message: str, **details: object) -> tuple[int, bytes]:
    told = {"kind": "Status", "code": code, "reason": reason, "message": message, "details": details}
    return code, json.dumps(told).encode()


ANSWERS = [
    (status(400, "BadRequest", "no"), RequestRefused, "patch trainingjobs team-a/train-1 was refused: no"),
    (status(401, "Unauthorized", "Unauthorized"), CredentialsExpired, "does not accept the credentials"),
    (status(403, "Forbidden", f'trainingjobs.{GROUP} "train-1" is forbidden: User "system:serviceaccount:team-a:runner" can'),
     AccessDenied, f"system:serviceaccount:team-a:runner may not patch trainingjobs.{GROUP} in namespace team-a"),
    ((403, b"<html>blocked by a proxy</html>"), AccessDenied, "the pod's service account may not patch"),
    (status(403, "Forbidden", "exceeded quota: jobs, requested: count/trainingjobs=1"), CapacityUnavailable, "exceeded quota"),
    (status(404, "NotFound", "not found", name="train-1", kind="trainingjobs"), NotFound, "team-a/train-1 is not there"),
    (status(404, "NotFound", 'namespaces "team-a" not found', name="team-a", kind="namespaces"), RequestRefused,
     "there is no namespace team-a"),
    ((404, b"404 page not found\n"), KindUnknown, f"does not know trainingjobs.{GROUP}. Is the ACK controller"),
    (status(409, "Conflict", "the object has been modified"), Transient, "changed by somebody else in that moment"),
    (status(410, "Expired", "too old resource version"), RequestRefused, "too old"),
    (status(415, "UnsupportedMediaType", "no apply patch"), RequestRefused, "no apply patch"),
    (status(422, "Invalid", "TrainingJob is invalid", causes=[{"field": "spec.roleARN", "message": "Required value"}]),
     RequestRefused, "spec.roleARN: Required value"),
    (status(429, "TooManyRequests", "try later"), Transient, "try later"),
    (status(500, "InternalError", "failed to create typed patch object (x): .spec.new: field not declared in schema"),
     RequestRefused, "CRDs may be of another version"),
    (status(500, "InternalError", "etcdserver: leader changed"), Transient, "etcdserver: leader changed"),
    ((502, b"<html>Bad gateway</html>"), Transient, "Bad gateway"),
    ((503, b""), Transient, "HTTP status 503"),
    (status(504, "Timeout", "Timeout: request did not complete"), Transient, "did not complete"),
]


@pytest.mark.parametrize(("answer", "error", "words"), ANSWERS, ids=[f"{row[0][0]} {row[2][:30]}" for row in ANSWERS])
def test_answers(answer: tuple[int, bytes], error: type[StepError], words: str) -> None:
    translated = translate(*answer, ASKED)

    assert type(translated) is error
    assert words in str(translated)
    assert "train" in str(translated)
