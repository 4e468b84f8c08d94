"""Endpoints that are up: brought up, replaced blue/green, asked, taken down."""

from __future__ import annotations

import http.client
import itertools
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sagemaker_local.events import EndpointEvents
from sagemaker_local.execution.context import Context, JobFailed
from sagemaker_local.execution.log_streams import LogStreams
from sagemaker_local.execution.model_container import VariantContainer, send, start_variant, wait_until_healthy

LOG_GROUP = "/aws/sagemaker/Endpoints/{name}"
INVOKED_VARIANT = "x-Amzn-Invoked-Production-Variant"
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass
class Fleet:
    """The containers of one deployment of an endpoint, and whose turn it is."""

    variants: list[VariantContainer]
    logs: LogStreams
    _credit: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def choose(self, target: str | None) -> VariantContainer:
        """The variant asked for, else smooth weighted round robin. Raises LookupError."""
        if target is not None:
            return next((each for each in self.variants if each.variant == target), None) or _no_variant(target)
        with self._lock:
            weighted = [each for each in self.variants if each.weight > 0] or self.variants
            for each in weighted:
                self._credit[each.variant] = self._credit.get(each.variant, 0.0) + each.weight
            chosen = max(weighted, key=lambda each: self._credit[each.variant])
            self._credit[chosen.variant] -= sum(each.weight for each in weighted)
            return chosen

    def close(self, grace: float) -> None:
        """End the containers, all at once."""
        threads = [threading.Thread(target=each.close, args=(grace,)) for each in self.variants]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.logs.close()


def _no_variant(name: str) -> VariantContainer:
    raise LookupError(f"no production variant {name}")


class LiveEndpoints:
    """The endpoints of one execution, by name."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._fleets: dict[str, Fleet] = {}
        self._deleted: set[str] = set()
        self._lock = threading.Lock()
        self._numbers = itertools.count()

    def create(self, endpoint: EndpointEvents) -> None:
        """Bring an endpoint up and report InService or Failed."""
        with self._lock:
            self._deleted.discard(endpoint.name)
        self._deploy(endpoint, on_failure="Failed")

    def update(self, endpoint: EndpointEvents) -> None:
        """Bring the new containers up, then take the old ones down; report InService or RolledBack."""
        self._deploy(endpoint, on_failure="RolledBack")

    def _deploy(self, endpoint: EndpointEvents, on_failure: str) -> None:
        try:
            fleet = self._bring_up(endpoint)
        except JobFailed as error:
            endpoint.finish(on_failure, failure_reason=str(error))
            return
        with self._lock:
            unwanted = endpoint.name in self._deleted or self._context.closing.is_set()
            old = fleet if unwanted else self._fleets.pop(endpoint.name, None)
            if not unwanted:
                self._fleets[endpoint.name] = fleet
        endpoint.finish("InService")
        if old:
            old.close(self._context.limits.endpoint_stop_grace)

    def _bring_up(self, endpoint: EndpointEvents) -> Fleet:
        context, variants = self._context, endpoint.config["ProductionVariants"]
        logs = LogStreams(context.logs, LOG_GROUP.format(name=endpoint.name), context.limits.log_flush)
        fleet = Fleet([], logs)
        directory = context.directory / f"endpoint-{next(self._numbers)}"
        try:
            for variant in variants:
                if "ModelName" not in variant:
                    name = variant["VariantName"]
                    raise JobFailed(f"ClientError: variant {name}: inference components are not available here")
                model = endpoint.models[variant["ModelName"]]
                place = directory / variant["VariantName"]
                fleet.variants.append(start_variant(context, endpoint.name, variant, model, logs, place))
            self._wait_until_healthy(endpoint.name, fleet, variants)
        except BaseException:
            fleet.close(0)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return fleet

    def _wait_until_healthy(self, name: str, fleet: Fleet, variants: Sequence[Mapping[str, object]]) -> None:
        for started, variant in zip(fleet.variants, variants, strict=True):
            seconds = variant.get("ContainerStartupHealthCheckTimeoutInSeconds")
            timeout = float(str(seconds)) if seconds else self._context.limits.startup_health_check
            wait_until_healthy(started, timeout, lambda: name in self._deleted or self._context.closing.is_set())

    def delete(self, name: str) -> None:
        """Take an endpoint down, if it is known."""
        with self._lock:
            self._deleted.add(name)
            fleet = self._fleets.pop(name, None)
        if fleet:
            fleet.close(self._context.limits.endpoint_stop_grace)

    def invoke(
        self, name: str, body: bytes, headers: Mapping[str, str], target_variant: str | None
    ) -> tuple[int, bytes, dict[str, str]]:
        """See :meth:`sagemaker_local.events.Execution.invoke_endpoint`."""
        with self._lock:
            fleet = self._fleets.get(name)
        if fleet is None:
            raise LookupError(f"no endpoint {name}")
        chosen = fleet.choose(target_variant)
        try:
            answer = send(chosen.container, "POST", "/invocations", body, headers, self._context.limits.invocation)
        except http.client.HTTPException as error:
            raise ConnectionError(f"variant {chosen.variant}: {error}") from error
        status, content, received = answer
        kept = {key: value for key, value in received.items() if key.lower() not in HOP_BY_HOP}
        return status, content, {**kept, INVOKED_VARIANT: chosen.variant}

    def close(self) -> None:
        """Take everything down at once."""
        with self._lock:
            fleets, self._fleets = list(self._fleets.values()), {}
        for fleet in fleets:
            fleet.close(0)
