"""Which service, operation and resource an HTTP request is for, read off its headers, path and body."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from sagemaker_local.operations import named_by
from sagemaker_local.s3_operations import s3_call

CREDENTIAL = re.compile(r"Credential=(?P<key>[^/,\s&]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
INVOKE = re.compile(r"/endpoints/([^/]+)/(invocations(?:-response-stream)?|async-invocations)")
INVOKE_OPERATIONS = {
    "invocations": "InvokeEndpoint",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
    "async-invocations": "InvokeEndpointAsync",
}
TARGET_SERVICES = {"SageMaker": "sagemaker", "ResourceGroupsTaggingAPI_20170126": "tagging", "Logs_20140328": "logs"}
NAMES_ELSEWHERE = ("logStreamName", "logGroupName", "logGroupIdentifier", "RoleName", "RoleArn", "UserName")


@dataclass(frozen=True)
class Target:
    """What a call is about. ``protocol`` decides the form of an error; ``service`` is the name in signatures and policies."""

    service: str
    operation: str
    protocol: Literal["json", "query", "s3"]
    name: str | None = None
    parameters: Any = field(default_factory=dict)
    body: bytes = b""
    access_key_id: str | None = None


def identify(environ: dict[str, Any]) -> Target:
    """Reads the body of JSON and query requests (and puts it back), never that of an S3 request."""
    signature = environ.get("HTTP_AUTHORIZATION") or unquote(environ.get("QUERY_STRING", ""))
    credential = CREDENTIAL.search(signature)
    key, service = (credential["key"], credential["service"]) if credential else (None, "")
    # WSGI hands the path over as Latin-1 of the bytes (PEP 3333).
    path: str = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    header: str = environ.get("HTTP_X_AMZ_TARGET", "")
    invoked = INVOKE.fullmatch(path) if service in ("", "sagemaker") else None
    if header:
        return _json_target(environ, header, service, key)
    if invoked:
        body = _body(environ)
        return Target("sagemaker-runtime", INVOKE_OPERATIONS[invoked[2]], "json", invoked[1], {}, body, key)
    if service not in ("", "s3") or environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return _query_target(environ, service, key)
    operation, parameters = s3_call(environ["REQUEST_METHOD"], path, environ)
    name = "/".join(parameters.values()) or None
    return Target("s3", operation, "s3", name, parameters, b"", key)


def _json_target(environ: dict[str, Any], header: str, service: str, key: str | None) -> Target:
    prefix, _, operation = header.rpartition(".")
    called = TARGET_SERVICES.get(prefix, service or prefix)
    body = _body(environ)
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        parameters = None
    if called == "sagemaker":
        name = named_by(operation, parameters) if isinstance(parameters, dict) else None
        return Target(called, operation, "json", name, parameters, body, key)
    if called != "tagging":
        parameters = _scalars(parameters)
    return Target(called, operation, "json", _name(parameters), parameters, body, key)


def _query_target(environ: dict[str, Any], service: str, key: str | None) -> Target:
    body = _body(environ)
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    operation = form.pop("Action", "") or f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"
    version = form.pop("Version", "")
    secret = {name for name in form if "token" in name.lower() or "password" in name.lower() or "assertion" in name.lower()}
    parameters = {name: value for name, value in form.items() if name not in secret}
    named = service or {"2011-06-15": "sts", "2010-05-08": "iam"}.get(version, "unknown")
    return Target(named, operation, "query", _name(parameters), parameters, body, key)


def _name(parameters: Any) -> str | None:
    if not isinstance(parameters, dict):
        return None
    return next((str(parameters[name]) for name in NAMES_ELSEWHERE if name in parameters), None)


def _scalars(parameters: Any) -> Mapping[str, Any]:
    """Of another service's request the log keeps the plain members; log events would make it as big as the logs."""
    if not isinstance(parameters, dict):
        return {}
    return {name: value for name, value in parameters.items() if isinstance(value, (str, int, float))}


def _body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body
