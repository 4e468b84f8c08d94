"""The part of a Kubernetes API server that a step sees, in this process: custom resources of SageMaker over HTTP.

Server-side apply with field ownership by top-level members, merge patch, status, delete with finalizers, list by label, watch
with resume, bookmarks and 410; a Status object for what goes wrong. Tests strike requests with faults, hold them at gates,
cut watches, compact the history and restart the server. Time is the server's own: every write is a second later.
"""

from __future__ import annotations

import copy
import json
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kfp_sagemaker.custom_resources.fields import GROUP

from ..gates import Gates
from .api_objects import APPLIED, TABLES, Answer, Object, Store, check, merge_applied, own, shown

#: Seconds between two bookmarks of a watch.
BOOKMARK_SECONDS = 0.2


@dataclass(frozen=True)
class Served:
    """A request as it came: Kubernetes' verb, plural, name (empty for a collection), content type, and its body."""

    verb: str
    plural: str
    name: str
    content_type: str
    body: Any
    at: float


class ApiServer:
    """``url`` stays the same across restarts. ``requests`` are those of steps; the controller uses the methods here."""

    def __init__(self) -> None:
        self.store = Store()
        self.gates = Gates()
        self.requests: list[Served] = []
        #: Called with every request; may raise Answer, or ConnectionError to leave it without an answer.
        self.faults: list[Callable[[Served], None]] = []
        self.watches_break = threading.Event()
        self._connections: set[socket.socket] = set()
        self._port = 0
        self._http: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self.watches_break.clear()
        self._http = _Http(("127.0.0.1", self._port), _handler(self))
        self._port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """As a killed process: nothing listens, and every connection is reset."""
        assert self._http is not None
        self._http.shutdown()
        self._http.server_close()
        self.cut()
        self._http = None

    def cut(self) -> None:
        """Reset every connection."""
        self.watches_break.set()
        with self.store.changed:
            self.store.changed.notify_all()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.watches_break.clear() if self._http else None

    def compact(self) -> None:
        """Forget all events so far."""
        with self.store.changed:
            self.store.oldest = self.store.version + 1
            self.store.events.clear()

    def close(self) -> None:
        self.gates.clear()
        if self._http:
            self.stop()

    def calls(self, verb: str = "", plural: str = "") -> list[Served]:
        return [one for one in self.requests if verb in ("", one.verb) and plural in ("", one.plural)]

    # What the controller and tests do to objects, and the handler for steps.

    def find(self, plural: str, name: str) -> Object | None:
        with self.store.changed:
            return copy.deepcopy(self.store.objects.get((plural, name)))

    def all(self, plural: str | None = None) -> list[Object]:
        with self.store.changed:
            return [copy.deepcopy(one) for (of, _), one in self.store.objects.items() if plural in (None, of)]

    def edit(self, plural: str, name: str, change: Callable[[Object], None], manager: str, subresource: str = "") -> Object:
        """Change an object in place as ``manager``; writes nothing when nothing changed. Gone with the last finalizer."""
        with self.store.changed:
            custom = copy.deepcopy(self._existing(plural, name))
            before = copy.deepcopy(custom)
            change(custom)
            if custom == before:
                return custom
            if custom["spec"] != before["spec"]:
                custom["metadata"]["generation"] += 1
            own(custom, manager, "Update", subresource, self.store.now())
            gone = custom["metadata"].get("deletionTimestamp") and not custom["metadata"].get("finalizers")
            return self.store.write(plural, custom, "DELETED" if gone else "MODIFIED")

    def apply(self, plural: str, name: str, manifest: Object, manager: str) -> tuple[Object, bool]:
        """Server-side apply with force; whether it was created."""
        table = TABLES[plural]
        check(table, manifest)
        with self.store.changed:
            there = self.store.objects.get((plural, name))
            now = self.store.now()
            if there is None:
                custom = copy.deepcopy(manifest)
                custom["metadata"] |= {"uid": f"uid-{self.store.version}", "generation": 1, "creationTimestamp": now}
                own(custom, manager, "Apply", "", now)
                custom[APPLIED] = copy.deepcopy(manifest)
                return self.store.write(plural, custom, "ADDED"), True
            custom = copy.deepcopy(there)
            for part in ("spec", "labels", "annotations"):
                merge_applied(custom, there.get(APPLIED, {}), manifest, part)
            if custom["spec"] == there["spec"] and custom["metadata"] == there["metadata"]:
                return there, False
            if custom["spec"] != there["spec"]:
                custom["metadata"]["generation"] += 1
            own(custom, manager, "Apply", "", now)
            custom[APPLIED] = copy.deepcopy(manifest)
            return self.store.write(plural, custom, "MODIFIED"), False

    def delete(self, plural: str, name: str, version: str = "") -> Object:
        """``version``: only as of that resourceVersion."""
        with self.store.changed:
            custom = copy.deepcopy(self._existing(plural, name))
            if version not in ("", custom["metadata"]["resourceVersion"]):
                raise Answer(409, "Conflict", f"Precondition failed: ResourceVersion in precondition: {version}")
            if not custom["metadata"].get("finalizers"):
                return self.store.write(plural, custom, "DELETED")
            if "deletionTimestamp" in custom["metadata"]:
                return custom
            custom["metadata"]["deletionTimestamp"] = self.store.now()
            return self.store.write(plural, custom, "MODIFIED")

    def _existing(self, plural: str, name: str) -> Object:
        custom = self.store.objects.get((plural, name))
        if custom is None:
            raise Answer(404, "NotFound", f'{plural}.{GROUP} "{name}" not found', name=name, group=GROUP, kind=plural)
        return custom


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was reset is no news here."""


def _handler(server: ApiServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            server._connections.add(self.connection)

        def finish(self) -> None:
            server._connections.discard(self.connection)
            super().finish()

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

        def do_GET(self) -> None:
            self._serve()

        do_PATCH = do_DELETE = do_GET

        def _serve(self) -> None:
            path = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(path.query))
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = path.path.strip("/").split("/")
            plural, name = (parts[5], "/".join(parts[6:])) if len(parts) > 5 and parts[3] == "namespaces" else (parts[3], "")
            verb = {"PATCH": "patch", "DELETE": "delete"}.get(self.command, "")
            verb = verb or ("watch" if query.get("watch") else "get" if name else "list")
            served = Served(verb, plural, name, self.headers.get("Content-Type", ""), json.loads(text) if text else None,
                            time.monotonic())
            try:
                server.requests.append(served)
                server.gates.hold(verb, after=False)
                for fault in list(server.faults):
                    fault(served)
                if plural not in TABLES:
                    return self._say(404, b"404 page not found\n", "text/plain")
                if verb == "watch":
                    return self._watch(plural, query)
                try:
                    code, answer = self._answer(served, query)
                finally:
                    server.gates.hold(verb, after=True)
                self._say(code, json.dumps(answer).encode())
            except Answer as answered:
                self._say(answered.code, json.dumps(answered.body).encode())
            except ConnectionError:
                self.close_connection = True

        def _answer(self, served: Served, query: Mapping[str, str]) -> tuple[int, Object]:
            if served.verb == "list":
                wanted = dict(one.split("=", 1) for one in query.get("labelSelector", "").split(",") if one)
                found = [shown(one) for one in server.all(served.plural)
                         if wanted.items() <= one["metadata"].get("labels", {}).items()]
                return 200, {"kind": "List", "items": found, "metadata": {"resourceVersion": str(server.store.version)}}
            if served.verb == "get":
                with server.store.changed:
                    return 200, shown(copy.deepcopy(server._existing(served.plural, served.name)))
            if served.verb == "delete":
                conditions = (served.body or {}).get("preconditions", {})
                return 200, shown(server.delete(served.plural, served.name, conditions.get("resourceVersion", "")))
            if served.content_type == "application/apply-patch+yaml":
                custom, created = server.apply(served.plural, served.name, served.body, query["fieldManager"])
                return 201 if created else 200, shown(custom)
            assert served.content_type == "application/merge-patch+json", served.content_type

            def patch(custom: Object) -> None:
                annotations = {**custom["metadata"].get("annotations", {}), **served.body["metadata"]["annotations"]}
                custom["metadata"]["annotations"] = {name: value for name, value in annotations.items() if value is not None}

            return 200, shown(server.edit(served.plural, served.name, patch, query["fieldManager"]))

        def _watch(self, plural: str, query: Mapping[str, str]) -> None:
            name = query["fieldSelector"].removeprefix("metadata.name=")
            seen = int(query["resourceVersion"])
            store = server.store
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            end = time.monotonic() + float(query["timeoutSeconds"])
            with store.changed:
                forgotten = seen < store.oldest - 1 and seen != 0
            if forgotten:
                self._chunk({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}})
                end = 0.0
            while time.monotonic() < end and not server.watches_break.is_set():
                with store.changed:
                    store.changed.wait_for(
                        lambda seen=seen: store.version > seen or server.watches_break.is_set(), timeout=BOOKMARK_SECONDS)
                    news = [(version, event) for version, of, event in store.events if version > seen and of == plural]
                    if not news:
                        event = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": str(store.version)}}}
                        news = [(store.version, event)]
                for version, event in news:
                    seen = version
                    if event["type"] == "BOOKMARK" or event["object"]["metadata"]["name"] == name:
                        self._chunk({**event, "object": shown(event["object"])})
            self.wfile.write(b"0\r\n\r\n")
            self.close_connection = True

        def _chunk(self, event: Mapping[str, Any]) -> None:
            line = json.dumps(event).encode() + b"\n"
            self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
            self.wfile.flush()

        def _say(self, code: int, body: bytes, content_type: str = "application/json") -> None:
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
