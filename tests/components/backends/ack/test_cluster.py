"""Where the cluster is: the pod's service account, or a kubeconfig as the Kubernetes client for Python reads it too."""

from __future__ import annotations

import base64
import datetime
import json
import os
import ssl
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kfp_sagemaker.backends.ack.api import Api
from kfp_sagemaker.backends.ack.cluster import find_cluster, in_cluster
from kfp_sagemaker.backends.ack.kubeconfig import read_kubeconfig
from kfp_sagemaker.errors import CredentialsExpired, InvalidInput, RequestRefused


def certificate() -> tuple[str, str]:
    """A certificate for 127.0.0.1 that is its own authority, and its key; PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256()))
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    return pem, key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                  serialization.NoEncryption()).decode()


PEM, KEY = certificate()


class TlsServer:
    """Answers every GET with an object, over TLS; ``authorizations`` are the headers that came."""

    def __init__(self, directory: Path) -> None:
        self.authorizations: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.authorizations.append(self.headers.get("Authorization", ""))
                body = b'{"metadata": {"name": "it"}}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing is logged."""

        (directory / "server.pem").write_text(PEM + KEY)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(directory / "server.pem")
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TlsServer]:
    running = TlsServer(tmp_path)
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def account(tmp_path: Path, server: TlsServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service account as Kubernetes mounts it."""
    directory = tmp_path / "serviceaccount"
    directory.mkdir()
    for name, text in {"token": "first\n", "ca.crt": PEM, "namespace": "team-a"}.items():
        (directory / name).write_text(text)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
    return directory


def test_a_pod_calls_its_cluster_with_the_token_of_now(account: Path, server: TlsServer) -> None:
    cluster = in_cluster(account)
    api = Api(cluster)

    api.get("models", cluster.namespace, "it")
    (account / "token").write_text("second\n")
    api.get("models", cluster.namespace, "it")

    assert cluster.namespace == "team-a"
    assert server.authorizations == ["Bearer first", "Bearer second"]


def test_a_server_that_the_authority_does_not_vouch_for_is_not_talked_to(account: Path, server: TlsServer) -> None:
    (account / "ca.crt").write_text(certificate()[0])

    with pytest.raises(RequestRefused, match="no trusted connection"):
        Api(in_cluster(account)).get("models", "team-a", "it")

    assert server.authorizations == []


def config(tmp_path: Path, cluster: dict[str, Any], user: dict[str, Any], name: str = "config") -> Path:
    path = tmp_path / name
    path.write_text(yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": "one",
        "contexts": [{"name": "one", "context": {"cluster": "c", "user": "u", "namespace": "team-a"}}],
        "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "u", "user": user}]}))
    return path


def plugin(tmp_path: Path, script: str) -> dict[str, Any]:
    path = tmp_path / "get-token"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./get-token", "args": ["eks"],
                     "env": [{"name": "WHO", "value": "me"}], "interactiveMode": "Never"}}


def credential(token: str, **status: str) -> str:
    return json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                       "status": {"token": token, **status}})


SERVER = {"server": "https://127.0.0.1:6443", "certificate-authority-data": base64.b64encode(PEM.encode()).decode()}
USERS = {
    "token": {"token": "secret"},
    "token file": {"tokenFile": "token"},
    "password": {"username": "me", "password": "secret"},
    "certificate": {"client-certificate-data": base64.b64encode(PEM.encode()).decode(),
                    "client-key-data": base64.b64encode(KEY.encode()).decode()},
    "nobody": {},
}


@pytest.mark.parametrize("user", USERS)
def test_a_kubeconfig_means_what_it_means_to_the_kubernetes_client(tmp_path: Path, user: str) -> None:
    from kubernetes.client import Configuration
    from kubernetes.config import list_kube_config_contexts, load_kube_config

    (tmp_path / "token").write_text("from-the-file")
    path = config(tmp_path, SERVER, USERS[user])
    theirs = Configuration()
    load_kube_config(str(path), client_configuration=theirs)

    ours = read_kubeconfig([path])

    assert ours.server == theirs.host
    assert ours.namespace == list_kube_config_contexts(str(path))[1]["context"]["namespace"]
    expected = theirs.get_api_key_with_prefix("authorization") or (
        theirs.get_basic_auth_token() if theirs.username else "") or ""
    assert ours.authorization() == expected
    assert ours.tls is not None
    assert ours.tls.verify_mode == (ssl.CERT_REQUIRED if theirs.verify_ssl else ssl.CERT_NONE)
    assert len(ours.tls.get_ca_certs()) == 1


def test_an_insecure_cluster_and_a_server_name(tmp_path: Path) -> None:
    path = config(tmp_path, {"server": "https://10.0.0.1/prefix/", "insecure-skip-tls-verify": True,
                             "tls-server-name": "api.cluster", "proxy-url": "http://proxy:3128"}, {})

    cluster = read_kubeconfig([path])

    assert (cluster.server, cluster.server_name, cluster.proxy) == (
        "https://10.0.0.1/prefix", "api.cluster", "http://proxy:3128")
    assert cluster.tls is not None
    assert cluster.tls.verify_mode is ssl.CERT_NONE


def test_a_plugin_is_asked_again_when_its_token_ends_or_is_refused(tmp_path: Path) -> None:
    count = tmp_path / "count"
    soon = credential("t", expirationTimestamp="2020-01-01T00:00:00Z")
    path = config(tmp_path, SERVER, plugin(tmp_path, f"echo \"$1 $WHO $KUBERNETES_EXEC_INFO\" >> {count}; echo '{soon}'"))

    cluster = read_kubeconfig([path])
    assert [cluster.authorization(), cluster.authorization()] == ["Bearer t", "Bearer t"]
    assert [line.split(" ", 2)[:2] for line in count.read_text().splitlines()] == [["eks", "me"]] * 2

    path = config(tmp_path, SERVER, plugin(tmp_path, f"echo x >> {count}; echo '{credential('kept')}'"))
    count.write_text("")
    cluster = read_kubeconfig([path])
    assert [cluster.authorization(), cluster.authorization()] == ["Bearer kept"] * 2
    assert count.read_text() == "x\n"
    cluster.renew()
    assert cluster.authorization() == "Bearer kept"
    assert count.read_text() == "x\nx\n"


@pytest.mark.parametrize(("script", "words"), [
    ("echo 'no such profile' >&2; exit 3", "ended with exit status 3: no such profile"),
    ("echo hello", "printed no ExecCredential"),
    (f"echo '{json.dumps({'status': {'clientCertificateData': 'x'}})}'", "gave no token"),
])
def test_a_plugin_that_fails_is_named(tmp_path: Path, script: str, words: str) -> None:
    cluster = read_kubeconfig([config(tmp_path, SERVER, plugin(tmp_path, script))])

    with pytest.raises(CredentialsExpired, match=f"./get-token, the kubeconfig's exec plugin,? ?{words}"):
        cluster.authorization()


def test_files_are_merged_and_the_first_to_set_a_thing_wins(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.write_text(yaml.safe_dump({"users": [{"name": "u", "user": {"token": "first"}}], "current-context": "one"}))

    assert read_kubeconfig([first, config(tmp_path, SERVER, {"token": "second"})]).authorization() == "Bearer first"


@pytest.mark.parametrize(("change", "words"), [
    ({"current-context": ""}, "current-context is not set"),
    ({"current-context": "other"}, "current-context is other, and there is no such context"),
    ({"clusters": []}, "the context's cluster is c, and there is no such cluster"),
    ({"users": []}, "the context's user is u, and there is no such user"),
    ({"clusters": [{"name": "c", "cluster": {"server": "127.0.0.1"}}]}, "server must be an http or https URL"),
    ({"clusters": [{"name": "c", "cluster": {**SERVER, "certificate-authority-data": "%"}}]}, "certificate-authority"),
    ({"clusters": [{"name": "c", "cluster": {"server": "https://h", "certificate-authority": "no"}}]}, "certificate-autho"),
    ({"users": [{"name": "u", "user": {"auth-provider": {"name": "gcp"}}}]}, "use an exec plugin"),
    ({"users": [{"name": "u", "user": {"client-certificate-data": "eA==", "client-key-data": "eA=="}}]}, "no pair of PEM"),
])
def test_what_cannot_be_used_is_named(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    path = config(tmp_path, SERVER, {})
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **change}))

    with pytest.raises(InvalidInput, match=words):
        read_kubeconfig([path])


@pytest.mark.parametrize("text", ["[", "- a list", "\0"])
def test_what_is_no_kubeconfig_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_text(text)

    with pytest.raises(InvalidInput, match=str(tmp_path / "config")):
        read_kubeconfig([tmp_path / "config"])


def test_without_any_the_files_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(["/nowhere/one", "/nowhere/two"]))

    with pytest.raises(InvalidInput, match="/nowhere/one, /nowhere/two"):
        find_cluster()
