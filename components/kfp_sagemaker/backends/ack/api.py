"""The requests of Kubernetes' API that a step makes, one attempt each, on connections that are kept.

https://kubernetes.io/docs/reference/using-api/api-concepts/. Answers that are none of success are raised as ``translate``
puts them. Following changes is in ``changes``.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, SSLError

from kfp_sagemaker.backends.ack.cluster import Cluster
from kfp_sagemaker.backends.ack.judge import FIELD_MANAGER
from kfp_sagemaker.backends.ack.translate import KindUnknown, Request, translate
from kfp_sagemaker.custom_resources.fields import API_VERSION
from kfp_sagemaker.errors import AccessDenied, NotFound, RequestRefused, StepError, Transient
from kfp_sagemaker.version import VERSION

_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0
#: Seconds after which the server is asked to end a watch, so that one that is dead is noticed.
WATCH_SECONDS = 240
#: HTTP status, and code of an ERROR event: the server has forgotten the resourceVersion.
GONE = 410
#: Seconds for which a refusal of what was admitted before, or of a server that was away, is taken for one that is starting.
FORGETFUL_SECONDS = 60.0
#: What is followed, deletes and looks at the same time, and does not wait for the others.
_CONNECTIONS = 4


class Api:
    """One cluster's custom resources of SageMaker. Safe to use from several threads."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        options: dict[str, Any] = {
            "maxsize": _CONNECTIONS, "retries": False,
            "timeout": urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
            "socket_options": [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)],
        }
        if cluster.tls is not None:
            options["ssl_context"] = cluster.tls
            if cluster.server_name:
                options |= {"server_hostname": cluster.server_name, "assert_hostname": cluster.server_name}
        self._pool: urllib3.PoolManager = (
            urllib3.ProxyManager(cluster.proxy, **options) if cluster.proxy else urllib3.PoolManager(**options))
        # By verb, plural and namespace; times are those of the monotonic clock, in seconds.
        self._admitted: set[tuple[str, str, str]] = set()
        self._refused: dict[tuple[str, str, str], float] = {}
        self._unreached = float("-inf")

    def get(self, plural: str, namespace: str, name: str) -> dict[str, Any] | None:
        """The custom resource; None when there is none."""
        try:
            return self._json("GET", Request("get", plural, namespace, name))
        except NotFound:
            return None

    def list_labeled(self, plural: str, namespace: str | None, selector: str) -> list[dict[str, Any]]:
        """The custom resources with these labels, in one namespace or (None) in all."""
        request = Request("list", plural, namespace or "")
        items = self._json("GET", request, {"labelSelector": selector}).get("items") or []
        return [item for item in items if isinstance(item, dict)]

    def apply(self, plural: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Server-side apply: create it, or make it say what the manifest says. Returns the custom resource."""
        metadata = manifest["metadata"]
        request = Request("patch", plural, metadata["namespace"], metadata["name"])
        # JSON is YAML. Members that the controller has filled in since may be ours again: force.
        return self._json("PATCH", request, {"fieldManager": FIELD_MANAGER, "force": "true"}, manifest,
                          "application/apply-patch+yaml")

    def merge(self, plural: str, namespace: str, name: str, patch: Mapping[str, Any]) -> dict[str, Any]:
        """Merge patch: null removes a member. Raises NotFound too. Returns the custom resource."""
        request = Request("patch", plural, namespace, name)
        return self._json("PATCH", request, {"fieldManager": f"{FIELD_MANAGER}-policy"}, patch, "application/merge-patch+json")

    def delete(self, plural: str, namespace: str, name: str, version: str = "") -> None:
        """Delete: it goes when its finalizers are through. Raises NotFound too.

        ``version``, a resourceVersion: only if it is as it was then, else raise Transient.
        """
        options = {"propagationPolicy": "Background", **({"preconditions": {"resourceVersion": version}} if version else {})}
        self._json("DELETE", Request("delete", plural, namespace, name), body={
            "kind": "DeleteOptions", "apiVersion": "v1", **options})

    def watch(self, plural: str, namespace: str, name: str, version: str) -> Iterator[Mapping[str, Any]]:
        """The events of one custom resource since ``version``, until the server or the connection ends them.

        An event is ``{"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR", "object": {...}}``.
        """
        request = Request("watch", plural, namespace)
        query = {"watch": "true", "fieldSelector": f"metadata.name={name}", "resourceVersion": version,
                 "allowWatchBookmarks": "true", "timeoutSeconds": str(WATCH_SECONDS)}
        response = self._send("GET", request, query, read_seconds=WATCH_SECONDS + 10.0)
        try:
            if response.status == GONE:
                yield {"type": "ERROR", "object": {"code": GONE}}
                return
            if response.status != 200:
                raise self._refusal(response.status, response.read(), request)
            self._is_admitted(request)
            line = b""
            for piece in response.stream(amt=None):
                line += piece
                *whole, line = line.split(b"\n")
                yield from (json.loads(one) for one in whole if one.strip())
        except (HTTPError, OSError, ValueError) as error:
            raise Transient(f"{request}: {error}") from error
        finally:
            response.close()

    def _json(
        self, method: str, request: Request, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> dict[str, Any]:
        response = self._send(method, request, query, body, content_type)
        try:
            content = response.read()
        except (HTTPError, OSError) as error:
            raise Transient(f"{request}: {error}") from error
        finally:
            with suppress(OSError):
                response.release_conn()
        if not 200 <= response.status < 300:
            raise self._refusal(response.status, content, request)
        self._is_admitted(request)
        try:
            answer = json.loads(content)
        except ValueError:
            problem = f"{request}: the answer is not JSON; is {self.cluster.server} an API server?"
            raise Transient(problem, limit=60.0) from None
        return answer if isinstance(answer, dict) else {}

    def _refusal(self, status: int, body: bytes, request: Request) -> StepError:
        """The error for an answer. An API server that has just started knows neither all rights nor all kinds yet."""
        error = translate(status, body, request)
        if not isinstance(error, (AccessDenied, KindUnknown)):
            return error
        now, asked = time.monotonic(), (request.verb, request.plural, request.namespace)
        if asked in self._admitted or now - self._unreached < FORGETFUL_SECONDS:
            since = self._refused.setdefault(asked, now)
            if now - since < FORGETFUL_SECONDS:
                return Transient(f"{error}. The API server may be starting")
        return error

    def _is_admitted(self, request: Request) -> None:
        asked = (request.verb, request.plural, request.namespace)
        self._admitted.add(asked)
        self._refused.pop(asked, None)

    def _send(
        self, method: str, request: Request, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None,
        content_type: str = "application/json", read_seconds: float = _READ_SECONDS,
    ) -> Any:
        headers = {"Accept": "application/json", "User-Agent": f"kfp-sagemaker/{VERSION}"}
        authorization = self.cluster.authorization()
        if authorization:
            headers["Authorization"] = authorization
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            return self._pool.request(
                method, self._url(request, query or {}), headers=headers, preload_content=False, redirect=False,
                body=None if body is None else json.dumps(body).encode(),
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=read_seconds))
        except SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" not in str(error):
                raise Transient(f"{request}: {error}") from error
            raise RequestRefused(f"{request}: no trusted connection to {self.cluster.server}: {error}") from error
        except (HTTPError, OSError) as error:
            self._unreached = time.monotonic()
            raise Transient(f"{request}: the API server of {self.cluster.name} ({self.cluster.server}) cannot be reached: "
                            f"{error}") from error

    def _url(self, request: Request, query: Mapping[str, str]) -> str:
        namespace = f"namespaces/{quote(request.namespace)}/" if request.namespace else ""
        name = f"/{quote(request.name)}" if request.name else ""
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.cluster.server}/apis/{API_VERSION}/{namespace}{request.plural}{name}{asked}"
