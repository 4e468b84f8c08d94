"""The API server, its connections and the controller go away and come back while steps wait. One after another."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import yaml

from .eventually import eventually
from .kinds import CASES
from .relay import Relay
from .scenarios import creations, end_of, fault, name_of, status, task_of
from .step import Step
from .world import World

JOBS = [CASES[kind] for kind in ("TrainingJob", "ProcessingJob")]
TRAINING = CASES["TrainingJob"]
HELD = 15
"""Seconds that a training job stays in its first status, while the trouble lasts."""


def held(world: World, scenario: str) -> Step:
    """A step that waits for a training job, which takes its time."""
    name = name_of(TRAINING, scenario)
    fault(world, job=name, fault="slow", status="Downloading", seconds=HELD)
    task = task_of(world, TRAINING, scenario)
    process = task.start()
    eventually(lambda: "InProgress" in process.stderr or not process.runs, f"the step waits for {name}")
    assert process.runs, process.stderr
    return task


def has_gone_on(world: World, task: Step, scenario: str) -> None:
    ended = end_of(task)
    assert ended.status == 0, ended.stderr
    assert task.parameter("training_job_status") == "Completed"
    assert len(creations(world, TRAINING, name_of(TRAINING, scenario))) == 1


def test_the_api_server_is_killed_and_started_again(world: World) -> None:
    task = held(world, "killed")

    world.cluster.kill_api_server()
    eventually(lambda: world.cluster.api_server is not None and not world.cluster.api_server.runs, "it is gone")
    world.cluster.start_api_server()

    has_gone_on(world, task, "killed")


def test_the_api_server_is_away_when_the_job_ends(world: World) -> None:
    task = held(world, "missed")
    world.cluster.kill_api_server()
    eventually(lambda: status(world, TRAINING, name_of(TRAINING, "missed")) == "Completed", "the job ends")

    world.cluster.start_api_server()

    has_gone_on(world, task, "missed")


def test_a_step_starts_while_the_api_server_is_away(world: World) -> None:
    world.cluster.kill_api_server()
    task = task_of(world, TRAINING, "no-server")
    process = task.start()
    eventually(lambda: "trying again" in process.stderr or not process.runs, "the step finds no server")
    assert process.runs, process.stderr

    world.cluster.start_api_server()

    has_gone_on(world, task, "no-server")


def test_the_watch_is_cut_again_and_again(world: World, tmp_path: Path) -> None:
    with Relay(world.cluster.port) as relay:
        config = yaml.safe_load(world.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{relay.port}"
        (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
        name = name_of(TRAINING, "cut")
        fault(world, job=name, fault="slow", status="Downloading", seconds=HELD)
        task = task_of(world, TRAINING, "cut")
        process = task.start(KUBECONFIG=str(tmp_path / "kubeconfig"))
        eventually(lambda: "InProgress" in process.stderr or not process.runs, "the step waits")
        for _ in range(3):
            before = relay.connections
            relay.cut()
            eventually(lambda before=before: relay.connections > before, "the step connects again")

        has_gone_on(world, task, "cut")


def test_the_controller_is_stopped_and_started_again(world: World) -> None:
    assert world.controller is not None
    task = held(world, "controller")
    world.controller.end()
    eventually(lambda: status(world, TRAINING, name_of(TRAINING, "controller")) == "Completed", "the job ends unseen")
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


@pytest.mark.parametrize("number", [signal.SIGTERM], ids=["SIGTERM"])
def test_a_step_is_terminated_while_the_controller_is_away(world: World, number: int) -> None:
    """The custom resource is taken back at once; the job is stopped as soon as there is a controller again."""
    assert world.controller is not None
    name = name_of(TRAINING, "orphan")
    task = task_of(world, TRAINING, "orphan", "last")
    process = task.start()
    eventually(lambda: creations(world, TRAINING, name), "the job is created")
    eventually(lambda: "InProgress" in process.stderr, "the step has seen it")
    world.controller.end()

    process.send(number)

    assert end_of(task).status == 143
    world.controller = world.start_controller()
    eventually(lambda: status(world, TRAINING, name) == "Stopped", "the job is stopped")
