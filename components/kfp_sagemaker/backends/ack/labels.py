"""Labels of the custom resources that a step applies: for which pipeline, run and task, and by which step."""

from __future__ import annotations

import re

from kfp_sagemaker.faces.prepare import Run

MANAGED_BY = "app.kubernetes.io/managed-by"
PIPELINE, RUN_ID, TASK, IDENTITY = (f"kfp-sagemaker/{name}" for name in ("pipeline", "run-id", "task", "identity"))
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set.
_MOST_CHARACTERS = 63


def labels_of(run: Run | None) -> dict[str, str]:
    """The labels; those that are not known are left out. The identity is cut to what a label holds."""
    known = {MANAGED_BY: "kfp-sagemaker"}
    if run is not None:
        known |= {PIPELINE: run.labels.pipeline, RUN_ID: run.labels.run_id, TASK: run.labels.task, IDENTITY: run.identity}
    labels = {name: label_value(text) for name, text in known.items()}
    return {name: value for name, value in labels.items() if value}


def label_value(text: str) -> str:
    """``text`` as a label's value may be: without other characters than letters, digits, dots, dashes and underscores."""
    allowed = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:_MOST_CHARACTERS]
    return allowed.strip("._-")
