"""What can be seen of a run from outside, without what differs between any two runs: ids, salts, times.

Seen are the status, the steps in their order with attempts and iterations, their output parameters, their artifacts (schema,
URI, metadata, the bytes below the URI in S3), the pipeline's own outputs, the steps that were skipped, and the jobs that the
local SageMaker was asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sagemaker_local.calls import Call

JOB_OPERATIONS = ("CreateProcessingJob", "CreateTrainingJob")

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SKIPPED = re.compile(r"^ *\d+:\d\d (?P<name>.+) skipped: ", re.MULTILINE)


@dataclass(frozen=True)
class Artifact:
    """An output artifact: ``files`` holds the bytes of each object by its path below the URI, ``""`` for the URI itself."""

    schema: str
    uri: str
    metadata: Mapping[str, Any]
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Step:
    """One attempt of a step."""

    name: str
    """The display name, with the numbers of its iterations."""
    iterations: tuple[int, ...]
    attempt: int
    status: str
    parameters: Mapping[str, Any]
    artifacts: Mapping[str, Artifact]


@dataclass(frozen=True)
class Observation:
    """A run. ``steps`` are in the order in which they ended; iterations, which run side by side, in their own order."""

    exit_status: int
    status: str
    steps: Sequence[Step]
    outputs: Mapping[str, Any]
    skipped: Sequence[str]
    jobs: Mapping[str, int] = field(compare=False)
    """How many jobs of each kind were created: the one thing in which the run of a converted pipeline is to differ."""
    progress: str = field(compare=False, repr=False)
    """What was told on stderr, for messages of failed tests."""

    @property
    def trace(self) -> tuple[str, ...]:
        """Names of the steps in order, with a ``!`` for an attempt that failed."""
        return tuple(step.name + ("!" if step.status == "failed" else "") for step in self.steps)

    def values(self) -> dict[str, Any]:
        """Output parameters of the last attempts, by ``step.output``."""
        return {f"{step.name}.{name}": value for step in self.steps for name, value in step.parameters.items()}


def observe(exit_status: int, document: Mapping[str, Any], progress: str, s3: Any, calls: Iterable[Call]) -> Observation:
    """What is to be seen of a run whose ``--json`` document and stderr are given."""
    run_id = document.get("run_id", "")

    def steady(value: Any) -> Any:
        """The value without the run's id and the salts of its steps."""
        if isinstance(value, str):
            return _UUID.sub("SALT", value.replace(run_id, "RUN")) if run_id else value
        if isinstance(value, Mapping):
            return {steady(key): steady(value[key]) for key in sorted(value)}
        return [steady(item) for item in value] if isinstance(value, list) else value

    steps = []
    for step in document.get("steps", []):
        artifacts = {
            name: Artifact(
                artifact["type"], steady(artifact["uri"]), steady(artifact["metadata"]), _files(s3, artifact["uri"])
            )
            for name, artifact in step["artifacts"].items()
        }
        iterations = tuple(step["iterations"])
        steps.append(
            Step(step["name"], iterations, step["attempt"], step["status"], steady(step["parameters"]), artifacts)
        )
    return Observation(
        exit_status=exit_status,
        status=document.get("status", "refused"),
        steps=_by_iteration(steps),
        outputs=steady(document.get("outputs", {})),
        skipped=sorted(match["name"] for match in _SKIPPED.finditer(progress)),
        jobs=Counter(
            call.operation for call in calls if call.operation in JOB_OPERATIONS and call.http_status == 200
        ),
        progress=progress,
    )


def _by_iteration(steps: Sequence[Step]) -> list[Step]:
    """The steps of a loop, which kfp.local runs side by side, in order of their iterations where the first of them was."""
    ordered: list[Step] = []
    position = 0
    while position < len(steps):
        end = position
        while end < len(steps) and bool(steps[end].iterations) == bool(steps[position].iterations):
            end += 1
        ordered += sorted(steps[position:end], key=lambda step: step.iterations)  # stable: the order within stays
        position = end
    return ordered


def _files(s3: Any, uri: str) -> dict[str, bytes]:
    """The bytes of every object at and below an ``s3://`` URI; none for any other."""
    if not uri.startswith("s3://"):
        return {}
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for item in page.get("Contents", []):
            below = item["Key"].removeprefix(key)
            if below == "" or below.startswith("/"):
                found[below.lstrip("/")] = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    return found


def differences(one: Observation, other: Observation) -> list[str]:
    """Every difference of two runs but their jobs, one line each; empty when they gave the same."""
    found = []
    for name in ("exit_status", "status", "trace", "skipped", "outputs"):
        found += _unequal(name, getattr(one, name), getattr(other, name))
    for first, second in zip(one.steps, other.steps, strict=False):
        if first.name != second.name:
            break
        found += _unequal(f"{first.name}: attempt", first.attempt, second.attempt)
        found += _of_mappings(f"{first.name}: parameter", first.parameters, second.parameters)
        found += _of_mappings(f"{first.name}: artifact", first.artifacts, second.artifacts)
    return found


def _of_mappings(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return [
        line
        for name in sorted(one.keys() | other.keys())
        for line in _unequal(f"{what} {name}", one.get(name), other.get(name))
    ]


def _unequal(what: str, one: Any, other: Any) -> list[str]:
    # repr tells 1 from 1.0 and True
    return [] if one == other and repr(one) == repr(other) else [f"{what}: {_short(one)} and {_short(other)}"]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 600 else f"{text[:600]}... ({len(text)} characters)"
