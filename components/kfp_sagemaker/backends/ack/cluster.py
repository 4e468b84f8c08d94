"""Where the API server is and who calls it: the pod's service account, or a kubeconfig.

The file formats are read in ``kubeconfig`` and here; requests are sent in ``api``. The Kubernetes client for Python reads both
too, but importing it costs a step three times what SageMaker's client costs (docs/decisions).
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kfp_sagemaker.errors import InvalidInput, Violation

#: Where Kubernetes mounts a pod's service account, https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/.
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def _nobody() -> str:
    return ""


@dataclass(frozen=True)
class Cluster:
    """An API server as one caller sees it.

    ``authorization`` gives the header of that name, anew where the token may have changed; empty for none. ``namespace`` is
    the caller's, ``name`` is for messages.
    """

    name: str
    server: str
    namespace: str
    tls: ssl.SSLContext | None = None
    authorization: Callable[[], str] = _nobody
    server_name: str = ""
    proxy: str = ""
    renew: Callable[[], None] = field(default=lambda: None)


def find_cluster() -> Cluster:
    """The cluster that the process runs in, unless KUBECONFIG is set; else that of a kubeconfig's current context.

    Raises InvalidInput when there is none, or it cannot be used.
    """
    in_pod = os.environ.get("KUBERNETES_SERVICE_HOST") and (SERVICE_ACCOUNT / "token").is_file()
    if in_pod and not os.environ.get("KUBECONFIG"):
        return in_cluster(SERVICE_ACCOUNT)
    from kfp_sagemaker.backends.ack.kubeconfig import files, read_kubeconfig

    found = [file for file in files() if file.is_file()]
    if not found:
        raise InvalidInput("cluster", [Violation(
            "cluster", "there is none to apply to: the process runs in no pod with a service account, and there is no "
            f"kubeconfig ({', '.join(map(str, files()))}; KUBECONFIG names another)")])
    return read_kubeconfig(found)


def in_cluster(account: Path) -> Cluster:
    """The cluster of a pod whose service account is mounted at ``account``."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    namespace = account / "namespace"

    def bearer() -> str:
        # Bound tokens are replaced on the disk before they expire.
        return f"Bearer {(account / 'token').read_text().strip()}"

    return Cluster(
        name="the pod's cluster",
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        namespace=namespace.read_text().strip() if namespace.is_file() else "default",
        tls=tls_context((account / "ca.crt").read_text()),
        authorization=bearer,
    )


def tls_context(authority: str = "", *, verify: bool = True) -> ssl.SSLContext:
    """A context that trusts ``authority`` (PEM; empty: the system's certificate authorities)."""
    context = ssl.create_default_context(cadata=authority or None)
    # Python 3.13 refuses certificate authorities without key usage, which many clusters have.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
