"""The job definitions of Model Monitor: four kinds that differ in the words of their members only.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDataQualityJobDefinition.html and its three siblings.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource


def _job_definition(monitoring_type: str, arn_type: str) -> Resource:
    """The definition of jobs of one MonitoringType."""
    kind = f"{monitoring_type}JobDefinition"
    return Resource(
        kind=kind,
        life=Life.RECORD,
        create=f"Create{kind}",
        describe=f"Describe{kind}",
        delete=f"Delete{kind}",
        name_member="JobDefinitionName",
        arn_member="JobDefinitionArn",
        arn_type=arn_type,
        name_prefix=kind,
        # Only Studio shows them.
        console_page="",
        not_found=(ErrorText("ResourceNotFound"),),
        already_exists=(ErrorText("ResourceInUse"),),
        role_member="RoleArn",
        never_defaulted=(
            f"{monitoring_type}BaselineConfig",
            f"{monitoring_type}AppSpecification.Environment",
            "NetworkConfig.VpcConfig",
        ),
    )


DATA_QUALITY_JOB_DEFINITION = _job_definition("DataQuality", "data-quality-job-definition")
MODEL_QUALITY_JOB_DEFINITION = _job_definition("ModelQuality", "model-quality-job-definition")
MODEL_BIAS_JOB_DEFINITION = _job_definition("ModelBias", "model-bias-job-definition")
MODEL_EXPLAINABILITY_JOB_DEFINITION = _job_definition("ModelExplainability", "model-explainability-job-definition")
