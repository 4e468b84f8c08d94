"""Training jobs that are interrupted and go on from their checkpoints, and those that leave their instances to the next."""

from __future__ import annotations

from runners_here import ON_EVERY_RUNNER, ON_ONE
from sagemaker_local.events import JobFaults

GROUP = "/aws/sagemaker/TrainingJobs"

WAIT = "while :; do sleep 0.05; done"


@ON_EVERY_RUNNER
def test_an_interrupted_spot_job_goes_on_from_its_checkpoints(start_training, aws, until, leap):
    aws.put(**{"checkpoints/old": "from before"})
    script = f"""
        cat /opt/ml/checkpoints/old; cd /opt/ml/checkpoints
        if [ -e step ]; then echo resumed from $(cat step); exit 0; fi
        echo 41 > step; {WAIT}
    """
    job = start_training(
        script,
        JobFaults(interrupt_after=600),
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
        CheckpointConfig={"S3Uri": aws.uri("checkpoints")},
    )
    until(lambda: "checkpoints/step" in aws.keys("checkpoints/") and aws.get("checkpoints/step"))
    leap(600)
    job.wait()
    assert job.status == "Completed", job.end
    first = ["Starting", "Downloading", "Training", "Interrupted", "Starting"]
    assert job.statuses == [*first, "Downloading", "Training", "Uploading"]
    assert aws.get("checkpoints/step") == b"41\n"
    assert "from beforeresumed from 41" in [line for lines in aws.lines(GROUP, job.name).values() for line in lines]
    assert 0 < job.end["describe"]["BillableTimeInSeconds"] < 600 <= job.end["describe"]["TrainingTimeInSeconds"]


@ON_ONE
def test_checkpoints_are_in_s3_while_it_runs_also_of_another_path(start_training, aws, until):
    configuration = {"S3Uri": aws.uri("points"), "LocalPath": "/srv/points"}
    job = start_training(f"printf 1 > /srv/points/first; {WAIT}", CheckpointConfig=configuration)
    until(lambda: aws.keys("points/") == ["points/first"])
    assert job.status is None
    job.stop_requested.set()
    job.wait()


@ON_EVERY_RUNNER
def test_a_warm_pool_keeps_its_cache(start_training, aws, execution):
    script = "cd /opt/ml/sagemaker/warmpoolcache; cat a/b; mkdir -p a; printf $TRAINING_JOB_NAME > a/b"
    first, second = (start_training(script, warm_pool="pool").wait() for _ in range(2))
    alone = start_training("ls /opt/ml/sagemaker; exit 0").wait()
    other = start_training(script, warm_pool="other").wait()
    shown = {job.name: [line for lines in aws.lines(GROUP, job.name).values() for line in lines] for job in (second, other)}
    assert shown[second.name] == [first.name]
    assert not [line for line in shown[other.name] if line.startswith("train-")]
    assert alone.status == "Completed"


@ON_ONE
def test_a_spot_job_that_waits_too_long_for_capacity_stops(start_training, until, leap):
    job = start_training(
        WAIT,
        JobFaults(interrupt_after=0, slow={"Interrupted": 600}),
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 600},
    )
    until(lambda: job.statuses[-1:] == ["Interrupted"])
    leap(600)
    job.wait()
    assert (job.status, job.end["secondary_status"]) == ("Stopped", "MaxWaitTimeExceeded")
