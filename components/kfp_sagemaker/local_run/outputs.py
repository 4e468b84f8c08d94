"""The outputs of a run's steps as rows for people and as one JSON object for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker.local_run.launcher import METADATA_ONLY, StepRecord
from kfp_sagemaker.local_run.run_layout import RunLayout

_LONGEST_VALUE = 200
"""Characters of a parameter in the table; the JSON has all of it."""


@dataclass(frozen=True)
class OutputRow:
    """One output: a parameter's value, a metric's value, or an artifact's URI with the path of its copy here."""

    task: str
    name: str
    value: str
    path: str = ""


def output_rows(records: Sequence[StepRecord]) -> list[OutputRow]:
    """Rows of the steps that succeeded, in the order in which they ended; all metrics last, where they are seen."""
    rows: list[OutputRow] = []
    metrics: list[OutputRow] = []
    for record in records:
        if record.outputs is None:
            continue
        for name, value in sorted(record.outputs.parameters.items()):
            rows.append(OutputRow(record.name, name, _short(value)))
        for name, artifact in sorted(record.outputs.artifacts.items()):
            rows.append(OutputRow(record.name, name, artifact.uri, _path(record, artifact)))
            if artifact.type.get("schemaTitle") in METADATA_ONLY:
                metrics += [OutputRow(record.name, f"{name}.{key}", _short(value)) for key, value in artifact.metadata.items()]
    return rows + metrics


def as_json(
    pipeline: str, layout: RunLayout, status: str, records: Sequence[StepRecord], outputs: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole result; artifacts as uri, path, type and metadata."""
    return {
        "pipeline": pipeline,
        "run_id": layout.run_id,
        "status": status,
        "folder": str(layout.folder),
        "outputs": {name: _plain(value) for name, value in outputs.items()},
        "steps": [
            {
                "task": record.task,
                "name": record.name,
                "iterations": list(record.iterations),
                "status": record.status,
                "attempt": record.attempt,
                "seconds": round(record.seconds, 3),
                "reason": record.reason,
                "parameters": dict(record.outputs.parameters) if record.outputs else {},
                "artifacts": {
                    name: {
                        "uri": artifact.uri,
                        "path": _path(record, artifact),
                        "type": artifact.type.get("schemaTitle", ""),
                        "metadata": dict(artifact.metadata),
                    }
                    for name, artifact in (record.outputs.artifacts if record.outputs else {}).items()
                },
            }
            for record in records
        ],
    }


def _path(record: StepRecord, artifact: Any) -> str:
    if record.places is None:
        return ""
    path = record.places.here(artifact.path)
    return str(path) if path.exists() else ""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}... ({len(text)} characters)"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {"uri": value.uri, "metadata": value.metadata} if hasattr(value, "uri") else value
