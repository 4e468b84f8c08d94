"""``v1/train``: the flat face on CreateTrainingJob, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.card import duration
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.hyperparameters import encode_hyperparameters
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.pointer import pointer
from kfp_sagemaker.faces.training_inputs import advanced_inputs, algorithm_and_data_inputs, complete, instance_inputs
from kfp_sagemaker.kfp_io import ArtifactContent
from kfp_sagemaker.resources.training_job import TRAINING_JOB

_OPERATION = "CreateTrainingJob"

INPUTS = (
    *algorithm_and_data_inputs(_OPERATION),
    Input("model_artifact_path", InputType.STRING, "S3 URI under which the job puts model.tar.gz.",
          target=f"{_OPERATION}.OutputDataConfig.S3OutputPath"),
    Input("hyperparameters", InputType.OBJECT,
          "Hyperparameters. Text stays as it is, other values become compact JSON (6, 0.1, true).", default="{}",
          target=f"{_OPERATION}.HyperParameters", encode=encode_hyperparameters),
    *instance_inputs(_OPERATION),
    *CONNECTION_INPUTS,
    Input("job_name", InputType.STRING, "Name of the job; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.TrainingJobName", advanced=True),
    *advanced_inputs(_OPERATION),
    Input("debug_hook_config", InputType.OBJECT, "DebugHookConfig as in the API (existing Debugger customers).", default="{}",
          target=f"{_OPERATION}.DebugHookConfig", advanced=True),
    Input("debug_rule_config", InputType.ARRAY, "DebugRuleConfigurations as in the API (existing Debugger customers).",
          default="[]", target=f"{_OPERATION}.DebugRuleConfigurations", advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateTrainingJob request; ``values["region"]`` is needed for built-in algorithms only."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    return Built(requests, (*problems, *complete(requests[_OPERATION], values, _OPERATION)))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeTrainingJob response."""
    described = ended.described
    model_url = (described.get("ModelArtifacts") or {}).get("S3ModelArtifacts", "")
    image = (described.get("AlgorithmSpecification") or {}).get("TrainingImage", "")
    arn = described.get("TrainingJobArn", "")
    metrics = {metric["MetricName"]: metric["Value"] for metric in described.get("FinalMetricDataList") or []}
    billed = described.get("BillableTimeInSeconds")
    figures = {name: f"{value:g}" for name, value in metrics.items()}
    numbers: dict[str, Any] = dict(metrics)
    if billed is not None:
        numbers["billable_seconds"] = billed
        figures["Billable time"] = duration(billed)
    savings = spot_savings_percent(described)
    if savings is not None:
        numbers["spot_savings_percent"] = savings
        figures["Spot savings"] = f"{savings} %"
    if model_url:
        figures["Model"] = f"`{model_url}`"
    return Collected(
        parameters={"model_artifact_url": model_url, "job_name": described.get("TrainingJobName", ""), "training_image": image,
                    "arn": arn},
        artifacts={"model": pointer(arn, model_url), "metrics": ArtifactContent("", numbers)},
        figures=figures,
    )


def spot_savings_percent(described: Mapping[str, Any]) -> float | None:
    """What spot instances saved, as DescribeTrainingJob documents it; None for other jobs, and while it is not known."""
    trained, billed = described.get("TrainingTimeInSeconds"), described.get("BillableTimeInSeconds")
    if not described.get("EnableManagedSpotTraining") or not trained or billed is None:
        return None
    return float(round(100 * (1 - billed / trained), 1))


TRAIN = Face(
    id="v1/train",
    display_name="SageMaker - Training Job",
    description="Runs a SageMaker training job and waits for its end.",
    resources=(TRAINING_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("model_artifact_url", OutputType.STRING, "S3 URI of the trained model (model.tar.gz)."),
        Output("job_name", OutputType.STRING, "Name of the training job."),
        Output("training_image", OutputType.STRING, "URI of the image that ran."),
        Output("arn", OutputType.STRING, "ARN of the training job."),
        Output("model", OutputType.MODEL, "Pointer to the model: metadata resourceName and modelDataUrl."),
        Output("metrics", OutputType.METRICS, "Final metrics, billable_seconds, and spot_savings_percent for spot jobs."),
        CARD,
    ),
    build=build,
    collect=collect,
)
