"""The WSGI application behind the one URL: routing, faults, the call log; nothing that an operation means.

``/_local/`` is its own: ``GET calls`` (``?after=ORDER``), ``GET``, ``POST`` and ``DELETE faults``, and
``POST labeling-jobs/NAME/finish`` (see labeling.py).
"""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import socket
import threading
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sagemaker_local import labeling, operations, runtime, tags
from sagemaker_local.backend import Backend
from sagemaker_local.calls import CallLog
from sagemaker_local.errors import ServiceError, not_offered
from sagemaker_local.fault_answers import ERRORS, error_body, fault_error
from sagemaker_local.fault_rules import FaultScriptError, parse_rules
from sagemaker_local.other_services import WsgiApplication
from sagemaker_local.routing import Target, identify

LOG = logging.getLogger(__name__)
OWN_FAULT = ServiceError("InternalFailure", "The local SageMaker has a fault of its own; see its log.", 500)
FINISH = re.compile(r"/_local/labeling-jobs/([^/]+)/finish")
CODE_IN_XML = re.compile(rb"<Code>([^<]+)</Code>")


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer."""

    http_status: int
    headers: list[tuple[str, str]]
    body: Iterable[bytes]
    error_code: str | None = None


@dataclass(frozen=True)
class FrontDoor:
    """The WSGI application."""

    backend: Backend
    others: WsgiApplication
    calls: CallLog
    execution_key: str
    """The access key id that the execution's own calls are signed with: no fault strikes them."""
    closing: threading.Event
    """Set when the server stops, so that a slowed call does not hold it up."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        answer = self._admin(environ, path) if path.startswith("/_local/") else self._logged(environ)
        start_response(f"{answer.http_status} {'OK' if answer.http_status < 400 else 'Error'}", answer.headers)
        return answer.body

    def _logged(self, environ: dict[str, Any]) -> Answer:
        target = identify(environ)
        own = target.access_key_id == self.execution_key
        caller, user_agent = "execution" if own else "client", environ.get("HTTP_USER_AGENT", "")
        call = self.calls.begin(target.service, target.operation, target.name, target.parameters, caller, user_agent)
        struck = [] if own else self.backend.faults.call_faults(target.service, target.operation, target.name)
        for rule in struck:
            if rule.fault == "slow":
                self.closing.wait(rule.seconds)
        other = next((rule for rule in struck if rule.fault != "slow"), None)
        fault = other.fault if other else (struck[0].fault if struck else None)
        if fault == "drop_connection":
            self.calls.end(call, None, None, fault)
            _drop(environ)
        if other and other.fault in ERRORS:
            _drain(environ)
            error = fault_error(other, target, self.backend.account_id, self.backend.region)
            answer = _error_answer(error, target.protocol)
        else:
            answer = self._carried_out(environ, target)
        self.calls.end(call, answer.http_status, answer.error_code, fault)
        if fault == "lost_response":
            _drop(environ)
        return answer

    def _carried_out(self, environ: dict[str, Any], target: Target) -> Answer:
        try:
            if target.service == "sagemaker":
                return _json_answer(operations.answer(self.backend, target.operation, target.parameters))
            if target.service == "tagging":
                return _json_answer(tags.answer_tagging_api(self.backend, target.operation, target.parameters))
            if target.service == "sagemaker-runtime":
                if target.operation != "InvokeEndpoint":
                    raise not_offered(target.operation, "SageMaker Runtime")
                body, headers = runtime.invoke(self.backend, target.name or "", target.body, environ)
                return Answer(200, [*headers.items(), ("Content-Length", str(len(body)))], [body])
        except ServiceError as error:
            return _error_answer(error, target.protocol)
        except Exception:
            LOG.exception("%s %s", target.service, target.operation)
            return _error_answer(OWN_FAULT, target.protocol)
        return self._elsewhere(environ)

    def _elsewhere(self, environ: dict[str, Any]) -> Answer:
        from werkzeug.test import run_wsgi_app

        body, status, headers = run_wsgi_app(self.others, environ, buffered=True)
        code = int(status.split()[0])
        parts = list(body)
        return Answer(code, list(headers), parts, _error_code(b"".join(parts), code) if code >= 400 else None)

    def _admin(self, environ: dict[str, Any], path: str) -> Answer:
        method, faults = environ["REQUEST_METHOD"], self.backend.faults
        if (method, path) == ("GET", "/_local/calls"):
            after = parse_qs(environ.get("QUERY_STRING", "")).get("after", ["0"])[0]
            return _json_answer([dataclasses.asdict(call) for call in self.calls.all(int(after) if after.isdecimal() else 0)])
        if (method, path) == ("GET", "/_local/faults"):
            return _json_answer([{**dataclasses.asdict(rule), "hits": hits} for rule, hits in faults.hits()])
        if (method, path) == ("POST", "/_local/faults"):
            try:
                faults.add(parse_rules(json.loads(_body(environ))))
            except (FaultScriptError, ValueError) as error:
                return _json_answer({"error": str(error)}, 400)
            return _json_answer({})
        if (method, path) == ("DELETE", "/_local/faults"):
            faults.clear()
            return _json_answer({})
        if method == "POST" and (finish := FINISH.fullmatch(path)):
            try:
                labeling.finish_labeling_job(self.backend, finish[1], _body(environ))
            except ServiceError as error:
                return _json_answer({"error": error.message}, error.http_status)
            return _json_answer({})
        return _json_answer({"error": f"There is no {method} {path}."}, 404)


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _json_answer(value: Any, status: int = 200) -> Answer:
    body = json.dumps(value).encode()
    return Answer(status, _headers("application/x-amz-json-1.1", body), [body])


def _error_answer(error: ServiceError, protocol: str) -> Answer:
    body, content_type = error_body(error, protocol)
    headers = [*_headers(content_type, body), ("x-amzn-ErrorType", error.code)]
    return Answer(error.http_status, headers, [body], error.code)


def _headers(content_type: str, body: bytes) -> list[tuple[str, str]]:
    return [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-RequestId", str(uuid.uuid4()))]


def _error_code(body: bytes, status: int) -> str:
    """The code in another service's error; an answer to HEAD has no body, there it is the HTTP status."""
    in_xml = CODE_IN_XML.search(body)
    if in_xml:
        return in_xml[1].decode()
    try:
        members = json.loads(body)
    except ValueError:
        return str(status)
    found = members.get("__type") if isinstance(members, Mapping) else None
    return str(found or status).rpartition("#")[2]


def _drain(environ: dict[str, Any]) -> None:
    """Reads what the client sends: closing on unread bytes would reset the connection before the answer is read."""
    left = int(environ.get("CONTENT_LENGTH") or 0)
    while left > 0:
        part = environ["wsgi.input"].read(min(left, 1 << 20))
        if not part:
            return
        left -= len(part)


def _drop(environ: dict[str, Any]) -> None:
    """Ends the connection without a byte of an answer. The server takes a ConnectionError as the client's going."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("dropped by the fault script")
