"""What a real controller did, in recordings, and what each look at it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.backends.ack.judge import Finding, judge
from kfp_sagemaker.backends.ack.track import Track
from kfp_sagemaker.custom_resources.fields import field_table
from kfp_sagemaker.custom_resources.manifest import described
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.monitoring_schedule import MONITORING_SCHEDULE
from kfp_sagemaker.resources.resource import Resource, State
from kfp_sagemaker.resources.training_job import TRAINING_JOB
from looks import RESOURCES, look

DATA = Path(__file__).parents[3] / "data"


def recorded(recording: str, kind: str, name: str) -> Iterator[tuple[float, dict[str, Any] | None]]:
    """Seconds and the custom resource after each event; None when it is gone."""
    for line in (DATA / "ack_events.jsonl").read_text().splitlines():
        event = json.loads(line)
        seen = event["object"]
        if (event["recording"], seen["kind"], seen["metadata"]["name"]) == (recording, kind, name):
            yield event["t"], None if event["type"] == "DELETED" else seen


W, S, D = Finding.WAIT, Finding.SETTLED, Finding.DELETED
RECORDED = [
    # Its spec was changed while it ran, and changed back.
    ("exp1", TRAINING_JOB, "ok", [W, Finding.TERMINAL, W, S]),
    ("exp1", TRAINING_JOB, "fail-1", [W, S]),
    ("exp1", TRAINING_JOB, "quota-1", [W, Finding.CAPACITY]),
    ("exp1", TRAINING_JOB, "denied-1", [W, Finding.DENIED]),
    ("exp1", TRAINING_JOB, "invalid-1", [W, Finding.REFUSED]),
    ("exp1", TRAINING_JOB, "throttle-1", [W, S]),
    ("exp1", TRAINING_JOB, "exists-1", [W, Finding.TAKEN]),
    ("exp1", TRAINING_JOB, "adopt-1", [W, S]),
    ("exp1", TRAINING_JOB, "ro-1", [W, S]),
    ("exp1", TRAINING_JOB, "del-1", [W, D]),
    ("exp1", TRAINING_JOB, "retain-1", [W, D]),
    ("exp1", MODEL, "m", [W, S, Finding.TERMINAL, S]),
    ("exp1", ENDPOINT, "ep", [W, S]),
    ("exp1", ENDPOINT, "ep-fail", [W, S]),
    ("exp3", TRAINING_JOB, "nested", [W, Finding.REFUSED]),
    ("exp3", TRAINING_JOB, "badenum", [W, S]),
    ("exp3", ENDPOINT, "ep", [W, S, W, Finding.ROLLED_BACK, D]),
    ("exp3", MONITORING_SCHEDULE, "ms", [W, S, W, S, D]),
    ("exp3", MONITORING_SCHEDULE, "ms-fail", [W, S]),
    *(("exp3", RESOURCES[kind], "f-fail", [W, S])
      for kind in ("ProcessingJob", "TransformJob", "HyperParameterTuningJob", "LabelingJob")),
]


@pytest.mark.parametrize(("recording", "resource", "name", "expected"), RECORDED,
                         ids=[f"{row[0]} {row[1].kind} {row[2]}" for row in RECORDED])
def test_what_was_recorded_of_a_real_controller(
    recording: str, resource: Resource, name: str, expected: list[Finding]
) -> None:
    now = [0.0]
    track = Track(resource, name, field_table(resource.kind).plural, name, ours=True, clock=lambda: now[0])
    findings: list[Finding] = []
    for seconds, seen in recorded(recording, resource.kind, name):
        now[0] = seconds
        if seen is not None:
            track.saw(seen)
        finding = judge(resource, seen, described(resource, seen or {}), track.history()).finding
        findings += [finding] if finding not in findings[-1:] else []
        if seen is None:
            break

    assert findings == expected


FINAL = {seen["kind"]: seen for seen in json.loads((DATA / "ack_final_objects.json").read_text())}


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_what_was_recorded_of_the_end_of_every_kind(kind: str) -> None:
    resource, seen = RESOURCES[kind], FINAL[kind]

    assert look(resource, seen).finding is Finding.SETTLED
    assert resource.state(described(resource, seen)) is State.SUCCEEDED
