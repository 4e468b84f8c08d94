"""A stand-in for ACK's SageMaker controller. What passes with it has not been shown to work with the real one.

It takes the real one's place where that cannot be built, and behaves to its clients as recordings of version 1.9.1 show: the
same finalizers, late initialization, conditions and messages, requeues and retries. It says what it is: the tag
``services.k8s.aws/controller-version`` of what it creates is ``stand-in``, and so is its user agent.

    python -m e2e.stand_in_controller --kubeconfig FILE --aws-endpoint-url URL [--requeue-seconds 30]
"""

from __future__ import annotations

import argparse
import datetime
import json
import threading
import time
import traceback
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import ClientError

from .cluster import GROUP_PATH, Caller, Refused, definitions, path_of, plurals, tls_context
from .stand_in_kinds import KINDS, Kind
from .stand_in_queue import Key, Queue
from .translation import to_api, to_custom_resource

WORKERS = 8
TERMINAL_CODES = frozenset({"ResourceInUse", "ResourceNotFound", "InvalidParameterCombination", "InvalidParameterValue",
                            "MissingParameter"})
FEWER_TERMINAL_CODES = frozenset({"InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"})
WITH_FEWER = frozenset({"Model", "EndpointConfig", "Endpoint", "InferenceComponent", "ModelPackage", "ModelPackageGroup"})
LAST_CONFIG = "sagemaker.services.k8s.aws/last-endpoint-config-for-update"
UNDETERMINED = "Unable to determine if desired resource state matches latest observed state"
Json = dict[str, Any]
NEVER = float("inf")
"""Seconds until the next look: not before the resource changes."""


class Controller:
    """Reconciles the custom resources of all kinds."""

    def __init__(self, caller: Caller, endpoint_url: str, region: str, requeue: float) -> None:
        self.caller, self.region, self.requeue = caller, region, requeue
        session: Any = boto3.Session(aws_access_key_id="stand-in", aws_secret_access_key="stand-in", region_name=region)
        settings = Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=WORKERS,
                          user_agent_extra="stand-in-controller")
        self.aws: Any = session.client("sagemaker", endpoint_url=endpoint_url, config=settings)
        self.account: str = session.client("sts", endpoint_url=endpoint_url, config=settings).get_caller_identity()["Account"]
        self.methods = {operation: method for method, operation in self.aws.meta.method_to_api_mapping.items()}
        self.schemas = {item["spec"]["names"]["kind"]: item["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
                        for item in definitions()}
        self.queue, self.failures = Queue(), dict[Key, int]()

    def run(self) -> None:
        for kind in plurals():
            threading.Thread(target=self._watch, args=(kind,), name=f"watch-{kind}", daemon=True).start()
        for number in range(WORKERS):
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True).start()
        threading.Event().wait()

    def _watch(self, kind: str) -> None:
        path = f"{GROUP_PATH}/{plurals()[kind]}"
        while True:
            try:
                listed = self.caller.request("GET", path)
                for item in listed["items"]:
                    self.queue.add(_key(kind, item))
                url = f"{self.caller.server}{path}?watch=1&resourceVersion={listed['metadata']['resourceVersion']}"
                asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.caller.token}"})
                generations: dict[str, Any] = {}
                with urllib.request.urlopen(asked, context=tls_context(self.caller.authority)) as events:
                    for line in events:
                        event = json.loads(line)
                        if event["type"] == "ERROR":
                            break
                        metadata = event["object"]["metadata"]
                        seen = (metadata["generation"], metadata.get("deletionTimestamp"))
                        if generations.get(metadata["uid"]) != seen:  # a change of labels or status is none for ACK
                            generations[metadata["uid"]] = seen
                            self.queue.add(_key(kind, event["object"]))
            except (Refused, OSError, ValueError) as error:
                print(f"watch {kind}: {error}", flush=True)
                time.sleep(1)

    def _work(self) -> None:
        while True:
            key = self.queue.take()
            try:
                after = self.reconcile(KINDS[key[0]], key)
                self.failures.pop(key, None)
                if after is not None and after != NEVER:
                    self.queue.add(key, after)
            except Exception:
                traceback.print_exc()
                count = self.failures[key] = self.failures.get(key, 0) + 1
                self.queue.add(key, min(0.05 * 2**count, self.requeue))
            finally:
                self.queue.done(key)

    def reconcile(self, kind: Kind, key: Key) -> float | None:
        """One look at a resource; the seconds until the next one, None for not before it changes."""
        found = self.caller.get(path_of(*key))
        if found is None:
            return None
        resource = Resource(self, kind, found)
        try:
            if found["metadata"].get("deletionTimestamp"):
                return resource.delete() if resource.is_managed else None
            return resource.synchronize()
        except ClientError as error:
            return resource.refused(error)
        except Refused as error:
            if error.status == 404:  # it was deleted meanwhile
                return None
            raise


