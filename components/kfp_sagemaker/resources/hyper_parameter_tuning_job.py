"""CreateHyperParameterTuningJob and its kin.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html. The training jobs that it
starts have logs; it has none.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

HYPER_PARAMETER_TUNING_JOB = Resource(
    kind="HyperParameterTuningJob",
    life=Life.JOB,
    create="CreateHyperParameterTuningJob",
    describe="DescribeHyperParameterTuningJob",
    stop="StopHyperParameterTuningJob",
    delete="DeleteHyperParameterTuningJob",
    name_member="HyperParameterTuningJobName",
    arn_member="HyperParameterTuningJobArn",
    arn_type="hyper-parameter-tuning-job",
    name_prefix="HPOJob",
    name_limit=32,
    console_page="hyper-tuning-jobs",
    not_found=(ErrorText("ResourceNotFound"),),
    already_exists=(ErrorText("ResourceInUse"),),
    already_finished=(ErrorText("ValidationException", "status"),),
    status_member="HyperParameterTuningJobStatus",
    statuses={
        "InProgress": State.BUSY,
        "Stopping": State.BUSY,
        "Deleting": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "DeleteFailed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    settling=frozenset({"Stopping"}),
    role_member="TrainingJobDefinition.RoleArn",
    never_defaulted=("TrainingJobDefinition", "TrainingJobDefinitions", "WarmStartConfig", "Autotune"),
    # Thirty days, https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-limits.html.
    longest=30 * 24 * 3600,
)
