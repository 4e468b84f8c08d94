"""Starting and stopping: the listening socket, the other services, the execution, the default bucket."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sagemaker_local.calls import Call, CallLog
from sagemaker_local.events import Execution, ExecutionSettings, Services
from sagemaker_local.fault_rules import load_rules
from sagemaker_local.faults import FaultScript
from sagemaker_local.settings import Settings

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

CLIENT_KEY = ("LOCALSAGEMAKER", "local")
"""Key id and secret of :meth:`LocalSageMaker.environment`. Any other pair is served as well; signatures are not checked."""
POLL = 0.05
"""Seconds between the server's looks at whether it is to stop."""
EVERYWHERE = ("0.0.0.0", "::", "")


@dataclass(frozen=True)
class LocalSageMaker:
    """A running server, made by :func:`start`; a context manager, else to be ended by :meth:`stop`."""

    settings: Settings
    url: str
    execution: Execution
    faults: FaultScript
    call_log: CallLog
    _closing: threading.Event
    _resources: ExitStack = field(repr=False)

    @property
    def region(self) -> str:
        return self.settings.region

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order of arrival."""
        return self.call_log.all()

    def environment(self) -> dict[str, str]:
        """The variables that lead an AWS SDK here."""
        return client_environment(self.url, self.settings.region)

    def stop(self) -> None:
        """Ends everything that runs, then the server. A second call does nothing."""
        self._closing.set()
        self._resources.close()

    def __enter__(self) -> LocalSageMaker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def client_environment(url: str, region: str) -> dict[str, str]:
    """The variables that lead an AWS SDK to a local SageMaker at ``url``."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": CLIENT_KEY[0],
        "AWS_SECRET_ACCESS_KEY": CLIENT_KEY[1],
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
    }


def start(settings: Settings | None = None, execution: Execution | None = None) -> LocalSageMaker:
    """Starts a local SageMaker and returns when it answers.

    Without ``execution`` the jobs really run (:mod:`sagemaker_local.execution`). Raises OSError for an address that cannot be
    listened on, FaultScriptError for an unusable fault script, and what the making of the execution raises.
    """
    from sagemaker_local.backend import Backend
    from sagemaker_local.front_door import FrontDoor
    from sagemaker_local.other_services import open_services
    from sagemaker_local.records import Records

    chosen = settings or Settings()
    faults = FaultScript()
    if chosen.faults is not None:
        faults.add(load_rules(chosen.faults))
    with ExitStack() as resources:
        server, url = _listen(chosen, resources)
        others = resources.enter_context(open_services(chosen.account_id, chosen.region, chosen.default_bucket))
        directory = _data_directory(chosen, resources)
        _serve(server, resources)
        services = Services(
            url, chosen.region, chosen.account_id, client_environment=client_environment(url, chosen.region)
        )
        told = ExecutionSettings(directory, chosen.images, chosen.runner, chosen.labels, chosen.file_systems)
        runs = execution or _containers(services, told)
        resources.callback(runs.close)  # the first to end: its calls to S3 and the logs are still answered
        calls, closing = CallLog(), threading.Event()
        backend = Backend(chosen.region, chosen.account_id, Records(), faults, runs, chosen.seconds_to_settle)
        server.app = FrontDoor(backend, others, calls, services.access_key_id, closing)
        return LocalSageMaker(chosen, url, runs, faults, calls, closing, resources.pop_all())
    raise AssertionError  # not reached: the stack suppresses nothing


def _listen(settings: Settings, resources: ExitStack) -> tuple[BaseWSGIServer, str]:
    """A server bound to its address. werkzeug would exit the process where the address is taken, so we bind."""
    from werkzeug.serving import make_server

    from sagemaker_local.other_services import request_handler

    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.create_server((settings.host, settings.port), family=family, backlog=128) as listening:
        port = listening.getsockname()[1]
        server = make_server(
            settings.host, port, _not_ready, threaded=True, request_handler=request_handler(), fd=listening.fileno()
        )
    resources.callback(server.server_close)
    host = "127.0.0.1" if settings.host in EVERYWHERE else settings.host
    return server, f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _serve(server: BaseWSGIServer, resources: ExitStack) -> None:
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), name="sagemaker-local", daemon=True)
    thread.start()
    resources.callback(thread.join)
    resources.callback(server.shutdown)


def _data_directory(settings: Settings, resources: ExitStack) -> Path:
    if settings.data_directory is not None:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        return settings.data_directory
    directory = Path(tempfile.mkdtemp(prefix="sagemaker-local-"))
    resources.callback(shutil.rmtree, directory, ignore_errors=True)
    return directory


def _containers(services: Services, settings: ExecutionSettings) -> Execution:
    from sagemaker_local.execution import create_execution

    return create_execution(services, settings)


def _not_ready(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
