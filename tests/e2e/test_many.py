"""Two hundred resources of mixed kinds at once, each by a step of its own: none is lost, none is made twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from .eventually import eventually
from .kinds import CASES, Case
from .scenario_parts import creations, end_of, name_of, status, task_of
from .world import NAMESPACE, World

STEPS = 200
AT_ONCE = 24
"""Processes at a time, for the memory of a small machine; all resources are there at the end."""
KINDS = ("Model", "ModelPackageGroup", "EndpointConfig", "DataQualityJobDefinition", "FeatureGroup", "ModelBiasJobDefinition",
         "Pipeline", "ModelQualityJobDefinition", "MonitoringSchedule", "ModelExplainabilityJobDefinition")
JOBS = ("TrainingJob", "ProcessingJob")
JOB_EVERY = 20
"""Of so many steps, one runs a job: a container costs more than anything else here."""


def cases() -> list[tuple[int, Case]]:
    kinds = [JOBS[number // JOB_EVERY % len(JOBS)] if number % JOB_EVERY == 0 else KINDS[number % len(KINDS)]
             for number in range(STEPS)]
    return [(number, CASES[kind]) for number, kind in enumerate(kinds)]


def test_two_hundred_at_once(world: World) -> None:
    def run(number: int, case: Case) -> int:
        task = task_of(world, case, f"of-many-{number}")
        task.start()
        ended = end_of(task)
        assert ended.status == 0, ended.stderr
        return ended.status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(lambda each: run(*each), cases()))

    assert Counter(ended) == {0: STEPS}
    for number, case in cases():
        name = name_of(case, f"of-many-{number}")
        assert len(creations(world, case, name)) == 1, name
    there = Counter(item["kind"] for item in world.cluster.objects(NAMESPACE)
                    if any("of-many-" in str(value) for value in item["spec"].values()))
    assert there == Counter(case.kind for _, case in cases())
    for number, case in cases():
        if case.status:
            name = name_of(case, f"of-many-{number}")
            eventually(lambda case=case, name=name: status(world, case, name) == case.status, name)
