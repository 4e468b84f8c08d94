"""``v1/ground_truth``: the flat face on CreateLabelingJob, input for input that of the component it succeeds.

What AWS brings for each type of task is in ``labeling_tasks``, the arithmetic of prices in ``task_price``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.labeling_request import complete
from kfp_sagemaker.faces.task_price import task_price
from kfp_sagemaker.faces.vpc import comma_list
from kfp_sagemaker.resources.labeling_job import LABELING_JOB

_OPERATION = "CreateLabelingJob"
_HUMAN = f"{_OPERATION}.HumanTaskConfig"
_STOPPING = f"{_OPERATION}.StoppingConditions"
_AUTOMATED = f"{_OPERATION}.LabelingJobAlgorithmsConfig"


def _unless_zero(number: int) -> int | None:
    return number or None


def _unless_blank(text: str) -> str | None:
    # The older component's output active_learning_model_arn was a blank when there was no model.
    return text.strip() or None


INPUTS = (
    Input("role", InputType.STRING, "ARN of the IAM role that the job runs as.", target=f"{_OPERATION}.RoleArn"),
    Input("manifest_location", InputType.STRING, "S3 URI of the manifest that lists the objects to label.",
          target=f"{_OPERATION}.InputConfig.DataSource.S3DataSource.ManifestS3Uri"),
    Input("output_location", InputType.STRING, "S3 URI under which the labels go.",
          target=f"{_OPERATION}.OutputConfig.S3OutputPath"),
    Input("task_type", InputType.STRING,
          "A built-in task type (image classification, bounding box, semantic segmentation ...), or custom.",
          when_empty="custom"),
    Input("worker_type", InputType.STRING, "Who labels: public, private or vendor."),
    Input("ui_template", InputType.STRING,
          "S3 URI of the template that workers see; for named entities, video frames and point clouds the ARN of AWS's own.",
          target=f"{_HUMAN}.UiConfig.UiTemplateS3Uri"),
    Input("title", InputType.STRING, "Title of the task.", target=f"{_HUMAN}.TaskTitle"),
    Input("description", InputType.STRING, "What the workers are to do.", target=f"{_HUMAN}.TaskDescription"),
    Input("num_workers_per_object", InputType.INTEGER, "Workers that label each object.",
          target=f"{_HUMAN}.NumberOfHumanWorkersPerDataObject"),
    Input("time_limit", InputType.INTEGER, "Seconds that a worker has for a task.", target=f"{_HUMAN}.TaskTimeLimitInSeconds"),
    *(replace(declared, advanced=True) for declared in CONNECTION_INPUTS),
    Input("job_name", InputType.STRING, "Name of the job; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.LabelingJobName", advanced=True),
    Input("label_attribute_name", InputType.STRING,
          "Name of the labels in the manifest; empty: job_name, else the task type. Ends in -ref where labels are files.",
          default="", target=f"{_OPERATION}.LabelAttributeName", advanced=True),
    Input("output_encryption_key", InputType.STRING, "KMS key for the output in S3.", default="",
          target=f"{_OPERATION}.OutputConfig.KmsKeyId", advanced=True),
    Input("workteam_arn", InputType.STRING, "ARN of the work team, for private and vendor.", default="",
          target=f"{_HUMAN}.WorkteamArn", advanced=True),
    Input("no_adult_content", InputType.BOOL, "For public: the data is free of adult content.", default="False",
          advanced=True),
    Input("no_ppi", InputType.BOOL, "For public: the data is free of personally identifiable information.", default="False",
          advanced=True),
    Input("label_category_config", InputType.STRING, "S3 URI of the JSON file that defines the labels.", default="",
          target=f"{_OPERATION}.LabelCategoryConfigS3Uri", advanced=True),
    Input("max_human_labeled_objects", InputType.INTEGER, "Objects that people label at most. 0: all.", default="0", minimum=0,
          target=f"{_STOPPING}.MaxHumanLabeledObjectCount", encode=_unless_zero, advanced=True),
    Input("max_percent_objects", InputType.INTEGER, "Percent of the objects that are labeled at most. 0: all.", default="0",
          minimum=0, target=f"{_STOPPING}.MaxPercentageOfInputDatasetLabeled", encode=_unless_zero, advanced=True),
    Input("enable_auto_labeling", InputType.BOOL,
          "Let a model label what it is sure of: bounding box, image or text classification.", default="False",
          advanced=True),
    Input("initial_model_arn", InputType.STRING, "ARN of the model that automated labeling starts from.", default="",
          target=f"{_AUTOMATED}.InitialActiveLearningModelArn", encode=_unless_blank, advanced=True),
    Input("resource_encryption_key", InputType.STRING, "KMS key for the storage of automated labeling.", default="",
          target=f"{_AUTOMATED}.LabelingJobResourceConfig.VolumeKmsKeyId", advanced=True),
    Input("pre_human_task_function", InputType.STRING, "For custom: ARN of the Lambda function before the task.", default="",
          target=f"{_HUMAN}.PreHumanTaskLambdaArn", advanced=True),
    Input("post_human_task_function", InputType.STRING, "For custom: ARN of the Lambda function after the task.", default="",
          target=f"{_HUMAN}.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn", advanced=True),
    Input("task_keywords", InputType.STRING, "Words that public workers find the task by, separated by commas.", default="",
          target=f"{_HUMAN}.TaskKeywords", encode=comma_list, advanced=True),
    Input("task_availibility", InputType.INTEGER, "Seconds that a task is open to workers. 0: the service's default.",
          default="0", minimum=0, target=f"{_HUMAN}.TaskAvailabilityLifetimeInSeconds", encode=_unless_zero, advanced=True),
    Input("max_concurrent_tasks", InputType.INTEGER, "Objects out for labeling at a time. 0: the service's default.",
          default="0", minimum=0, target=f"{_HUMAN}.MaxConcurrentTaskCount", encode=_unless_zero, advanced=True),
    Input("workforce_task_price", InputType.STRING, "For public: dollars for a task, in tenths of a cent, such as 0.036.",
          default="0.000", target=f"{_HUMAN}.PublicWorkforceTaskPrice.AmountInUsd", encode=task_price, advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateLabelingJob request; ``values["region"]`` is needed for what AWS brings."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    problems += complete(requests[_OPERATION], values)
    # Where it is not given.
    origins = {f"{_OPERATION}.LabelAttributeName": "job_name"} if values.get("label_attribute_name") is None else {}
    return Built(requests, tuple(problems), origins)


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeLabelingJob response."""
    described = ended.described
    output, counters = described.get("LabelingJobOutput") or {}, described.get("LabelCounters") or {}
    manifest, model = output.get("OutputDatasetS3Uri", ""), output.get("FinalActiveLearningModelArn", "")
    attribute = described.get("LabelAttributeName", "")
    figures = {"Labeled": str(counters.get("TotalLabeled", 0)), "by people": str(counters.get("HumanLabeled", 0)),
               "by a model": str(counters.get("MachineLabeled", 0)),
               "Not labeled, by an error": str(counters.get("FailedNonRetryableError", 0)),
               "Not labeled yet": str(counters.get("Unlabeled", 0)), "Label attribute": f"`{attribute}`"}
    if manifest:
        figures["Manifest"] = f"`{manifest}`"
    if model:
        figures["Model"] = f"`{model}`"
    return Collected(
        parameters={"output_manifest_location": manifest, "active_learning_model_arn": model,
                    "label_attribute_name": attribute, "job_name": described.get("LabelingJobName", ""),
                    "arn": described.get("LabelingJobArn", "")},
        figures=figures,
    )


GROUND_TRUTH = Face(
    id="v1/ground_truth",
    display_name="SageMaker - Ground Truth",
    description="Runs a Ground Truth labeling job and waits until its objects are labeled.",
    resources=(LABELING_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("output_manifest_location", OutputType.STRING, "S3 URI of the manifest with the labels."),
        Output("active_learning_model_arn", OutputType.STRING,
               "ARN of the last model of automated labeling; empty when there was none."),
        Output("label_attribute_name", OutputType.STRING, "Name of the labels in the manifest."),
        Output("job_name", OutputType.STRING, "Name of the labeling job."),
        Output("arn", OutputType.STRING, "ARN of the labeling job."),
        CARD,
    ),
    build=build,
    collect=collect,
    lifecycle=Lifecycle.EXISTING_CUSTOMERS_ONLY,
)
