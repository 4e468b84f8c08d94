"""The lives of all kinds of resource, from a component's process to a job that runs. All scenarios run at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from . import scenarios
from .kinds import CASES, JOBS, RECORDS, SERVICES, STATES, Case
from .world import World

AT_ONCE = 12
Scenario = Callable[[World, Case], None]
TRAINING, TRANSFORM, LABELING, MODEL, ENDPOINT = (
    CASES[kind] for kind in ("TrainingJob", "TransformJob", "LabelingJob", "Model", "Endpoint"))

SCENARIOS: list[tuple[Scenario, Case]] = [
    *((scenarios.succeeds, case) for case in CASES.values()),
    *((scenarios.fails, case) for case in JOBS),
    *((scenarios.is_stopped, case) for case in JOBS),
    *((scenarios.goes_on, case) for case in (*JOBS, *RECORDS, *SERVICES)),
    *((scenarios.is_repeated, case) for case in (*RECORDS, *SERVICES)),
    *((scenarios.differs, case) for case in RECORDS),
    *((scenarios.is_removed, case) for case in (*RECORDS, *SERVICES, *STATES) if case.kind not in (
        "PipelineExecution", "ModelPackage")),  # an execution has a record for ever; a package's name is not in its fields
    *((scenarios.is_updated, case) for case in SERVICES),
    *((scenarios.is_taken, case) for case in (TRAINING, MODEL)),
    *((scenarios.is_denied, case) for case in (TRAINING, MODEL, ENDPOINT)),
    *((scenarios.meets_quota, case) for case in (TRAINING, MODEL, ENDPOINT)),
    (scenarios.waits_for_quota, TRAINING),
    (scenarios.is_invalid, TRANSFORM),
    (scenarios.rolls_back, ENDPOINT),
    (scenarios.is_deleted_by_others, TRAINING),
    (scenarios.is_left, TRAINING),
    (scenarios.is_stopped_while_it_initializes, LABELING),
]
BY_NAME = {f"{scenario.__name__}-{case.kind}": (scenario, case) for scenario, case in SCENARIOS}


@pytest.fixture(scope="module")
def running(world: World, request: pytest.FixtureRequest) -> Iterator[Mapping[str, Future[None]]]:
    """The scenarios that are asked for, started all together."""
    asked = [item.callspec.params["name"] for item in request.session.items
             if item.path == request.path and hasattr(item, "callspec")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {name: pool.submit(BY_NAME[name][0], world, BY_NAME[name][1]) for name in asked}


@pytest.mark.parametrize("name", BY_NAME)
def test_scenario(running: Mapping[str, Future[None]], name: str) -> None:
    running[name].result()
