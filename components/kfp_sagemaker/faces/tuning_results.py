"""What comes of a tuning job: the best training job, its hyperparameters as they were searched, a table of all.

Describe tells the best training job in short; the rest is looked up. What a denied look-up does not tell is taken from the
definition of the training jobs, as far as it says so, else left empty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from kfp_sagemaker.faces.card import console_link, duration, table
from kfp_sagemaker.faces.face import Call, Collected, Ended
from kfp_sagemaker.faces.pointer import pointer
from kfp_sagemaker.kfp_io import ArtifactContent
from kfp_sagemaker.resources.hyper_parameter_tuning_job import HYPER_PARAMETER_TUNING_JOB

#: Tells a training job what it is tuned for; the service adds it to the hyperparameters.
_OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
#: Rows of the table on the card.
_MOST_ROWS = 100
#: TrainingJobStatusCounters, for people.
_COUNTERS = {"Completed": "completed", "InProgress": "in progress", "Stopped": "stopped", "NonRetryableError": "failed",
             "RetryableError": "failed by an internal error"}


def lookups(described: Mapping[str, Any], requests: Mapping[str, Mapping[str, Any]]) -> tuple[Call, ...]:
    """All training jobs, and when there is a best one, everything about it."""
    name = {"HyperParameterTuningJobName": described.get("HyperParameterTuningJobName")}
    best = (described.get("BestTrainingJob") or {}).get("TrainingJobName")
    listed = Call("ListTrainingJobsForHyperParameterTuningJob", name)
    return (listed, Call("DescribeTrainingJob", {"TrainingJobName": best})) if best else (listed,)


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeHyperParameterTuningJob response and the answers to ``lookups``."""
    described, (listed, trained) = ended.described, (*ended.answers, {}, {})[:2]
    name, arn = described.get("HyperParameterTuningJobName", ""), described.get("HyperParameterTuningJobArn", "")
    best = described.get("BestTrainingJob") or {}
    definition = _definition(described, best)
    model_url = (trained.get("ModelArtifacts") or {}).get("S3ModelArtifacts") or _model_url(definition, best)
    image = next((image for job in (trained, definition)
                  if best and (image := (job.get("AlgorithmSpecification") or {}).get("TrainingImage"))), "")
    metrics = {metric["MetricName"]: metric["Value"] for metric in trained.get("FinalMetricDataList") or []}
    metrics |= _objective(best)
    figures = {"Best training job": f"`{best['TrainingJobName']}`" if best else "none"}
    figures |= {metric: f"{value:g}" for metric, value in metrics.items()}
    if model_url:
        figures["Model"] = f"`{model_url}`"
    figures["Training jobs"] = _counted(described)
    if described.get("CreationTime") and described.get("HyperParameterTuningEndTime"):
        figures["Ran for"] = duration((described["HyperParameterTuningEndTime"] - described["CreationTime"]).total_seconds())
    return Collected(
        parameters={"hpo_job_name": name, "model_artifact_url": model_url, "best_job_name": best.get("TrainingJobName", ""),
                    "best_hyperparameters": _hyperparameters(described, definition, best, trained), "training_image": image,
                    "arn": arn},
        artifacts={"model": pointer(best.get("TrainingJobArn", ""), model_url), "metrics": ArtifactContent("", metrics)},
        figures=figures,
        body=_trials(described, best, listed.get("TrainingJobSummaries") or []),
        failure=_nothing_found(described, definition) if not best else "",
    )


def _nothing_found(described: Mapping[str, Any], definition: Mapping[str, Any]) -> str:
    """A tuning job may complete although no training job did what it was for; a step that hid that would hand on nothing."""
    if described.get("HyperParameterTuningJobStatus") != "Completed":
        return ""  # Stopped, and that was declared to be success.
    name, arn = described.get("HyperParameterTuningJobName", ""), described.get("HyperParameterTuningJobArn", "")
    objective = definition.get("TuningObjective") or _config(described).get("HyperParameterTuningJobObjective") or {}
    return "\n".join(filter(None, (
        f"HyperParameterTuningJob {name} completed without a best training job ({_counted(described)})",
        console_link(HYPER_PARAMETER_TUNING_JOB, arn),
        f"no training job ended with a value of {objective.get('MetricName', 'the objective')}: see the logs of the training "
        "jobs, and whether metric_definitions reads the metric off them",
    )))


