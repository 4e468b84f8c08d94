"""A Kubernetes control plane of two programs, etcd and kube-apiserver, with the custom resource definitions installed.

Authorization is RBAC, tokens of service accounts are real. There are no controllers of Kubernetes' own and no nodes: nothing
is garbage collected, no pod runs.
"""

from __future__ import annotations

import functools
import http.client
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .eventually import eventually
from .processes import Program, free_port

CRDS = Path(__file__).with_name("crds")
ADMIN_TOKEN = "token-of-the-administrator"
GROUP_PATH = "/apis/sagemaker.services.k8s.aws/v1alpha1"
FIELD_MANAGER = "end-to-end-test"
SECONDS_TO_ANSWER = 120.0


class Refused(Exception):
    """The API server answered with an error: ``status`` is HTTP's, ``body`` what it said."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


@dataclass(frozen=True)
class Caller:
    """Sends requests to an API server as the owner of ``token``."""

    server: str
    authority: Path
    token: str

    def request(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", *, parse: bool = True
    ) -> Any:
        """The answer, parsed if it is JSON. Raises Refused, or OSError if there is no server or it goes away meanwhile."""
        sent = urllib.request.Request(
            self.server + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type, "Accept": "application/json"})
        try:
            with urllib.request.urlopen(sent, context=tls_context(self.authority), timeout=SECONDS_TO_ANSWER) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode()) from error
        except http.client.HTTPException as error:
            raise ConnectionError(f"{method} {path}: {error!r}") from error
        return json.loads(text) if parse and text.startswith("{") else text

    def get(self, path: str) -> Any:
        """The object, or None where there is none."""
        try:
            return self.request("GET", path)
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def apply(self, path: str, manifest: Mapping[str, Any]) -> Any:
        """Server-side apply."""
        query = f"?fieldManager={FIELD_MANAGER}&force=true"
        return self.request("PATCH", path + query, manifest, "application/apply-patch+yaml")

    def merge(self, path: str, patch: Mapping[str, Any]) -> Any:
        return self.request("PATCH", path, patch, "application/merge-patch+json")

    def watch(self, path: str, seconds: int) -> list[Any]:
        """The events of so many seconds, the objects that there are among them."""
        text: Any = self.request("GET", f"{path}?watch=1&timeoutSeconds={seconds}", parse=False)
        return [json.loads(line) for line in text.splitlines()]

    def delete(self, path: str) -> None:
        """Absent is no error."""
        try:
            self.request("DELETE", path)
        except Refused as error:
            if error.status != 404:
                raise


class Cluster:
    """Call :meth:`start`, and in the end :meth:`stop`. Everything it keeps is in ``directory``."""

    def __init__(self, tools: Path, directory: Path) -> None:
        self.tools, self.directory = tools, directory
        self._etcd_port, self.port = free_port(), free_port()
        self.etcd: Program | None = None
        self.api_server: Program | None = None

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def admin(self) -> Caller:
        return self.caller(ADMIN_TOKEN)

    def caller(self, token: str) -> Caller:
        return Caller(self.server, self.directory / "certs" / "apiserver.crt", token)

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "tokens.csv").write_text(f"{ADMIN_TOKEN},administrator,administrator,system:masters\n")
        subprocess.run(["openssl", "genrsa", "-out", str(self.directory / "accounts.key"), "2048"],
                       check=True, capture_output=True)
        self.start_etcd()
        self.start_api_server()
        self._install_definitions()

    def start_etcd(self) -> None:
        client = f"http://127.0.0.1:{self._etcd_port}"
        self.etcd = Program(
            [str(self.tools / "etcd"), "--data-dir", str(self.directory / "etcd"), "--listen-client-urls", client,
             "--advertise-client-urls", client, "--listen-peer-urls", "http://127.0.0.1:0", "--unsafe-no-fsync",
             "--log-level", "warn"], self.directory / "etcd.log")

    def start_api_server(self) -> None:
        """Starts it, at the same address each time, and returns when it is ready."""
        key = str(self.directory / "accounts.key")
        self.api_server = Program(
            [str(self.tools / "kube-apiserver"), "--etcd-servers", f"http://127.0.0.1:{self._etcd_port}",
             "--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", str(self.port),
             "--cert-dir", str(self.directory / "certs"), "--authorization-mode", "RBAC",
             "--token-auth-file", str(self.directory / "tokens.csv"), "--endpoint-reconciler-type", "none",
             "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
             "--service-account-signing-key-file", key, "--service-cluster-ip-range", "10.0.0.0/24",
             "--disable-admission-plugins", "ServiceAccount"], self.directory / "kube-apiserver.log")
        eventually(self._is_ready, "kube-apiserver is ready")

    def kill_api_server(self) -> None:
        assert self.api_server is not None
        self.api_server.kill()

    def stop(self) -> None:
        for program in (self.api_server, self.etcd):
            if program is not None:
                program.end()

    def version(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.admin.request("GET", "/version")
        return found

    def kubeconfig(self, path: Path, token: str, namespace: str = "default") -> Path:
        """Writes a kubeconfig for the owner of the token."""
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "e2e",
            "clusters": [{"name": "e2e", "cluster": {
                "server": self.server, "certificate-authority": str(self.directory / "certs" / "apiserver.crt")}}],
            "users": [{"name": "caller", "user": {"token": token}}],
            "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "caller", "namespace": namespace}}],
        }))
        return path

    def service_account_token(self, namespace: str, name: str) -> str:
        """A token as a pod of that service account has it."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        wanted = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        answer = self.admin.request("POST", path, wanted)
        token: str = answer["status"]["token"]
        return token

    def plural(self, kind: str) -> str:
        return plurals()[kind]

    def objects(self, namespace: str, *kinds: str) -> Iterator[dict[str, Any]]:
        """The custom resources of the namespace, of these kinds or all."""
        for kind in kinds or plurals():
            yield from self.admin.request("GET", f"{GROUP_PATH}/namespaces/{namespace}/{plurals()[kind]}")["items"]

    def _is_ready(self) -> bool:
        assert self.api_server is not None
        self.api_server.check()
        try:
            return bool(self.admin.request("GET", "/readyz") == "ok")
        except (Refused, OSError):
            return False

    def _install_definitions(self) -> None:
        base = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        for definition in definitions():
            self.admin.apply(f"{base}/{definition['metadata']['name']}", definition)
        eventually(lambda: all(map(_is_established, self.admin.request("GET", base)["items"])), "the CRDs are established")
        for plural in plurals().values():  # established is a moment before served
            eventually(lambda plural=plural: self._is_served(plural), f"{plural} are served")

    def _is_served(self, plural: str) -> bool:
        try:
            return self.admin.get(f"{GROUP_PATH}/{plural}") is not None
        except Refused as error:
            if error.status in (429, 503):  # the storage of a new kind is being set up
                return False
            raise


@functools.cache
def tls_context(authority: Path) -> ssl.SSLContext:
    """Trusts the API server's certificate, which it has made for itself."""
    context = ssl.create_default_context(cafile=str(authority))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@functools.cache
def definitions() -> list[dict[str, Any]]:
    """The custom resource definitions."""
    return [yaml.safe_load(path.read_text()) for path in sorted(CRDS.glob("*.yaml"))]


@functools.cache
def plurals() -> dict[str, str]:
    """Kind to plural: ``TrainingJob`` to ``trainingjobs``."""
    return {definition["spec"]["names"]["kind"]: definition["spec"]["names"]["plural"] for definition in definitions()}


def path_of(kind: str, namespace: str, name: str) -> str:
    """The path of a custom resource."""
    return f"{GROUP_PATH}/namespaces/{namespace}/{plurals()[kind]}/{name}"


def _is_established(definition: Mapping[str, Any]) -> bool:
    conditions = definition.get("status", {}).get("conditions") or []  # null for a moment
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)
