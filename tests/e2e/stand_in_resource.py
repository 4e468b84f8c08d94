"""One look of the stand-in for ACK's SageMaker controller at one custom resource: makes, updates, stops, deletes, and tells.

When that is, and what is looked at, is in :mod:`.stand_in_controller`; what it writes of it in :mod:`.stand_in_status`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .cluster import Refused, path_of
from .stand_in_kinds import NEVER, Kind
from .stand_in_status import WENT_WELL, Json, Outcome, conditions
from .translation import to_api, to_custom_resource

if TYPE_CHECKING:
    from .stand_in_controller import Controller

TERMINAL_CODES = frozenset({"ResourceInUse", "ResourceNotFound", "InvalidParameterCombination", "InvalidParameterValue",
                            "MissingParameter"})
FEWER_TERMINAL_CODES = frozenset({"InvalidParameterCombination", "InvalidParameterValue", "MissingParameter"})
WITH_FEWER = frozenset({"Model", "EndpointConfig", "Endpoint", "InferenceComponent", "ModelPackage", "ModelPackageGroup"})
LAST_CONFIG = "sagemaker.services.k8s.aws/last-endpoint-config-for-update"


class TryAgain(Exception):
    """The look came to nothing, and is to be taken again after a while."""


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
            if self._says_absent(error):
                return None
            raise

    def look(self) -> float:
        """The look; the seconds until the next one, NEVER for not before it changes. Raises TryAgain."""
        try:
            if not self.metadata.get("deletionTimestamp"):
                return self._synchronize()
            return self._delete() if self.is_managed else NEVER
        except ClientError as error:
            return self._refused(error)

    def _says_absent(self, error: ClientError) -> bool:
        code, beginning = self.kind.absent
        said = error.response["Error"]
        return bool(said["Code"] == code and said["Message"].startswith(beginning))

    def _synchronize(self) -> float:
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
            self._tell(latest, Outcome("Resource already exists", reason=text))
            return NEVER
        if not reads_only:
            self._initialize_late(latest)
            if (outcome := self._update(latest)) is not None:
                return outcome
        status = latest.get(self.kind.status_member)
        if self.kind.failed is not None and status == self.kind.failed:
            text = f"{self.kind.name} status reached terminal state: {status}. Check the FailureReason."
            self._tell(latest, Outcome(text))
            return NEVER
        self._tell(latest)
        return self.controller.again(self.kind, status)

    def _delete(self) -> float:
        kept = self.annotations.get("services.k8s.aws/deletion-policy") == "retain"
        latest = None if kept else self.describe()
        status = latest.get(self.kind.status_member) if latest else None
        if latest is None or (self.kind.stops and status not in self.kind.busy):
            return self._release()
        if self.kind.stops:
            if status != "Stopping":
                self.call(f"Stop{self.kind.name}", self.named(f"Stop{self.kind.name}"))
            self._tell(self.describe() or latest, Outcome(recoverable=f"{self.kind.name} is Stopping.", synced=False))
            return self.controller.requeue
        if status in self.kind.busy:
            text = f"{self.kind.name} in {status} state cannot be modified or deleted."
            self._tell(latest, Outcome(recoverable=text, synced=False))
            return self.controller.requeue
        try:
            self.call(f"Delete{self.kind.name}", self.named(f"Delete{self.kind.name}"))
        except ClientError as error:
            if not self._says_absent(error):
                raise
        latest = self.describe()
        if latest is None:
            return self._release()
        self._tell(latest, Outcome(recoverable=f"{self.kind.name} is Deleting.", synced=False))
        return self.controller.requeue

    def _refused(self, error: ClientError) -> float:
        """What AWS's refusal becomes: Terminal for a few codes, Recoverable for all others."""
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        codes = FEWER_TERMINAL_CODES if self.kind.name in WITH_FEWER else TERMINAL_CODES
        latest: Json = {}
        if code in codes or (code == "ConflictException" and self.kind.conflict):
            self._tell(latest, Outcome(f"api error {code}: {message}"))
            return NEVER
        prefix = "" if code == "ResourceLimitExceeded" else "api error "
        self._tell(latest, Outcome(recoverable=f"{prefix}{code}: {message}", synced=None))
        raise TryAgain from error

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
            seen = {"metadata": {"resourceVersion": self.found["metadata"]["resourceVersion"]}}  # not over what is new since
            self.found = self.controller.caller.merge(f"{self.path}?fieldManager=controller", {**seen, "spec": spec})

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
            self._tell(latest, Outcome("not implemented"))
            return NEVER
        if self.kind.name == "TrainingJob":
            self._tell(latest, Outcome("only Warm Pool or Profiler can be updated"))
            return self.controller.requeue if status in self.kind.busy else NEVER
        if status in self.kind.busy:
            text = f"{self.kind.name} in {status} state cannot be modified or deleted."
            self._tell(latest, Outcome(recoverable=text, synced=False))
            return self.controller.requeue
        if self.kind.name == "Endpoint":
            tried = self.annotations.get(LAST_CONFIG) == wanted["EndpointConfigName"]
            if tried and latest.get("FailureReason"):
                text = ("api error EndpointUpdateError: unable to update endpoint. check FailureReason. "
                        f"latest EndpointConfigName is {latest['EndpointConfigName']}")
                self._tell(latest, Outcome(text, synced=False))
                return NEVER
            self.controller.caller.merge(self.path, {"metadata": {"annotations": {LAST_CONFIG: wanted["EndpointConfigName"]}}})
        operation = f"Update{self.kind.name}"
        shape = self.controller.aws.meta.service_model.operation_model(operation).input_shape
        request = {name: value for name, value in wanted.items() if name in shape.members}
        if self.kind.name == "Endpoint":
            request["RetainAllVariantProperties"] = True
        self.call(operation, {**request, **self.named(operation)})
        self._tell(self.describe() or latest, Outcome(synced=False))
        return 1.0 if not self.kind.busy else self.controller.requeue

    def _comparable(self, latest: Json) -> Json:
        if self.kind.name == "InferenceComponent" and "RuntimeConfig" in latest:
            return {**latest, "RuntimeConfig": {"CopyCount": latest["RuntimeConfig"]["DesiredCopyCount"]}}
        return latest

    def _tell(self, latest: Json, outcome: Outcome = WENT_WELL) -> None:
        """Writes status and conditions."""
        arn = _arn(self.kind, latest) or self.arn
        written = conditions(self.kind, latest.get(self.kind.status_member), outcome)
        body: Json = {"conditions": written, "ackResourceMetadata": self._resource_metadata(arn)}
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

    def _release(self) -> float:
        """Let it go: nothing is left to do about it."""
        if self.is_managed:
            finalizers = [name for name in self.metadata["finalizers"] if name != self.finalizer]
            try:
                self.found = self.controller.caller.merge(self.path, {"metadata": {"finalizers": finalizers}})
                self.metadata = self.found["metadata"]
            except Refused as error:
                if error.status != 404:
                    raise
        return NEVER


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
