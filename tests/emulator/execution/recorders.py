"""Jobs and endpoints that record what the execution reports of them, and moto's services as a test uses them."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.events import JobFaults, Services
from waiting import PATIENCE

REGION = "us-east-1"


@dataclass
class Job:
    """Implements JobEvents by recording: the statuses it went through and how it ended."""

    kind: str
    request: Mapping[str, Any]
    name: str
    faults: JobFaults = field(default_factory=JobFaults)
    stop_requested: threading.Event = field(default_factory=threading.Event)
    statuses: list[str] = field(default_factory=list)
    metrics: list[tuple[str, float]] = field(default_factory=list)
    status: str | None = None
    end: dict[str, Any] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    warm_pool: str = ""
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def arn(self) -> str:
        return f"arn:aws:sagemaker:{REGION}:123456789012:training-job/{self.name}"

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def advance(self, secondary_status: str, message: str = "") -> None:
        self.statuses.append(secondary_status)

    def report_metric(self, name: str, value: float) -> None:
        self.metrics.append((name, value))

    def finish(self, status: str, **end: Any) -> None:
        assert self.status is None, "finished twice"
        self.status, self.end = status, {name: value for name, value in end.items() if value is not None}
        self._ended.set()

    def wait(self, seconds: float = PATIENCE) -> Job:
        assert self._ended.wait(seconds), f"{self.name} still runs: {self.statuses}"
        return self


@dataclass
class Endpoint:
    """Implements EndpointEvents by recording."""

    name: str
    config: Mapping[str, Any]
    models: Mapping[str, Mapping[str, Any]]
    status: str | None = None
    failure_reason: str | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def arn(self) -> str:
        return f"arn:aws:sagemaker:{REGION}:123456789012:endpoint/{self.name}"

    def finish(self, status: str, *, failure_reason: str | None = None) -> None:
        self.status, self.failure_reason = status, failure_reason
        self._ended.set()

    def wait(self, seconds: float = PATIENCE) -> Endpoint:
        assert self._ended.wait(seconds), f"{self.name} is still being deployed"
        return self


@dataclass(frozen=True)
class Aws:
    """moto's S3 and CloudWatch Logs, and a bucket of the test's own."""

    services: Services
    s3: Any
    logs: Any
    bucket: str

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def put(self, **objects: str | bytes) -> None:
        for key, content in objects.items():
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        content: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str = "") -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", ())]

    def unpacked(self, key: str) -> dict[str, bytes]:
        """Name and content of the files in a ``.tar.gz`` object."""
        with tarfile.open(fileobj=io.BytesIO(self.get(key))) as archive:
            files = ((each.name, archive.extractfile(each)) for each in archive.getmembers() if each.isfile())
            return {name: content.read() for name, content in files if content is not None}

    def lines(self, group: str, prefix: str = "") -> dict[str, list[str]]:
        """Log stream to its messages; nothing for a group that is not there."""
        found: dict[str, list[str]] = {}
        if not self.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return found
        narrowed = {"logStreamNamePrefix": prefix} if prefix else {}
        streams = self.logs.describe_log_streams(logGroupName=group, **narrowed)["logStreams"]
        for name in [stream["logStreamName"] for stream in streams]:
            events = self.logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)["events"]
            found[name] = [event["message"] for event in events]
        return found
