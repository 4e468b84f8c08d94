"""``v1/process``: the flat face on CreateProcessingJob, input for input that of the component it succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.card import duration
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.vpc import half_a_vpc, vpc_inputs
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB

_OPERATION = "CreateProcessingJob"
_CLUSTER = f"{_OPERATION}.ProcessingResources.ClusterConfig"
_NETWORK = f"{_OPERATION}.NetworkConfig"

INPUTS = (
    Input("role", InputType.STRING, "ARN of the IAM role that the job runs as.", target=f"{_OPERATION}.RoleArn"),
    Input("image", InputType.STRING, "URI of the processing image.", default="",
          target=f"{_OPERATION}.AppSpecification.ImageUri"),
    Input("container_entrypoint", InputType.ARRAY, "Entry point of the container; empty: that of the image.", default="[]",
          target=f"{_OPERATION}.AppSpecification.ContainerEntrypoint"),
    Input("container_arguments", InputType.ARRAY, "Arguments of the container.", default="[]",
          target=f"{_OPERATION}.AppSpecification.ContainerArguments"),
    Input("input_config", InputType.ARRAY, "Input data: a list of ProcessingInput objects as in the API.", default="[]",
          target=f"{_OPERATION}.ProcessingInputs"),
    Input("output_config", InputType.ARRAY, "Outputs: a list of ProcessingOutput objects as in the API; at least one.",
          default="[]", target=f"{_OPERATION}.ProcessingOutputConfig.Outputs"),
    Input("environment", InputType.OBJECT, "Environment variables of the container, name to text.", default="{}",
          target=f"{_OPERATION}.Environment", shown=False),
    Input("instance_type", InputType.STRING, "ML instance type.", default="ml.m4.xlarge", target=f"{_CLUSTER}.InstanceType"),
    Input("instance_count", InputType.INTEGER, "Number of instances.", default="1", target=f"{_CLUSTER}.InstanceCount"),
    Input("max_run_time", InputType.INTEGER, "Seconds the job may run.", default="86400",
          target=f"{_OPERATION}.StoppingCondition.MaxRuntimeInSeconds", advanced=True),
    *CONNECTION_INPUTS,
    Input("job_name", InputType.STRING, "Name of the job; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.ProcessingJobName", advanced=True),
    Input("volume_size", InputType.INTEGER, "Storage of each instance in GiB.", default="30",
          target=f"{_CLUSTER}.VolumeSizeInGB", advanced=True),
    Input("resource_encryption_key", InputType.STRING, "KMS key for the instances' storage.", default="",
          target=f"{_CLUSTER}.VolumeKmsKeyId", advanced=True),
    Input("output_encryption_key", InputType.STRING, "KMS key for the outputs in S3.", default="",
          target=f"{_OPERATION}.ProcessingOutputConfig.KmsKeyId", advanced=True),
    *vpc_inputs(f"{_NETWORK}.VpcConfig"),
    Input("network_isolation", InputType.BOOL, "Give the container no network.", default="True",
          target=f"{_NETWORK}.EnableNetworkIsolation", advanced=True),
    Input("traffic_encryption", InputType.BOOL, "Encrypt the traffic between instances.", default="False",
          target=f"{_NETWORK}.EnableInterContainerTrafficEncryption", advanced=True),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateProcessingJob request."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    problems += half_a_vpc(values)
    if is_empty(values.get("image")):
        problems.append(Violation("image", "required", f"{_OPERATION}.AppSpecification.ImageUri"))
    if is_empty(values.get("output_config")):
        problems.append(Violation("output_config", "at least one output is required",
                                  f"{_OPERATION}.ProcessingOutputConfig.Outputs"))
    return Built(requests, tuple(problems))


def collect(ended: Ended) -> Collected:
    """Outputs out of a DescribeProcessingJob response; an output that goes to a feature store has no S3 URI."""
    described = ended.described
    outputs = (described.get("ProcessingOutputConfig") or {}).get("Outputs") or []
    locations = {output["OutputName"]: output["S3Output"]["S3Uri"] for output in outputs if output.get("S3Output")}
    figures = {name: f"`{location}`" for name, location in locations.items()}
    figures |= {output["OutputName"]: f"feature group {output['FeatureStoreOutput']['FeatureGroupName']}"
                for output in outputs if output.get("FeatureStoreOutput")}
    began, finished = described.get("ProcessingStartTime"), described.get("ProcessingEndTime")
    if began and finished:
        figures["Ran for"] = duration((finished - began).total_seconds())
    if described.get("ExitMessage"):
        figures["Exit message"] = described["ExitMessage"]
    return Collected(
        parameters={"job_name": described.get("ProcessingJobName", ""), "output_artifacts": locations,
                    "arn": described.get("ProcessingJobArn", "")},
        figures=figures,
    )


PROCESS = Face(
    id="v1/process",
    display_name="SageMaker - Processing Job",
    description="Runs a SageMaker processing job and waits for its end.",
    resources=(PROCESSING_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("job_name", OutputType.STRING, "Name of the processing job."),
        Output("output_artifacts", OutputType.OBJECT, "S3 URI of each output, by its OutputName."),
        Output("arn", OutputType.STRING, "ARN of the processing job."),
        CARD,
    ),
    build=build,
    collect=collect,
)
