"""Reads kubeconfig files: clusters, contexts, and users with a token, a client certificate, a password or an exec plugin.

https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/. Several files are merged as kubectl does it: the first to set
a thing wins. The auth-provider entries that kubectl dropped in 1.26 are refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kfp_sagemaker.backends.ack.cluster import Cluster, tls_context
from kfp_sagemaker.errors import CredentialsExpired, InvalidInput, Violation

#: Seconds that an exec plugin may take, and before its token's end that the token is got anew.
_PLUGIN_SECONDS, _AHEAD_SECONDS = 60.0, 60.0


def files() -> tuple[Path, ...]:
    """The files that KUBECONFIG names, else ``~/.kube/config``."""
    named = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return tuple(named) or (Path.home() / ".kube" / "config",)


def read_kubeconfig(paths: Sequence[Path]) -> Cluster:
    """The cluster of the current context. Raises InvalidInput naming the file and entry that cannot be used."""
    merged = _merged(paths)
    context = _entry(merged, "contexts", str(merged.get("current-context") or ""), "context", "current-context")
    cluster = _entry(merged, "clusters", str(context.get("cluster") or ""), "cluster", "the context's cluster")
    user = _entry(merged, "users", str(context["user"]), "user", "the context's user") if context.get("user") else {}
    server = str(cluster.get("server") or "").rstrip("/")
    if not server.startswith(("http://", "https://")):
        raise _unusable(f"cluster {context.get('cluster')}: server must be an http or https URL")
    tls = None
    if server.startswith("https://"):
        authority = _content(cluster, "certificate-authority")
        tls = tls_context(authority.decode() if authority else "", verify=not cluster.get("insecure-skip-tls-verify"))
        _load_certificate(tls, user)
    authorization, renew = _authorization(user)
    return Cluster(
        name=str(merged["current-context"]), server=server, namespace=str(context.get("namespace") or "default"), tls=tls,
        authorization=authorization, renew=renew, server_name=str(cluster.get("tls-server-name") or ""),
        proxy=str(cluster.get("proxy-url") or ""),
    )


def _unusable(problem: str) -> InvalidInput:
    return InvalidInput("kubeconfig", [Violation("kubeconfig", problem)])


def _merged(paths: Sequence[Path]) -> dict[str, Any]:
    import yaml

    merged: dict[str, Any] = {"clusters": {}, "contexts": {}, "users": {}}
    for path in paths:
        try:
            document = yaml.safe_load(path.read_text())
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise _unusable(f"{path}: cannot be read ({' '.join(str(error).split())[:200]})") from None
        if not isinstance(document, Mapping):
            raise _unusable(f"{path}: is not a kubeconfig")
        for plural, kind in (("clusters", "cluster"), ("contexts", "context"), ("users", "user")):
            for entry in document.get(plural) or []:
                if isinstance(entry, Mapping) and isinstance(entry.get(kind), Mapping):
                    # Paths in it are relative to its file.
                    merged[plural].setdefault(str(entry.get("name")), {**entry[kind], "": path.parent})
        if document.get("current-context"):
            merged.setdefault("current-context", document["current-context"])
    return merged


def _entry(merged: Mapping[str, Any], plural: str, name: str, kind: str, what: str) -> Mapping[str, Any]:
    if not name:
        raise _unusable(f"{what} is not set (`kubectl config use-context NAME` sets the context)")
    if name not in merged[plural]:
        raise _unusable(f"{what} is {name}, and there is no such {kind}")
    entry: Mapping[str, Any] = merged[plural][name]
    return entry


def _content(entry: Mapping[str, Any], name: str) -> bytes | None:
    """What stands in the entry itself under ``NAME-data``, else in the file that ``NAME`` names; None when neither is set."""
    inline, path = entry.get(f"{name}-data"), entry.get(name)
    try:
        if inline:
            return base64.b64decode(str(inline), validate=True)
        return (Path(entry[""]) / str(path)).read_bytes() if path else None
    except (OSError, binascii.Error) as error:
        raise _unusable(f"{name}: {error}") from None


def _load_certificate(tls: ssl.SSLContext, user: Mapping[str, Any]) -> None:
    certificate, key = _content(user, "client-certificate"), _content(user, "client-key")
    if certificate is None or key is None:
        return
    # The ssl module takes certificates from files only; this one is gone before anything is sent.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        try:
            tls.load_cert_chain(file.name)
        except ssl.SSLError as error:
            raise _unusable(f"client-certificate and client-key are no pair of PEM files ({error.reason})") from None


def _authorization(user: Mapping[str, Any]) -> tuple[Callable[[], str], Callable[[], None]]:
    """What gives the Authorization header, and what makes it look anew."""
    if user.get("tokenFile"):
        path = Path(user[""]) / str(user["tokenFile"])
        return lambda: f"Bearer {path.read_text().strip()}", _nothing
    if user.get("token"):
        token = f"Bearer {user['token']}"
        return lambda: token, _nothing
    if user.get("username"):
        pair = base64.b64encode(f"{user['username']}:{user.get('password', '')}".encode()).decode()
        return lambda: f"Basic {pair}", _nothing
    if user.get("exec"):
        plugin = _Plugin(user["exec"], Path(user[""]))
        return plugin.authorization, plugin.forget
    if user.get("auth-provider"):
        raise _unusable("auth-provider is not supported (kubectl dropped it in 1.26); use an exec plugin")
    return lambda: "", _nothing


def _nothing() -> None:
    return None


@dataclass
class _Plugin:
    """An exec plugin (``aws eks get-token``), https://kubernetes.io/docs/reference/config-api/client-authentication.v1/."""

    entry: Mapping[str, Any]
    directory: Path
    _token: str = ""
    _until: float = 0.0

    def authorization(self) -> str:
        """The header with the plugin's token, which is kept as long as it is valid. Raises CredentialsExpired."""
        if not self._token or time.time() > self._until - _AHEAD_SECONDS:
            status = self._run()
            if not status.get("token"):
                raise CredentialsExpired(f"{self.entry.get('command')}, the kubeconfig's exec plugin, gave no token")
            self._token = str(status["token"])
            expires = str(status.get("expirationTimestamp") or "")
            self._until = datetime.fromisoformat(expires).timestamp() if expires else float("inf")
        return f"Bearer {self._token}"

    def forget(self) -> None:
        """Run the plugin again for the next request."""
        self._token = ""

    def _run(self) -> Mapping[str, Any]:
        version = str(self.entry.get("apiVersion") or "client.authentication.k8s.io/v1")
        request = json.dumps({"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}})
        own = {str(one.get("name")): str(one.get("value")) for one in self.entry.get("env") or []}
        command = str(self.entry.get("command"))
        what = f"{command}, the kubeconfig's exec plugin,"
        # As kubectl has it: a path is relative to the kubeconfig, a bare name is looked up in PATH.
        executable = str(self.directory / command) if os.sep in command else command
        try:
            done = subprocess.run(
                [executable, *map(str, self.entry.get("args") or [])], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=_PLUGIN_SECONDS, check=False,
                env={**os.environ, **own, "KUBERNETES_EXEC_INFO": request})
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CredentialsExpired(f"{what} cannot be run: {error}") from None
        if done.returncode:
            said = done.stderr.strip().rpartition("\n")[2]
            raise CredentialsExpired(f"{what} ended with exit status {done.returncode}: {said}")
        try:
            status = json.loads(done.stdout)["status"]
        except (ValueError, KeyError, TypeError):
            raise CredentialsExpired(f"{what} printed no ExecCredential") from None
        return status if isinstance(status, Mapping) else {}
