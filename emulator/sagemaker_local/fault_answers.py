"""What a fault looks like on the wire, for the three protocols that pass the front door: code, message, HTTP status, body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from sagemaker_local.errors import ServiceError
from sagemaker_local.fault_rules import Rule
from sagemaker_local.routing import Target

ERRORS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "throttle": {"json": ("ThrottlingException", 400), "query": ("Throttling", 400), "s3": ("SlowDown", 503)},
    "server_error": {"json": ("InternalFailure", 500), "query": ("InternalFailure", 500), "s3": ("InternalError", 500)},
    "access_denied": {"json": ("AccessDeniedException", 400), "query": ("AccessDenied", 403), "s3": ("AccessDenied", 403)},
    "expired_token": {"json": ("ExpiredTokenException", 400), "query": ("ExpiredToken", 403), "s3": ("ExpiredToken", 400)},
    "capacity": {
        "json": ("ResourceLimitExceeded", 400),
        "query": ("ResourceLimitExceeded", 400),
        "s3": ("ResourceLimitExceeded", 400),
    },
}
"""Fault to protocol to the code and the HTTP status that AWS uses there."""

ACTION_PREFIXES = {"tagging": "tag"}
"""Services whose IAM actions have another prefix than their requests."""

MESSAGES: Mapping[str, str] = {
    "throttle": "Rate exceeded",
    "server_error": "We encountered an internal error. Please try again.",
    "access_denied": "User: {user} is not authorized to perform: {action} on resource: {resource} because no identity-based "
    "policy allows the {action} action",
    "expired_token": "The security token included in the request is expired",
    "capacity": "The account-level service limit 'instances for this operation' is 0 Instances, with current utilization of 0 "
    "Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.",
}


def fault_error(rule: Rule, target: Target, account_id: str, region: str) -> ServiceError:
    """The error that a rule with an answer (a key of ERRORS) gives to a call."""
    code, status = ERRORS[rule.fault][target.protocol]
    service = "sagemaker" if target.service.startswith("sagemaker") else target.service
    message = rule.message or MESSAGES[rule.fault].format(
        user=f"arn:aws:iam::{account_id}:user/local",
        action=f"{ACTION_PREFIXES.get(service, service)}:{target.operation}",
        resource=f"arn:aws:{service}:{region}:{account_id}:{target.name or '*'}",
    )
    return ServiceError(code, message, status)


def error_body(error: ServiceError, protocol: str) -> tuple[bytes, str]:
    """Body and content type of an error."""
    if protocol == "json":
        return json.dumps(error.body()).encode(), "application/x-amz-json-1.1"
    code, message = escape(error.code), escape(error.message)
    if protocol == "s3":
        text = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>local</RequestId></Error>"
    else:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>local</RequestId></ErrorResponse>"
        )
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode(), "text/xml"
