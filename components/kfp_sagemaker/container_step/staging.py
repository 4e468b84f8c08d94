"""What a job needs in S3 before it is created: its script and long arguments, the lists of the objects of its input
artifacts, and files that the pod mounts.

An input artifact is named to SageMaker by the exact keys of its objects. By a prefix, an artifact ``model`` would bring
``model_metrics`` along; and a list takes one of a job's inputs for all artifacts of a bucket.
"""

from __future__ import annotations

import json
from typing import Protocol

from kfp_sagemaker.container_step.job import Job
from kfp_sagemaker.container_step.mounts import staged_files
from kfp_sagemaker.container_step.script import NAME
from kfp_sagemaker.lifecycle.patience import Patience


class Objects(Protocol):
    """S3 as far as a step needs it; one attempt each. Raises Transient, CredentialsExpired, AccessDenied, RequestRefused."""

    def put(self, uri: str, content: bytes) -> None:
        """Write an object."""
        ...

    def get(self, uri: str) -> bytes | None:
        """An object's content; None when there is none."""
        ...

    def keys(self, bucket: str, key: str) -> list[str]:
        """Keys of the object ``key`` and of all below it; not of those whose key only begins alike."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Copy one object to another URI, without its content coming here."""
        ...

    def delete(self, uri: str) -> None:
        """Delete an object; one that is not there is fine."""
        ...


def stage_inputs(job: Job, objects: Objects, patience: Patience) -> frozenset[str]:
    """Write the list of each bucket's objects; returns the buckets that have none, for which no input can be made.

    An artifact without objects is no error: KFP's launcher makes none of it either.
    """
    empty = set()
    for bucket in job.layout.slots:
        keys: list[str] = []
        for artifact in job.layout.inputs:
            if artifact.bucket == bucket:
                keys += patience.ride_out(lambda key=artifact.key: objects.keys(bucket, key))  # type: ignore[misc]  # noqa: B023
        if not keys:
            empty.add(bucket)
            continue
        manifest = json.dumps([{"prefix": f"s3://{bucket}/"}, *sorted(set(keys))]).encode()
        patience.ride_out(lambda: objects.put(job.manifest_uri(bucket), manifest))  # noqa: B023
    return frozenset(empty)


def stage_script(job: Job, objects: Objects, patience: Patience) -> None:
    """Write the job's script, and beside it its long arguments and the files that the pod mounts.

    A training job without a script has a file in its place, because it has to have a channel.
    """
    if job.script is None and job.face.resource.kind != "TrainingJob":
        return
    content = (job.script or "").encode("utf-8", "surrogatepass")
    for path, text in {NAME: content, **job.files, **staged_files(job.spec)}.items():
        patience.ride_out(lambda path=path, text=text: objects.put(f"{job.script_folder}{path}", text))  # type: ignore[misc]
