"""Carries calls out through custom resources: create and update apply them, describe looks and judges, stop deletes.

Purpose: the engine sees one more back end that makes one attempt per call.

How it works: ``custom_resources`` turns requests into manifests and objects into descriptions; ``judge`` says what a look
means. What its verdict tells beside the status is put into the description as its ``Standing``, or raised in the words of
``errors``. What the watch has told is looked at before anything is asked for.

What it does not do: wait, retry, or decide what a status is worth.

Known limitation: two steps that apply different things under one name that a user gave, in the same moment, both get through
to the API server; the controller refuses the later one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from kfp_sagemaker.backends.ack import stopping
from kfp_sagemaker.backends.ack.api import Api
from kfp_sagemaker.backends.ack.aws_reads import AwsReads
from kfp_sagemaker.backends.ack.changes import Told, Watched
from kfp_sagemaker.backends.ack.cluster import Cluster, find_cluster
from kfp_sagemaker.backends.ack.judge import CONTROLLER_SECONDS, Finding, judge
from kfp_sagemaker.backends.ack.labels import labels_of
from kfp_sagemaker.backends.ack.tell import tell
from kfp_sagemaker.backends.ack.track import DELETION_POLICY, READ_ONLY, Track
from kfp_sagemaker.backends.backend import LogPage
from kfp_sagemaker.custom_resources.fields import API_VERSION, field_table
from kfp_sagemaker.custom_resources.manifest import described as as_described
from kfp_sagemaker.custom_resources.manifest import object_name, to_manifest
from kfp_sagemaker.errors import AlreadyFinished, NameTaken, NotFound, RequestRefused
from kfp_sagemaker.faces.common_inputs import Cleanup
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.faces.prepare import Prepared
from kfp_sagemaker.resources.resource import STANDING, Life, Resource, Standing, State
from kfp_sagemaker.service_model.model import input_shape

REGION = "services.k8s.aws/region"
#: Environment variable: seconds for which nothing may be heard of the controller, instead of CONTROLLER_SECONDS.
CONTROLLER_TIMEOUT = "KFP_SAGEMAKER_CONTROLLER_TIMEOUT"


class AckBackend:
    """The back end of one step (see ``backends.backend.Backend``). ``cluster`` is found when it is not given."""

    def __init__(self, prepared: Prepared, cluster: Cluster | None = None) -> None:
        self._prepared, self._settings = prepared, prepared.settings
        self._given = cluster
        self._tracks: dict[tuple[str, str], Track] = {}
        self._aws = AwsReads(prepared.settings)
        self._api: Api

    def connect(self) -> None:
        """Find the cluster. Raises InvalidInput when none is configured."""
        cluster = self._given or find_cluster()
        self._api = Api(cluster)
        self._namespace = self._settings.namespace or cluster.namespace

    def create(self, resource: Resource, call: Call) -> None:
        """Apply a custom resource."""
        track = self._track(resource, str(call.request[resource.name_member]))
        track.custom, track.applied = None, True
        track.begin()
        track.saw(self._api.apply(track.plural, self._manifest(track, call)))
        track.unread = True

    def update(self, resource: Resource, call: Call) -> None:
        """Apply the custom resource that is there with what is new. Raises NotFound too."""
        track = self._track(resource, str(call.request[resource.name_member]))
        there = self._api.get(track.plural, self._namespace, track.object_name)
        if there is None:
            raise NotFound(f"{resource.kind} {track.name} is not there")
        # What the custom resource has no field for has been refused before, or is sent by the controller anyway.
        known = field_table(resource.kind).spec.members
        said = {member: value for member, value in call.request.items() if member in known}
        manifest = self._manifest(track, Call(call.operation, said))
        # What an update cannot change, as tags, stays as it is.
        updated: Any = input_shape(call.operation)
        kept = {known[member].name for member in known if member not in updated.members}
        manifest["spec"] |= {name: value for name, value in there["spec"].items() if name in kept}
        track.before = track.before or {**manifest, "spec": there["spec"]}
        track.applied = True
        track.begin()
        track.saw(self._api.apply(track.plural, manifest))
        track.unread = True

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        """What is there, as Describe would tell it; None when there is none."""
        track = self._track(resource, name)
        custom = self._look(track)
        last = track.custom
        if custom is None and (last is None or track.let_go):
            track.custom, track.applied = None, False
            return None
        if custom is not None:
            track.saw(custom)
        told = as_described(resource, custom or last or {})
        verdict = judge(resource, custom, told, track.history(), _controller_seconds())
        track.again = verdict.again
        if custom is None:
            track.custom, track.applied = None, False  # Once told, it is as if it had never been.
        if verdict.finding is Finding.SETTLED:
            track.before = None
        older = bool(track.annotation(READ_ONLY))
        try:
            return tell(resource, name, told, verdict, older=older, place=f"{self._namespace}/{track.object_name}")
        except NameTaken:
            if not track.ours or older:
                raise
            return self._observed(track, told)

    def stop(self, resource: Resource, name: str) -> None:
        """Delete the custom resource of a job, which makes the controller stop it. Raises NotStopped where it would not."""
        track = self._track(resource, name)
        if track.custom is not None and resource.state(as_described(resource, track.custom)) in (
                State.SUCCEEDED, State.FAILED, State.STOPPED):
            raise AlreadyFinished(f"{resource.kind} {name} had already ended")
        self._delete(track)

    def delete(self, resource: Resource, name: str) -> bool:
        """Delete the custom resource, which makes the controller delete what it stands for; False when there was none."""
        try:
            self._delete(self._track(resource, name))
        except NotFound:
            return False
        return True

    def changes(self, resource: Resource, name: str) -> Watched:
        """The watch of the custom resource."""
        track = self._track(resource, name)
        track.watched = Watched(
            self._api, track.plural, self._namespace, track.object_name, lambda: track.version, lambda: track.again)
        return track.watched

    def keeper(self, resource: Resource, name: str) -> Callable[[], str]:
        """What tells the controller to let the job go on when its custom resource is deleted."""

        def keep() -> str:
            track = self._track(resource, name)
            self._merge_annotation(track, DELETION_POLICY, "retain")
            return "what runs remotely was left running"

        return keep

    def withdrawer(self) -> Callable[[], str]:
        """What deletes the custom resources of the step that SageMaker has nothing of, and takes back updates under way."""

        def withdraw() -> str:
            done = [self._withdrawn(track) for track in list(self._tracks.values())]
            return "; ".join(filter(None, done))

        return withdraw

    def clean_up(self, succeeded: bool) -> None:
        """Delete the custom resources of jobs that have ended, as the input cleanup says."""
        cleanup = self._settings.cleanup
        if cleanup is Cleanup.NEVER or (cleanup is Cleanup.ON_SUCCESS and not succeeded):
            return
        for track in self._tracks.values():
            resource, custom = track.resource, track.custom
            if resource.life is Life.JOB and custom is not None and resource.state(as_described(resource, custom)) in (
                    State.SUCCEEDED, State.FAILED, State.STOPPED):
                self._api.delete(track.plural, self._namespace, track.object_name)

    def look_up(self, call: Call) -> Mapping[str, Any]:
        """What the controller does not tell, from AWS itself. Raises RequestRefused where the pod has no credentials."""
        regions = [self._region(track) for track in self._tracks.values()]
        return self._aws.backend(next(filter(None, regions), "")).look_up(call)

    def log_streams(self, resource: Resource, name: str) -> tuple[str, ...]:
        """Streams of the job's log group. Raises RequestRefused where they are not to be read, or cannot be."""
        track = self._track(resource, name)
        if not track.made:
            return ()
        if not self._settings.shows_logs:
            raise RequestRefused("the input logs says link")
        return self._aws.backend(self._region(track)).log_streams(resource, name)

    def log_page(self, resource: Resource, stream: str, token: str | None) -> LogPage:
        """Events of a stream, oldest first."""
        return self._aws.backend("").log_page(resource, stream, token)

    def renew_credentials(self) -> None:
        """Look for the cluster's credentials anew."""
        self._api.cluster.renew()

    def _track(self, resource: Resource, name: str) -> Track:
        key = (resource.kind, name)
        if key not in self._tracks:
            ours = resource.kind not in self._prepared.named_by_user
            self._tracks[key] = Track(resource, name, field_table(resource.kind).plural, object_name(name), ours)
        return self._tracks[key]

    def _manifest(self, track: Track, call: Call) -> dict[str, Any]:
        annotations = {REGION: self._settings.region} if self._settings.region else {}
        return to_manifest(
            track.resource, call.request, name=track.name, namespace=self._namespace,
            labels=labels_of(self._prepared.run), annotations=annotations)

    def _look(self, track: Track) -> dict[str, Any] | None:
        """What an apply has answered or the watch has told, else what the API server says now."""
        if track.unread:
            track.unread = False
            return track.custom
        last: Told | None = None
        while track.watched is not None:
            told = track.watched.take()
            if told is None:
                break
            if not track.is_older(told.version):
                last = told
                if told.custom is not None:
                    track.saw(told.custom)
        return self._api.get(track.plural, self._namespace, track.object_name) if last is None else last.custom

    def _delete(self, track: Track) -> None:
        if track.annotation(DELETION_POLICY) == "retain":
            self._merge_annotation(track, DELETION_POLICY, None)
        track.let_go = True
        try:
            stopping.delete(self._api, track.resource, self._namespace, track.object_name, track.custom)
        except (NotFound, AlreadyFinished, stopping.NotStopped):
            track.let_go = False
            raise

    def _merge_annotation(self, track: Track, name: str, value: str | None) -> None:
        patch = {"metadata": {"annotations": {name: value}}}
        self._api.merge(track.plural, self._namespace, track.object_name, patch)

    def _withdrawn(self, track: Track) -> str:
        """Withdraw one custom resource; returns what was done, empty for nothing."""
        what = f"{track.resource.kind} {self._namespace}/{track.object_name}"
        if track.before is not None:
            if track.resource.state(as_described(track.resource, track.custom or {})) is State.BUSY:
                return ""  # It has begun, and there is no way to stop it.
            self._api.apply(track.plural, track.before)
            track.before = None
            return f"{what}: the update was taken back"
        if track.let_go or track.made or not (track.applied or (track.ours and track.custom is not None)):
            return ""
        try:
            self._delete(track)
        except NotFound:
            return ""
        return f"{what} was deleted, so that the controller does not make it later"

    def _observed(self, track: Track, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let the controller look at what SageMaker has under the step's own name: what is left of an earlier attempt.

        Its custom resource was deleted, as on termination. One that is read only makes, stops and deletes nothing.
        """
        custom = track.custom
        assert custom is not None
        with suppress(NotFound):
            self._api.delete(track.plural, self._namespace, track.object_name)
        metadata = {name: custom["metadata"][name] for name in ("name", "namespace", "labels") if name in custom["metadata"]}
        annotations = {**custom["metadata"].get("annotations", {}), READ_ONLY: "true"}
        track.custom = None
        track.begin()
        track.saw(self._api.apply(track.plural, {
            "apiVersion": API_VERSION, "kind": track.resource.kind, "metadata": {**metadata, "annotations": annotations},
            "spec": custom["spec"]}))
        return {**told, STANDING: Standing(State.BUSY, "an earlier attempt of this step has made it; looking at that")}

    @staticmethod
    def _region(track: Track) -> str:
        status = (track.custom or {}).get("status") or {}
        return str((status.get("ackResourceMetadata") or {}).get("region") or "")


def _controller_seconds() -> float:
    try:
        return float(os.environ[CONTROLLER_TIMEOUT])
    except (KeyError, ValueError):
        return CONTROLLER_SECONDS
