"""What the ACK controller does to custom resources, as it was seen to, in a thread: scripted, with a SageMaker of its own.

Finalizer, late initialization and status of a create; "already exists" for what it did not make; Recoverable errors with the
finalizer taken off, tried again and again; updates that go through or are undone; deletion that stops, retains or deletes; a
read-only resource. ``conditions`` are built anew at every reconcile.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.custom_resources.fields import kinds
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, Resource, State

from .api_objects import TABLES, Answer, Object
from .api_server import ApiServer

RESOURCES = {resource.kind: resource for name in component_ids() for resource in find_face(name).resources
             if resource.kind in kinds()}
ACCOUNT = {"ownerAccountID": "123456789012", "region": "us-east-1", "partition": "aws"}
LAST_CONFIG = "sagemaker.services.k8s.aws/last-endpoint-config-for-update"
#: Fields that the controller fills in when it has made one.
_LATE = {"TrainingJob": {"enableNetworkIsolation": False}, "Model": {"enableNetworkIsolation": False}}
#: Statuses in which a deleted custom resource goes and its job goes on.
_LETS_GO_ON = {"LabelingJob": {"Initializing"}}
#: Seconds between two reconciles of what is not synced.
_PAUSE = 0.02


@dataclass
class Made:
    """Something that SageMaker has. ``spec`` is what it was made, or last updated, from; ``busy`` names what goes on."""

    spec: Mapping[str, Any]
    status: str
    busy: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Controller:
    """``holds``: jobs and services stay busy until ``release``. ``errors``: what AWS answers, by kind, as long as it is there.

    ``ends`` is the status that a kind comes to instead of success, ``reason`` why; ``more`` are members of the status then.
    """

    server: ApiServer
    holds: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    reason: str = "AlgorithmError: exit code 1"
    more: dict[str, dict[str, Any]] = field(default_factory=dict)
    update_fails: str = ""
    sagemaker: dict[tuple[str, str], Made] = field(default_factory=dict)
    created: list[tuple[str, str]] = field(default_factory=list)
    stopped: list[tuple[str, str]] = field(default_factory=list)
    _running: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _reconciles: int = 0

    def start(self) -> None:
        self._running.set()
        threading.Thread(target=self._run, daemon=True).start()

    def pause(self) -> None:
        """As a controller that does not run."""
        self._running.clear()

    def resume(self) -> None:
        self._running.set()

    def close(self) -> None:
        self._ended.set()

    def begin(self) -> None:
        """Labeling jobs that were being initialized are in progress."""
        for (kind, _), made in self.sagemaker.items():
            if kind == "LabelingJob" and made.busy == "Initializing":
                made.status = made.busy = "InProgress"

    def release(self) -> None:
        """All that is busy comes to its end."""
        self.holds = False

    def _run(self) -> None:
        while not self._ended.wait(_PAUSE):
            if not self._running.is_set():
                continue
            for custom in self.server.all():
                with suppress(Answer):
                    self._reconcile(RESOURCES[custom["kind"]], custom)

    def _reconcile(self, resource: Resource, custom: Object) -> None:
        metadata = custom["metadata"]
        annotations, finalizers = metadata.get("annotations", {}), metadata.get("finalizers", [])
        name = custom["spec"][_field(resource.name_member)]
        key = (resource.kind, name)
        made = self.sagemaker.get(key)
        if annotations.get("services.k8s.aws/read-only") == "true":
            if made:
                self._progress(resource, made)
                self._report(resource, custom, name, made)
        elif metadata.get("deletionTimestamp"):
            self._leave(resource, custom, key, annotations)
        elif made is None:
            self._make(resource, custom, key)
        elif not finalizers:
            self._report(resource, custom, name, made, terminal="Resource already exists")
        elif custom["spec"] != made.spec:
            self._update(resource, custom, name, made)
        else:
            self._progress(resource, made)
            refused = self.update_fails if made.more.get("failureReason") and resource.life is Life.SERVICE else ""
            self._report(resource, custom, name, made, terminal=refused if made.busy == "" and made.more.get("undone") else "")

    def _make(self, resource: Resource, custom: Object, key: tuple[str, str]) -> None:
        error = self.errors.get(resource.kind)
        if error:
            self._write(custom, [_condition("ACK.Recoverable", "True", error),
                                 _condition("ACK.ResourceSynced", "Unknown", "Unable to determine")])
            return
        finalizer = f"finalizers.sagemaker.services.k8s.aws/{resource.kind}"

        def take(there: Object) -> None:
            there["metadata"].setdefault("finalizers", []).append(finalizer)
            there["spec"] = {**_LATE.get(resource.kind, {}), **there["spec"]}

        self._edit(custom, take)
        self.created.append(key)
        busy = _busy(resource)
        status = busy or self.ends.get(resource.kind, _success(resource))
        self.sagemaker[key] = Made({**_LATE.get(resource.kind, {}), **custom["spec"]}, status, busy)

    def _progress(self, resource: Resource, made: Made) -> None:
        if not made.busy or (self.holds and resource.life is not Life.RECORD):
            return
        if made.busy == "Updating" and self.update_fails:
            made.more |= {"failureReason": self.reason, "undone": True}
        elif made.busy != "Stopping" and resource.kind in self.ends:
            made.more |= {"failureReason": self.reason}
        made.status = "Stopped" if made.busy == "Stopping" else self.ends.get(resource.kind, _success(resource))
        made.more |= self.more.get(resource.kind, {})
        made.busy = ""

    def _update(self, resource: Resource, custom: Object, name: str, made: Made) -> None:
        if resource.update is None or resource.life is not Life.SERVICE:
            self._report(resource, custom, name, made, terminal="not implemented")
            return
        if made.busy:
            self._progress(resource, made)
            self._report(resource, custom, name, made,
                         recoverable=f"{resource.kind} in {made.status} state cannot be modified or deleted.")
            return
        error = self.errors.get(resource.kind)
        if error:
            self._report(resource, custom, name, made, recoverable=error)
            return
        made.spec, made.status, made.busy = dict(custom["spec"]), "Updating", "Updating"
        made.more = {}
        if resource.kind == "Endpoint":
            config = custom["spec"]["endpointConfigName"]
            self._edit(custom, lambda there: there["metadata"].setdefault("annotations", {}).update({LAST_CONFIG: config}))
        self._report(resource, custom, name, made)

    def _leave(self, resource: Resource, custom: Object, key: tuple[str, str], annotations: Mapping[str, str]) -> None:
        made = self.sagemaker.get(key)
        if made is not None and annotations.get("services.k8s.aws/deletion-policy") != "retain":
            if resource.life is not Life.JOB:
                del self.sagemaker[key]
            elif made.busy and made.busy != "Stopping" and made.status not in _LETS_GO_ON.get(resource.kind, ()):
                self.stopped.append(key)
                made.status, made.busy = "Stopping", "Stopping"
            if made.busy == "Stopping":
                self._report(resource, custom, key[1], made, recoverable=f"{resource.kind} is Stopping.")
                made.status, made.busy = "Stopped", ""
                return
        self._edit(custom, lambda there: there["metadata"].pop("finalizers", None))

    def _report(
        self, resource: Resource, custom: Object, name: str, made: Made, *, terminal: str = "", recoverable: str = ""
    ) -> None:
        synced = not (made.busy or terminal or recoverable)
        conditions = [_condition("ACK.ResourceSynced", str(synced), f"{resource.kind} is in {made.status} status.")]
        conditions += [_condition("ACK.Terminal", "True", terminal)] if terminal else []
        conditions += [_condition("ACK.Recoverable", "True", recoverable)] if recoverable else []
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:{resource.arn_type}/{name}"
        status: dict[str, Any] = {"ackResourceMetadata": {**ACCOUNT, "arn": arn}}
        if resource.status_member:
            more = {key: value for key, value in made.more.items() if key != "undone"}
            status |= {_field(resource.status_member): made.status, **more}
        self._write(custom, conditions, status)

    def _write(self, custom: Object, conditions: list[Object], status: Mapping[str, Any] | None = None) -> None:
        """Write the status, unless it says already what it would say."""
        self._reconciles += 1
        before = custom.get("status") or {}
        wanted = {**(status or {}), "conditions": conditions}
        kept = [one for one in before.get("conditions", []) if one["type"] != "Ready"]
        repeats = any(one["type"] == "ACK.Recoverable" for one in conditions)
        if {**before, "conditions": kept} == wanted and not repeats:
            return
        ready = {**_condition("Ready", "False", ""), "lastTransitionTime": f"reconcile {self._reconciles}"}
        self._edit(custom, lambda there: there.update(status={**wanted, "conditions": [*conditions, ready]}), "status")

    def _edit(self, custom: Object, change: Any, subresource: str = "") -> None:
        plural = next(plural for plural, table in TABLES.items() if table.kind == custom["kind"])
        self.server.edit(plural, custom["metadata"]["name"], change, "controller", subresource)


def _condition(kind: str, status: str, message: str) -> Object:
    return {"type": kind, "status": status, "message": message}


def _field(member: str) -> str:
    return member[0].lower() + member[1:]


def _busy(resource: Resource) -> str:
    return next((status for status, state in resource.statuses.items() if state is State.BUSY), "")


def _success(resource: Resource) -> str:
    return next((status for status, state in resource.statuses.items() if state is State.SUCCEEDED), "")
