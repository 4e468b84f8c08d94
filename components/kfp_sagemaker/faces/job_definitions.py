"""The four job definitions of Model Monitor, from one pattern: the API's own fields on Create<kind>JobDefinition.

Their requests differ in the words of their members only (DataQualityJobInput, ModelBiasJobInput).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.faces.assemble import assemble
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Collected, Ended, Face, Lifecycle, Output, OutputType
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.resources import job_definitions as resources
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.service_model.model import snake_case


def _job_definition(resource: Resource, purpose: str, application: str) -> Face:
    """The face on a kind of definition. ``purpose`` ends its description, ``application`` says what its container is."""
    monitoring_type = resource.kind.removesuffix("JobDefinition")
    words = snake_case(monitoring_type).replace("_", " ")
    inputs = _inputs(resource.create, monitoring_type, application)

    def build(values: Mapping[str, Any]) -> Built:
        requests, problems = assemble(inputs, values, (resource.create,))
        return Built(requests, tuple(problems))

    def collect(ended: Ended) -> Collected:
        described = ended.described
        image = described.get(f"{monitoring_type}AppSpecification", {}).get("ImageUri", "")
        endpoint = described.get(f"{monitoring_type}JobInput", {}).get("EndpointInput", {}).get("EndpointName", "")
        return Collected(
            parameters={"job_definition_name": described.get("JobDefinitionName", ""),
                        "arn": described.get("JobDefinitionArn", "")},
            figures={"Image": f"`{image}`", **({"Endpoint": f"`{endpoint}`"} if endpoint else {})},
        )

    return Face(
        id=f"v1/{snake_case(resource.kind)}",
        display_name=f"SageMaker - {words.title()} Job Definition",
        description=f"Creates a SageMaker {words} job definition, {purpose}.",
        resources=(resource,),
        operations=(resource.create,),
        inputs=inputs,
        outputs=(
            Output("job_definition_name", OutputType.STRING, "Name of the job definition."),
            Output("arn", OutputType.STRING, "ARN of the job definition."),
            CARD,
        ),
        build=build,
        collect=collect,
        lifecycle=Lifecycle.EXISTING_CUSTOMERS_ONLY,
    )


def _inputs(operation: str, monitoring_type: str, application: str) -> tuple[Input, ...]:
    def on(member: str, description: str, default: str | None = None, advanced: bool = False) -> Input:
        return Input(snake_case(member), InputType.OBJECT, f"{description}, as in the API.", default=default,
                     target=f"{operation}.{member}", advanced=advanced)

    return (
        Input("job_definition_name", InputType.STRING, "Name of the job definition; empty: derived from what it holds.",
              default="", target=f"{operation}.JobDefinitionName"),
        on(f"{monitoring_type}AppSpecification", application),
        on(f"{monitoring_type}JobInput", "What is monitored: the endpoint or the batch transform output"),
        on(f"{monitoring_type}JobOutputConfig", "Where the reports go in S3"),
        on("JobResources", "Instances and storage of the jobs"),
        Input("role_arn", InputType.STRING, "ARN of the IAM role that the jobs run as.", target=f"{operation}.RoleArn"),
        on(f"{monitoring_type}BaselineConfig", "Baseline that the jobs compare with", default="{}"),
        *CONNECTION_INPUTS,
        on("NetworkConfig", "Network of the jobs", default="{}", advanced=True),
        on("StoppingCondition", "Limit on how long a job runs", default="{}", advanced=True),
        *STEP_INPUTS,
    )


DATA_QUALITY_JOB_DEFINITION = _job_definition(
    resources.DATA_QUALITY_JOB_DEFINITION, "for schedules that watch a model's data", "Container that checks the data")
MODEL_QUALITY_JOB_DEFINITION = _job_definition(
    resources.MODEL_QUALITY_JOB_DEFINITION, "for schedules that compare predictions with the truth",
    "Container that checks the predictions, and the kind of problem")
MODEL_BIAS_JOB_DEFINITION = _job_definition(
    resources.MODEL_BIAS_JOB_DEFINITION, "for schedules that watch a model's bias",
    "Clarify's container and its configuration")
MODEL_EXPLAINABILITY_JOB_DEFINITION = _job_definition(
    resources.MODEL_EXPLAINABILITY_JOB_DEFINITION, "for schedules that watch what predictions are due to",
    "Clarify's container and its configuration")
