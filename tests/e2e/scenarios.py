"""What happens to steps, as functions of the world and a case. They run side by side, so each has names of its own."""

from __future__ import annotations

import signal

from .eventually import eventually
from .kinds import CONFIG, Case
from .scenario_parts import (
    creations,
    describe,
    end_of,
    fault,
    label,
    log_of,
    name_of,
    object_of,
    starts_long_job,
    status,
    task_of,
    updates,
)
from .world import BUCKET, IMAGE, ROLE, World


def succeeds(world: World, case: Case) -> None:
    """A step makes its resource, hands its outputs on, and what it ran has really run."""
    name = name_of(case, "succeeds")
    task = task_of(world, case, "succeeds")
    task.start()
    label(world, case, name, ["cat", "dog"])

    ended = end_of(task)

    assert ended.status == 0, ended.stderr
    (creation,) = creations(world, case, name)
    assert task.parameter("arn").startswith("arn:aws:sagemaker:us-east-1:123456789012:")
    assert task.parameter("ack_resource_metadata")["arn"] == task.parameter("arn")
    assert {condition["type"] for condition in task.parameter("conditions")} >= {"ACK.ResourceSynced", "Ready"}
    if case.status_output:
        assert task.parameter(case.status_output) == case.status
    if case.kind != "PipelineExecution":
        tags = {tag["Key"]: tag["Value"] for tag in creation.parameters["Tags"]}
        assert tags["services.k8s.aws/namespace"] == "pipelines"
    if case.kind == "TrainingJob":
        assert "score=1" in log_of(world, case, name)


def fails(world: World, case: Case) -> None:
    """A failed job is a failed step, which says why."""
    name = name_of(case, "fails")
    task = task_of(world, case, "fails", "fail")
    task.start()
    label(world, case, name, {"failure_reason": "nobody wanted to"})

    ended = end_of(task)

    assert ended.status not in (0, 2), ended.stderr
    assert status(world, case, name) == "Failed"
    reason = describe(world, case, name)["FailureReason"]
    assert reason.split("\n")[0][:60] in ended.stderr
    assert len(creations(world, case, name)) == 1


def is_stopped(world: World, case: Case) -> None:
    """A terminated step takes its custom resource back, and with it the job is stopped."""
    name = name_of(case, "stopped")
    task = task_of(world, case, "stopped", "last")
    process = starts_long_job(world, case, task, name)

    process.send(signal.SIGTERM)

    ended = end_of(task)
    assert ended.status == 143, ended.stderr
    eventually(lambda: status(world, case, name) == "Stopped", f"{name} is stopped")
    eventually(lambda: object_of(world, case, name) is None, f"the custom resource of {name} is gone")
    assert len(creations(world, case, name)) == 1


def is_stopped_while_it_initializes(world: World, case: Case) -> None:
    """A job that the controller would let go on when its custom resource is deleted now is stopped as soon as it would not."""
    name = name_of(case, "initializes")
    fault(world, job=name, fault="slow", status="Starting", seconds=20)
    task = task_of(world, case, "initializes", "last")
    process = task.start()
    eventually(lambda: status(world, case, name) == "Initializing" or not process.runs, f"{name} is initialized")

    process.send(signal.SIGTERM)

    ended = end_of(task)
    assert ended.status == 143, ended.stderr
    eventually(lambda: status(world, case, name) == "Stopped", f"{name} is stopped")
    eventually(lambda: object_of(world, case, name) is None, f"the custom resource of {name} is gone")


def is_left(world: World, case: Case) -> None:
    """With on_terminate: leave, a terminated step leaves its job alone."""
    name = name_of(case, "left")
    task = task_of(world, case, "left", "last", on_terminate="leave")
    process = starts_long_job(world, case, task, name)

    process.send(signal.SIGTERM)

    assert end_of(task).status == 143
    assert status(world, case, name) == "InProgress"
    world.aws().stop_training_job(TrainingJobName=name)


def goes_on(world: World, case: Case) -> None:
    """A step that was killed and is run again finds its own job and waits for that."""
    name = name_of(case, "goes-on")
    fault(world, operation=f"Create{case.kind}", name=name, fault="slow", seconds=5)
    task = task_of(world, case, "goes-on")
    process = task.start()
    eventually(lambda: object_of(world, case, name) or not process.runs, f"{name} is applied")
    process.kill()  # before it is created

    task.start()
    label(world, case, name, ["cat", "dog"])

    ended = end_of(task)
    assert ended.status == 0, ended.stderr
    assert len(creations(world, case, name)) == 1


def is_repeated(world: World, case: Case) -> None:
    """Run again after its end, a step makes nothing more and has the same outputs."""
    name = name_of(case, "repeated")
    task = task_of(world, case, "repeated")
    task.start()
    assert end_of(task).status == 0, task.programs[-1].stderr
    arn = task.parameter("arn")

    task.start()

    ended = end_of(task)
    assert ended.status == 0, ended.stderr
    assert task.parameter("arn") == arn
    assert len(creations(world, case, name)) == 1
    assert updates(world, case, name) == []


def differs(world: World, case: Case) -> None:
    """Another request for a record of that name is refused, and the record stays as it is."""
    name = name_of(case, "differs")
    first = task_of(world, case, "differs")
    first.start()
    assert end_of(first).status == 0, first.programs[-1].stderr
    second = task_of(world, case, "differs", **(case.other or {}))
    second.start()

    ended = end_of(second)

    assert ended.status != 0, ended.stderr
    assert name in ended.stderr
    assert len(creations(world, case, name)) == 1
    assert describe(world, case, name) is not None