class Resource:
    """One custom resource and what it stands for, during one look."""

    def __init__(self, controller: Controller, kind: Kind, found: Json) -> None:
        self.controller, self.kind, self.found = controller, kind, found
        self.metadata: Json = found["metadata"]
        self.path = path_of(kind.name, self.metadata["namespace"], self.metadata["name"])
        self.schemas = controller.schemas[kind.name]
        self.annotations: Mapping[str, str] = self.metadata.get("annotations", {})

    @property
    def finalizer(self) -> str:
        return f"finalizers.sagemaker.services.k8s.aws/{self.kind.name}"

    @property
    def is_managed(self) -> bool:
        return self.finalizer in self.metadata.get("finalizers", [])

    @property
    def arn(self) -> str | None:
        found: str | None = self.found.get("status", {}).get("ackResourceMetadata", {}).get("arn")
        return found

    def call(self, operation: str, request: Json) -> Json:
        method: Any = getattr(self.controller.aws, self.controller.methods[operation])
        answer: Json = method(**request)
        return answer

    def desired(self) -> Json:
        shape = self.controller.aws.meta.service_model.operation_model(self.kind.create).input_shape
        wanted: Json = to_api(self.found["spec"], self.schemas["spec"], shape)
        return wanted

    def named(self, operation: str) -> Json:
        """The request that names the resource by name, or by ARN where it has no name or the operation takes none."""
        shape = self.controller.aws.meta.service_model.operation_model(operation).input_shape
        name_member, arn_member = f"{self.kind.name}Name", f"{self.kind.name}Arn"
        if self.kind.name.endswith("JobDefinition"):
            name_member = "JobDefinitionName"
        if name_member in shape.members:
            return {name_member: self.desired().get(name_member) or self.arn}
        return {arn_member: self.arn}

    def describe(self) -> Json | None:
        operation = f"Describe{self.kind.name}"
        request = self.named(operation)
        if None in request.values():
            return None
        try:
            return self.call(operation, request)
        except ClientError as error:
            code, beginning = self.kind.absent
            if error.response["Error"]["Code"] == code and error.response["Error"]["Message"].startswith(beginning):
                return None
            raise

    def synchronize(self) -> float | None:
        latest = self.describe()
        reads_only = self.annotations.get("services.k8s.aws/read-only") == "true"
        if latest is None and reads_only:
            return self.controller.requeue
        if latest is None:
            self._manage()
            self._create()
            latest = self.describe()
            if latest is None:
                return 0.5
        elif not self.is_managed and not reads_only:
            text = "This resource already exists but is not managed by ACK."
            self._tell(latest, terminal="Resource already exists", reason=text)
            return None
        if not reads_only:
            self._initialize_late(latest)
            if (outcome := self._update(latest)) is not None:
                return outcome
        status = latest.get(self.kind.status_member)
        if self.kind.failed is not None and status == self.kind.failed:
            text = f"{self.kind.name} status reached terminal state: {status}. Check the FailureReason."
            self._tell(latest, terminal=text)
            return None
        self._tell(latest)
        return self.controller.requeue if status in self.kind.busy else self.kind.again

    def delete(self) -> float | None:
        kept = self.annotations.get("services.k8s.aws/deletion-policy") == "retain"
        latest = None if kept else self.describe()
        status = latest.get(self.kind.status_member) if latest else None
        if latest is None or (self.kind.stops and status not in self.kind.busy):
            return self._release()
        if self.kind.stops:
            if status != "Stopping":
                self.call(f"Stop{self.kind.name}", self.named(f"Stop{self.kind.name}"))
            self._tell(self.describe() or latest, recoverable=f"{self.kind.name} is Stopping.", synced=False)
            return self.controller.requeue
        if status in self.kind.busy:
            text = f"{self.kind.name} in {status} state cannot be modified or deleted."
            self._tell(latest, recoverable=text, synced=False)
            return self.controller.requeue
        self.call(f"Delete{self.kind.name}", self.named(f"Delete{self.kind.name}"))
        latest = self.describe()
        if latest is None:
            return self._release()
        self._tell(latest, recoverable=f"{self.kind.name} is Deleting.", synced=False)
        return self.controller.requeue

    def refused(self, error: ClientError) -> float | None:
        """What AWS's refusal becomes: Terminal for a few codes, Recoverable for all others."""
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        codes = FEWER_TERMINAL_CODES if self.kind.name in WITH_FEWER else TERMINAL_CODES
        latest: Json = {}
        if code in codes or (code == "ConflictException" and self.kind.conflict):
            self._tell(latest, terminal=f"api error {code}: {message}")
            return None
        key = _key(self.kind.name, self.found)
        count = self.controller.failures[key] = self.controller.failures.get(key, 0) + 1
        prefix = "" if code == "ResourceLimitExceeded" else "api error "
        self._tell(latest, recoverable=f"{prefix}{code}: {message}", synced=None)
        self.controller.queue.add(key, min(0.05 * 2**count, 960.0))
        return None

    def _create(self) -> None:
        request = self.desired()
        shape = self.controller.aws.meta.service_model.operation_model(self.kind.create).input_shape
        if "Tags" in shape.members:
            request["Tags"] = [*request.get("Tags", []), {"Key": "services.k8s.aws/controller-version", "Value": "stand-in"},
                               {"Key": "services.k8s.aws/namespace", "Value": self.metadata["namespace"]}]
        try:
            answer = self.call(self.kind.create, request)
        except ClientError:
            self._release()
            raise
        arn = next(value for name, value in answer.items() if name.endswith("Arn"))
        self.found.setdefault("status", {})["ackResourceMetadata"] = {"arn": arn}
        if self.kind.name in ("ModelPackage", "PipelineExecution"):  # found by no name: keep it before anything else
            self._patch_status({"ackResourceMetadata": self._resource_metadata(arn)})

    def _initialize_late(self, latest: Json) -> None:
        if not self.kind.late:
            return
        wanted = self.desired()
        shape = self.controller.aws.meta.service_model.operation_model(self.kind.create).input_shape
        added = False
        for path in self.kind.late:
            *parents, last = path.split(".")
            source, target = latest, wanted
            for parent in parents:
                source, target = source.get(parent, {}), target.get(parent)
                if target is None:
                    break
            if target is not None and last not in target and source.get(last) is not None:
                target[last] = source[last]
                added = True
        if added:
            spec = to_custom_resource(wanted, self.schemas["spec"], shape)
            self.found = self.controller.caller.merge(f"{self.path}?fieldManager=controller", {"spec": spec})

    def _update(self, latest: Json) -> float | None:
        """Carries a changed spec out. None if there is nothing to do, else the seconds until the next look."""
        wanted = self.desired()
        comparable = self._comparable(latest)
        changed = sorted(name for name, value in wanted.items()
                         if name in comparable and name != "Tags" and not _includes(comparable[name], value))
        if not changed:
            return None
        status = latest.get(self.kind.status_member)
        if not self.kind.updates:
            self._tell(latest, terminal="not implemented")
            return NEVER
        if self.kind.name == "TrainingJob":
            self._tell(latest, terminal="only Warm Pool or Profiler can be updated")
            return self.controller.requeue if status in self.kind.busy else NEVER
        if status in self.kind.busy:
            text = f"{self.kind.name} in {status} state cannot be modified or deleted."
            self._tell(latest, recoverable=text, synced=False)
            return self.controller.requeue
        if self.kind.name == "Endpoint":
            tried = self.annotations.get(LAST_CONFIG) == wanted["EndpointConfigName"]
            if tried and latest.get("FailureReason"):
                text = ("api error EndpointUpdateError: unable to update endpoint. check FailureReason. "
                        f"latest EndpointConfigName is {latest['EndpointConfigName']}")
                self._tell(latest, terminal=text, synced=False)
                return NEVER
            self.controller.caller.merge(self.path, {"metadata": {"annotations": {LAST_CONFIG: wanted["EndpointConfigName"]}}})
        operation = f"Update{self.kind.name}"
        shape = self.controller.aws.meta.service_model.operation_model(operation).input_shape
        request = {name: value for name, value in wanted.items() if name in shape.members}
        if self.kind.name == "Endpoint":
            request["RetainAllVariantProperties"] = True
        self.call(operation, {**request, **self.named(operation)})
        self._tell(self.describe() or latest, synced=False)
        return 1.0 if not self.kind.busy else self.controller.requeue

    def _comparable(self, latest: Json) -> Json:
        if self.kind.name == "InferenceComponent" and "RuntimeConfig" in latest:
            return {**latest, "RuntimeConfig": {"CopyCount": latest["RuntimeConfig"]["DesiredCopyCount"]}}
        return latest

    def _tell(
        self, latest: Json, *, terminal: str = "", recoverable: str = "", reason: str = "", synced: bool | None = True
    ) -> None:
        """Writes status and conditions. ``synced`` None is unknown; True stands for what the status says."""
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = latest.get(self.kind.status_member)
        text = f"{self.kind.name} is in {status} status." if self.kind.busy and status else "Resource synced successfully"
        is_synced = {True: "True", False: "False", None: "Unknown"}[synced and status not in self.kind.busy]
        if terminal and self.kind.name != "Endpoint" and not status:
            is_synced, text = "False", "Resource not synced"
        conditions = [] if synced is None else [_condition("ACK.ResourceSynced", is_synced, text, "", now)]
        if synced is None:
            conditions.append(_condition("ACK.ResourceSynced", "Unknown", UNDETERMINED, recoverable, now))
        if self.kind.late and not terminal and not recoverable:
            words = "Late initialization successful"
            conditions.append(_condition("ACK.LateInitialized", "True", words, words, now))
        ready = (is_synced, text, "")
        for kind, message in (("ACK.Terminal", terminal), ("ACK.Recoverable", recoverable)):
            if message:
                cause = {"reason": reason} if reason else {}
                conditions.append({"type": kind, "status": "True", "message": message, **cause})
                ready = ("False", message, kind)
        conditions.append(_condition("Ready", *ready, now))
        arn = _arn(self.kind, latest) or self.arn
        body: Json = {"conditions": conditions, "ackResourceMetadata": self._resource_metadata(arn)}
        if latest:
            shape = self.controller.aws.meta.service_model.operation_model(f"Describe{self.kind.name}").output_shape
            shown = to_custom_resource(latest, self.schemas["status"], shape)
            body = {**{name: None for name in self.found.get("status", {}) if name not in shown}, **shown, **body}
        self._patch_status(body)

    def _resource_metadata(self, arn: str | None) -> Json:
        region = self.annotations.get("services.k8s.aws/region", self.controller.region)
        known = {"arn": arn} if arn else {}
        return {"ownerAccountID": self.controller.account, "partition": "aws", "region": region, **known}

    def _patch_status(self, status: Json) -> None:
        try:
            self.found = self.controller.caller.merge(f"{self.path}/status?fieldManager=controller", {"status": status})
        except Refused as error:
            if error.status != 404:
                raise

    def _manage(self) -> None:
        if not self.is_managed:
            finalizers = [*self.metadata.get("finalizers", []), self.finalizer]
            self.found = self.controller.caller.merge(self.path, {"metadata": {"finalizers": finalizers}})
            self.metadata = self.found["metadata"]

    def _release(self) -> None:
        if self.is_managed:
            finalizers = [name for name in self.metadata["finalizers"] if name != self.finalizer]
            try:
                self.found = self.controller.caller.merge(self.path, {"metadata": {"finalizers": finalizers}})
                self.metadata = self.found["metadata"]
            except Refused as error:
                if error.status != 404:
                    raise


