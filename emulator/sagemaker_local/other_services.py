"""S3, CloudWatch Logs, STS and IAM: moto's WSGI application, in this process. moto is imported here, when a server starts.

moto keeps its state per process, not per application: servers in one process share their buckets and logs, which are dropped
when the last of the servers stops.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sagemaker_local.routing import CREDENTIAL

if TYPE_CHECKING:
    from werkzeug.serving import WSGIRequestHandler

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

_lock = threading.Lock()
_servers: list[object] = []


@contextmanager
def open_services(account_id: str, region: str, bucket: str) -> Iterator[WsgiApplication]:
    """moto's application, with the bucket made. What the services hold goes when the last server of the process stops.

    Whatever region a call is signed for, it is answered in the one ``region``, as SageMaker's calls are: a job's logs are
    found by those who asked another region for the job.
    """
    from moto.core.base_backend import BackendDict
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends

    application = DomainDispatcherApplication(create_backend_app)

    def for_account(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if account_id != DEFAULT_ACCOUNT_ID:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account_id
        if signature := environ.get("HTTP_AUTHORIZATION"):
            environ["HTTP_AUTHORIZATION"] = _signed_for(region, signature)
        answer: Iterable[bytes] = application(environ, start_response)
        return answer

    with _lock:
        _servers.append(for_account)
        s3 = s3_backends[account_id]["aws"]
        if bucket not in s3.buckets:
            s3.create_bucket(bucket, region)
    try:
        yield for_account
    finally:
        with _lock:
            _servers.remove(for_account)
            if not _servers:
                BackendDict.reset()


def request_handler() -> type[WSGIRequestHandler]:
    """moto's handler, which keeps header names that S3 metadata needs, without its line per request on stderr."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    class QuietRequestHandler(MotoRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """The call log has it."""

    return QuietRequestHandler


def _signed_for(region: str, signature: str) -> str:
    """The signature as of ``region``. S3's stays: its buckets are of all regions."""
    found = CREDENTIAL.search(signature)
    if found is None or found["service"] == "s3":
        return signature
    return f"{signature[: found.start('region')]}{region}{signature[found.end('region'):]}"