def _config(described: Mapping[str, Any]) -> Mapping[str, Any]:
    return described.get("HyperParameterTuningJobConfig") or {}


def _definition(described: Mapping[str, Any], best: Mapping[str, Any]) -> Mapping[str, Any]:
    """The definition that the best training job was made from."""
    several = described.get("TrainingJobDefinitions") or [described.get("TrainingJobDefinition") or {}]
    named = best.get("TrainingJobDefinitionName")
    return next((definition for definition in several if definition.get("DefinitionName") == named), several[0])


def _model_url(definition: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    """Where the service puts a job's model, https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html.

    Empty for one that is not made into an archive, which has another place.
    """
    output = definition.get("OutputDataConfig") or {}
    if not best or not output.get("S3OutputPath") or output.get("CompressionType", "GZIP") != "GZIP":
        return ""
    return f"{output['S3OutputPath'].rstrip('/')}/{best['TrainingJobName']}/output/model.tar.gz"


def _objective(job: Mapping[str, Any]) -> dict[str, float]:
    metric = job.get("FinalHyperParameterTuningJobObjectiveMetric")
    return {metric["MetricName"]: metric["Value"]} if metric else {}


def _hyperparameters(
    described: Mapping[str, Any], definition: Mapping[str, Any], best: Mapping[str, Any], trained: Mapping[str, Any]
) -> dict[str, Any]:
    """Those of the best training job; searched numbers are numbers again."""
    if not best:
        return {}
    texts = trained.get("HyperParameters") or {
        **(definition.get("StaticHyperParameters") or {}), **(best.get("TunedHyperParameters") or {})}
    ranges = definition.get("HyperParameterRanges") or _config(described).get("ParameterRanges") or {}
    integers, reals = ({each["Name"] for each in ranges.get(kind) or []}
                       for kind in ("IntegerParameterRanges", "ContinuousParameterRanges"))
    return {name: _number(text, whole=name in integers) if name in integers | reals else text
            for name, text in texts.items() if name != _OBJECTIVE_HYPERPARAMETER}


def _number(text: str, *, whole: bool) -> float | str:
    """The number that ``text`` says; the text when it says none that JSON has."""
    try:
        if whole:
            return int(text)
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _counted(described: Mapping[str, Any]) -> str:
    counters = described.get("TrainingJobStatusCounters") or {}
    return ", ".join(f"{counters[name]} {words}" for name, words in _COUNTERS.items() if counters.get(name)) or "none"


def _trials(described: Mapping[str, Any], best: Mapping[str, Any], jobs: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table of the training jobs, the best first, then by objective; those without one last."""
    if not jobs:
        return ""
    largest_first = any(job["FinalHyperParameterTuningJobObjectiveMetric"].get("Type") == "Maximize" for job in jobs
                        if job.get("FinalHyperParameterTuningJobObjectiveMetric"))

    def rank(job: Mapping[str, Any]) -> tuple[bool, bool, float, str]:
        values = list(_objective(job).values())
        value = (-values[0] if largest_first else values[0]) if values else 0.0
        return job["TrainingJobName"] != best.get("TrainingJobName"), not values, value, job["TrainingJobName"]

    rows = [(job["TrainingJobName"], job["TrainingJobStatus"],
             ", ".join(f"{value:g}" for value in _objective(job).values()),
             ", ".join(f"{name}={value}" for name, value in sorted((job.get("TunedHyperParameters") or {}).items())))
            for job in sorted(jobs, key=rank)]
    total = max(len(rows), sum((described.get("TrainingJobStatusCounters") or {}).values()))
    shown = rows[:_MOST_ROWS]
    more = f"\n\n{total - len(shown)} more are not shown." if total > len(shown) else ""
    return f"## Training jobs\n\n{table(('Training job', 'Status', 'Objective', 'Hyperparameters'), shown)}{more}"
