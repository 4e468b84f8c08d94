"""What the failed attempts of a moved step left in S3 is not among the results of the one that succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import case_of
from comparison import problems
from conversions import moved
from runs import Lab, compiled
from sagemaker_local.fault_rules import parse_rules

CASE = case_of("failures-retried_with_files")


@pytest.fixture
def faults(lab: Lab) -> Iterator[Lab]:
    yield lab
    lab.sagemaker.faults.clear()


def test_a_program_that_fails_at_first_leaves_what_it_leaves_in_the_cluster(lab: Lab, tmp_path: Path) -> None:
    found = problems(lab, CASE, tmp_path)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("service", ["processing", "training"])
def test_a_job_that_fails_when_its_outputs_are_in_s3(faults: Lab, service: str, tmp_path: Path) -> None:
    """As one whose upload breaks off; the program itself does not fail."""
    faults.sagemaker.faults.add(parse_rules([{"fault": "job_failure", "status": "Uploading", "count": 1}]))
    pipeline = moved(compiled(CASE.source, CASE.pipeline, tmp_path), tmp_path / "moved.yaml", service)
    run = faults.observed_run(pipeline, {"failures": 0}, f"uploaded-{service}")
    assert run.trace == ("another-file!", "another-file"), run.progress
    assert run.jobs == {f"Create{service.capitalize()}Job": 2}
    assert run.values() == {"another-file.Output": 2}
    assert run.steps[-1].artifacts["data"].files == {"attempt-2": b"some data"}, run.progress
