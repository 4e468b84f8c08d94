"""CreateLabelingJob and its kin, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeLabelingJob.html.

The API has no operation that deletes a labeling job.
"""

from __future__ import annotations

from kfp_sagemaker.resources.resource import ErrorText, Life, Resource, State

LABELING_JOB = Resource(
    kind="LabelingJob",
    life=Life.JOB,
    create="CreateLabelingJob",
    describe="DescribeLabelingJob",
    stop="StopLabelingJob",
    name_member="LabelingJobName",
    arn_member="LabelingJobArn",
    arn_type="labeling-job",
    name_prefix="LabelingJob",
    console="groundtruth",
    console_page="labeling-jobs/details",
    not_found=(ErrorText("ValidationException", "Could not find"), ErrorText("ResourceNotFound")),
    already_exists=(ErrorText("ResourceInUse"),),
    already_finished=(ErrorText("ValidationException", "status"),),
    status_member="LabelingJobStatus",
    statuses={
        "Initializing": State.BUSY,
        "InProgress": State.BUSY,
        "Stopping": State.BUSY,
        "Completed": State.SUCCEEDED,
        "Failed": State.FAILED,
        "Stopped": State.STOPPED,
    },
    settling=frozenset({"Stopping"}),
    log_group="/aws/sagemaker/LabelingJobs",
    role_member="RoleArn",
    never_defaulted=("LabelCategoryConfigS3Uri", "LabelingJobAlgorithmsConfig", "StoppingConditions"),
    # People work at it: it fails after 30 days, says the reference on LabelingJobStoppingConditions.
    longest=30 * 24 * 3600,
)