def _key(kind: str, found: Mapping[str, Any]) -> Key:
    return kind, found["metadata"]["namespace"], found["metadata"]["name"]


def _condition(kind: str, status: str, message: str, reason: str, now: str) -> Json:
    cause = {"reason": reason} if reason else {}
    return {"type": kind, "status": status, "message": message, "lastTransitionTime": now, **cause}


def _arn(kind: Kind, latest: Json) -> str | None:
    member = "JobDefinitionArn" if kind.name.endswith("JobDefinition") else f"{kind.name}Arn"
    found: str | None = latest.get(member)
    return found


def _includes(there: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there, where AWS has filled more in."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return all(name in there and _includes(there[name], value) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(there, list):
        return len(wanted) == len(there) and all(map(_includes, there, wanted))
    return bool(there == wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--aws-endpoint-url", required=True)
    parser.add_argument("--aws-region", default="us-east-1")
    parser.add_argument("--requeue-seconds", type=float, default=30.0, help="ACK's are a constant of 30")
    given = parser.parse_args()
    config = yaml.safe_load(given.kubeconfig.read_text())
    server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    caller = Caller(server["server"], Path(server["certificate-authority"]), user["token"])
    Controller(caller, given.aws_endpoint_url, given.aws_region, given.requeue_seconds).run()


if __name__ == "__main__":
    main()
