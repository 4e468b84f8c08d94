"""What the training jobs of tuning jobs run here, ranges of their hyperparameters, and their results."""

from __future__ import annotations

from typing import Any

from sagemaker_local import tuning_jobs
from sagemaker_local.backend import Backend

GROUP = "/aws/sagemaker/TrainingJobs"
ROLE = "arn:aws:iam::123456789012:role/sagemaker"
READ = 'value() { sed "s/.*\\"$1\\": \\"\\([^\\"]*\\)\\".*/\\1/" /opt/ml/input/config/hyperparameters.json; }\n'
"""A shell function that gives a hyperparameter."""

SCORE = "echo score=$(value x)"
PARABOLA = 'x=$(value x); echo "score=$(( -(x - 3) * (x - 3) ));"'
WAIT = 'trap "exit 0" TERM; while :; do sleep 0.05; done'
ENDED = ("Completed", "Failed", "Stopped")


def integers(least: int, most: int) -> dict[str, Any]:
    return {"IntegerParameterRanges": [{"Name": "x", "MinValue": str(least), "MaxValue": str(most)}]}


def values(*texts: str, name: str = "x") -> dict[str, Any]:
    return {"CategoricalParameterRanges": [{"Name": name, "Values": list(texts)}]}


def scores(summaries: list[dict[str, Any]]) -> list[float | None]:
    return [tuning_jobs.value_of(summary) for summary in summaries]


def running(backend: Backend, summary: dict[str, Any]) -> bool:
    """Whether the training job's container has written its first objective."""
    job = backend.records.get("TrainingJob", summary["TrainingJobName"])
    return job is not None and bool(job.work.metric_values("score"))