def is_taken(world: World, case: Case) -> None:
    """What SageMaker has under that name without a custom resource is not taken over."""
    name = name_of(case, "taken")
    if case.kind == "Model":
        world.aws().create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
    else:
        world.aws().create_training_job(
            TrainingJobName=name, RoleArn=ROLE, AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"}, HyperParameters={"mode": "succeed"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1})
    task = task_of(world, case, "taken")
    task.start()

    ended = end_of(task)

    assert ended.status != 0, ended.stderr
    assert "is there already in SageMaker" in ended.stderr
    assert creations(world, case, name) == []
    eventually(lambda: object_of(world, case, name) is None, "the custom resource is taken back")
    assert describe(world, case, name) is not None


def is_removed(world: World, case: Case) -> None:
    """Deleting the custom resource deletes what it stands for."""
    name = name_of(case, "removed")
    task = task_of(world, case, "removed")
    task.start()
    assert end_of(task).status == 0, task.programs[-1].stderr
    found = object_of(world, case, name)
    assert found is not None
    metadata, plural = found["metadata"], world.cluster.plural(case.kind)

    world.admin.delete(f"/apis/{found['apiVersion']}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}")

    eventually(lambda: describe(world, case, name) is None, f"{name} is gone")
    eventually(lambda: object_of(world, case, name) is None, f"the custom resource of {name} is gone")


def is_updated(world: World, case: Case) -> None:
    """Other inputs change the service, and the step waits until it is as asked."""
    name = name_of(case, "updated")
    first = task_of(world, case, "updated")
    first.start()
    assert end_of(first).status == 0, first.programs[-1].stderr
    second = task_of(world, case, "updated", **(case.other or {}))
    second.start()

    ended = end_of(second)

    assert ended.status == 0, ended.stderr
    found = describe(world, case, name)
    assert found is not None
    if case.kind == "Endpoint":
        assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", f"{CONFIG}-2")
    else:
        expression = found["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"]
        assert (found["MonitoringScheduleStatus"], expression) == ("Scheduled", "cron(0 0 ? * * *)")
    assert len(updates(world, case, name)) == 1


def rolls_back(world: World, case: Case) -> None:
    """An update that the endpoint does not survive is a failed step; what served before still serves."""
    name = name_of(case, "rolls-back")
    first = task_of(world, case, "rolls-back")
    first.start()
    assert end_of(first).status == 0, first.programs[-1].stderr
    second = task_of(world, case, "rolls-back", endpoint_config_name=f"{CONFIG}-broken")
    second.start()

    ended = end_of(second)

    assert ended.status != 0, ended.stderr
    found = describe(world, case, name)
    assert found is not None
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", CONFIG)


def is_deleted_by_others(world: World, case: Case) -> None:
    """Whoever deletes the custom resource of a running job stops it, and fails the step."""
    name = name_of(case, "by-others")
    task = task_of(world, case, "by-others", "last")
    starts_long_job(world, case, task, name)
    found = object_of(world, case, name)
    assert found is not None

    world.admin.delete(f"/apis/{found['apiVersion']}/namespaces/pipelines/{world.cluster.plural(case.kind)}/"
                       f"{found['metadata']['name']}")

    ended = end_of(task)
    assert ended.status != 0, ended.stderr
    assert "delete" in ended.stderr
    eventually(lambda: status(world, case, name) == "Stopped", f"{name} is stopped")


def is_denied(world: World, case: Case) -> None:
    """What the controller may not do fails the step with AWS's words, and is not tried for ever."""
    _is_refused(world, case, "denied", "access_denied", "not authorized")


def meets_quota(world: World, case: Case) -> None:
    _is_refused(world, case, "quota", "capacity", "")


def _is_refused(world: World, case: Case, scenario: str, kind_of_fault: str, words: str) -> None:
    name = name_of(case, scenario)
    fault(world, operation=f"Create{case.kind}", name=name, fault=kind_of_fault)
    task = task_of(world, case, scenario)
    task.start()

    ended = end_of(task)

    assert ended.status != 0, ended.stderr
    assert words in ended.stderr
    eventually(lambda: object_of(world, case, name) is None, f"the custom resource of {name} is taken back")
    assert creations(world, case, name) == []


def waits_for_quota(world: World, case: Case) -> None:
    """With wait_for_capacity, a quota that is free later is waited for."""
    name = name_of(case, "waits")
    fault(world, operation=f"Create{case.kind}", name=name, fault="capacity", count=4)
    task = task_of(world, case, "waits", wait_for_capacity=600)
    task.start()

    ended = end_of(task)

    assert ended.status == 0, ended.stderr
    assert len(creations(world, case, name)) == 1


def is_invalid(world: World, case: Case) -> None:
    """What only AWS can see to be wrong (the model is not there) fails the step; the controller would try for ever."""
    name = name_of(case, "invalid")
    task = task_of(world, case, "invalid", model_name="nowhere")
    task.start()

    ended = end_of(task)

    assert ended.status != 0, ended.stderr
    assert "Could not find model" in ended.stderr
    eventually(lambda: object_of(world, case, name) is None, f"the custom resource of {name} is taken back")
