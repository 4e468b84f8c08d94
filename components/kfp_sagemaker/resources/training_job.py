"""CreateTrainingJob and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html."""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, RuleStatuses, State

_RULE_BUSY = frozenset({"InProgress", "Stopping"})


def _rules(member: str) -> RuleStatuses:
    # The components before these waited for rules, and failed the step for an error in a rule but not for its findings.
    return RuleStatuses(
        member=member,
        status_member="RuleEvaluationStatus",
        busy=_RULE_BUSY,
        failed=frozenset({"Error"}),
        succeeded=frozenset({"NoIssuesFound", "IssuesFound", "Stopped"}),
    )


TRAINING_JOB = Resource(
    kind="TrainingJob",
    life=Life.JOB,
    create="CreateTrainingJob",
    describe="DescribeTrainingJob",
    stop="StopTrainingJob",
    delete="DeleteTrainingJob",
    name_member="TrainingJobName",
    arn_member="TrainingJobArn",
    arn_type="training-job",
    name_prefix="TrainingJob",
    console_page="jobs",
    not_found=(ErrorText("ValidationException", "Requested resource not found"), ErrorText("ResourceNotFound")),
    already_exists=(ErrorText("ResourceInUse"),),
    already_finished=(ErrorText("ValidationException", "status"),),
    status_member="TrainingJobStatus",
    statuses={
        "InProgress": State.BUSY,
        "Stopping": State.BUSY,
        "Deleting": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    secondary_status_member="SecondaryStatus",
    settling=frozenset({"Uploading", "Stopping"}),
    rules=(_rules("DebugRuleEvaluationStatuses"),),
    log_group="/aws/sagemaker/TrainingJobs",
    role_member="RoleArn",
    never_defaulted=("VpcConfig", "CheckpointConfig", "Environment", "HyperParameters"),
)
