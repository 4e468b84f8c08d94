"""The API server, its connections and the controller go away and come back while steps wait. One after another."""

from __future__ import annotations

import signal
from pathlib import Path

import yaml

from .eventually import eventually
from .kinds import CASES
from .relay import Relay
from .scenario_parts import creations, end_of, name_of, starts_long_job, status, task_of
from .step import Step
from .world import World

JOBS = [CASES[kind] for kind in ("TrainingJob", "ProcessingJob")]
TRAINING = CASES["TrainingJob"]


def waiting(world: World, scenario: str, **environment: str) -> Step:
    """A step that waits for a training job, which runs until ``end_job`` and counts as a success then."""
    task = task_of(world, TRAINING, scenario, "last", stopped_is="succeeded")
    process = starts_long_job(world, TRAINING, task, name_of(TRAINING, scenario), **environment)
    eventually(lambda: "InProgress" in process.stderr or not process.runs, f"the step waits for {scenario}")
    assert process.runs, process.stderr
    return task


def end_job(world: World, scenario: str) -> None:
    """The job ends, by somebody who stops it in SageMaker."""
    name = name_of(TRAINING, scenario)
    world.aws().stop_training_job(TrainingJobName=name)
    eventually(lambda: status(world, TRAINING, name) == "Stopped", "the job ends")


def has_gone_on(world: World, task: Step, scenario: str, end: str = "Stopped") -> None:
    ended = end_of(task)
    assert ended.status == 0, ended.stderr
    assert task.parameter("training_job_status") == end
    assert len(creations(world, TRAINING, name_of(TRAINING, scenario))) == 1


def test_the_api_server_is_killed_and_started_again(world: World) -> None:
    task = waiting(world, "killed")

    world.cluster.kill_api_server()
    eventually(lambda: world.cluster.api_server is not None and not world.cluster.api_server.runs, "it is gone")
    world.cluster.start_api_server()
    end_job(world, "killed")

    has_gone_on(world, task, "killed")


def test_the_api_server_is_away_when_the_job_ends(world: World) -> None:
    task = waiting(world, "missed")
    world.cluster.kill_api_server()
    end_job(world, "missed")

    world.cluster.start_api_server()

    has_gone_on(world, task, "missed")


def test_a_step_starts_while_the_api_server_is_away(world: World) -> None:
    world.cluster.kill_api_server()
    task = task_of(world, TRAINING, "no-server")
    process = task.start()
    eventually(lambda: "trying again" in process.stderr or not process.runs, "the step finds no server")
    assert process.runs, process.stderr

    world.cluster.start_api_server()

    has_gone_on(world, task, "no-server", "Completed")


def test_the_watch_is_cut_again_and_again(world: World, tmp_path: Path) -> None:
    with Relay(world.cluster.port) as relay:
        config = yaml.safe_load(world.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{relay.port}"
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
        task = waiting(world, "cut", KUBECONFIG=str(tmp_path / "kubeconfig"))
        for _ in range(3):
            before = relay.connections
            relay.cut()
            eventually(lambda before=before: relay.connections > before, "the step connects again")
        end_job(world, "cut")

        has_gone_on(world, task, "cut")


def test_the_controller_is_stopped_and_started_again(world: World) -> None:
    assert world.controller is not None
    task = waiting(world, "controller")
    world.controller.end()
    end_job(world, "controller")
    assert task.programs[0].runs

    world.controller = world.start_controller()

    has_gone_on(world, task, "controller")


def test_no_controller_is_said_to_be_so(world: World) -> None:
    """A step does not wait for ever for one that is not there; nothing is left for one that comes later."""
    assert world.controller is not None
    world.controller.end()
    tasks = {case.kind: task_of(world, case, "nobody") for case in JOBS}
    for task in tasks.values():
        task.start(KFP_SAGEMAKER_CONTROLLER_TIMEOUT="10")

    for task in tasks.values():
        ended = end_of(task)
        assert ended.status != 0
        assert "controller" in ended.stderr

    world.controller = world.start_controller()
    for case in JOBS:
        again = task_of(world, case, "afterwards")
        again.start()
        assert end_of(again).status == 0, again.programs[-1].stderr
        assert creations(world, case, name_of(case, "nobody")) == []


def test_a_step_is_terminated_while_the_controller_is_away(world: World) -> None:
    """The custom resource is taken back at once; the job is stopped as soon as there is a controller again."""
    assert world.controller is not None
    task = waiting(world, "orphan")
    world.controller.end()

    task.programs[-1].send(signal.SIGTERM)

    assert end_of(task).status == 143
    world.controller = world.start_controller()
    eventually(lambda: status(world, TRAINING, name_of(TRAINING, "orphan")) == "Stopped", "the job is stopped")
