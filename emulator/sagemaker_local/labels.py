"""The labels that finish a labeling job: read from JSON, counted, and joined to the objects of the input manifest.

Source of the forms: Developer Guide, "Output Data" of Ground Truth. Where the labels come from: labeling.py and
execution/labeling_job.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

TASK_TYPES = {
    "ImageMultiClassMultiLabel": "image-classification-multilabel",
    "ImageMultiClass": "image-classification",
    "BoundingBox": "object-detection",
    "SemanticSegmentation": "semantic-segmentation",
    "TextMultiClassMultiLabel": "text-classification-multilabel",
    "TextMultiClass": "text-classification",
    "NamedEntityRecognition": "text-span",
}
"""What the name of a built-in pre-annotation function ends with, to the type in a label's metadata."""


def parse_labels(text: str) -> list[Any]:
    """A JSON list, or JSON Lines with a label in each. Raises ValueError."""
    try:
        whole = json.loads(text)
    except ValueError:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise ValueError(f"The labels are neither a JSON list nor JSON Lines: {error}") from error
    return whole if isinstance(whole, list) else [whole]


def output_manifest_uri(request: Mapping[str, Any]) -> str:
    """Where a labeling job's output manifest is."""
    root = request["OutputConfig"]["S3OutputPath"].rstrip("/")
    return f"{root}/{request['LabelingJobName']}/manifests/output/output.manifest"


def finished(request: Mapping[str, Any], labels: Sequence[Any]) -> dict[str, Any]:
    """The members that Describe shows of a job that ended with these labels; None is an object without one."""
    labelled = sum(label is not None for label in labels)
    return {
        "LabelCounters": {
            "TotalLabeled": labelled,
            "HumanLabeled": labelled,
            "MachineLabeled": 0,
            "FailedNonRetryableError": len(labels) - labelled,
            "Unlabeled": 0,
        },
        "LabelingJobOutput": {"OutputDatasetS3Uri": output_manifest_uri(request)},
    }


def output_manifest(
    request: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], labels: Sequence[Any], now: datetime
) -> str:
    """JSON Lines: each object of the input manifest with its label and the label's metadata.

    Raises ValueError when there is not one label (or None) for each object.
    """
    if len(objects) != len(labels):
        raise ValueError(f"The input manifest has {len(objects)} objects and there are {len(labels)} labels (null for none).")
    lines = [{**item, **_label(request, label, now)} for item, label in zip(objects, labels, strict=True)]
    return "".join(json.dumps(line) + "\n" for line in lines)


def _label(request: Mapping[str, Any], label: Any, now: datetime) -> dict[str, Any]:
    attribute = request["LabelAttributeName"]
    function = request["HumanTaskConfig"].get("PreHumanTaskLambdaArn", "")
    task = next((kind for ending, kind in TASK_TYPES.items() if function.endswith(ending)), "custom")
    metadata = {
        "type": f"groundtruth/{task}",
        "job-name": f"labeling-job/{request['LabelingJobName'].lower()}",
        "human-annotated": "yes",
        "creation-date": now.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    }
    if label is None:
        reason = "ClientError: no annotation was received for this object"
        return {f"{attribute}-metadata": {**metadata, "retry-count": 1, "failure-reason": reason}}
    if isinstance(label, dict) and "label" in label and label.keys() <= {"label", "metadata"}:
        return {attribute: label["label"], f"{attribute}-metadata": {**metadata, **label.get("metadata", {})}}
    return {attribute: label, f"{attribute}-metadata": metadata}
