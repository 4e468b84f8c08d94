"""The form of a fault script: what is accepted, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sagemaker_local.fault_rules import FaultScriptError, Rule, load_rules, parse_rules


def test_a_script_is_a_yaml_list(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(
        """
        - {operation: CreateTrainingJob, fault: throttle, count: 2}
        - {operation: "Describe*", fault: server_error, probability: 0.1}
        - {job: "train-*", fault: job_failure, reason: "AlgorithmError: bad data"}
        - {job: "train-*", fault: job_failure, status: Uploading}
        - {fault: spot_interruption, after: 3}
        """
    )
    assert load_rules(path) == [
        Rule("throttle", operation="CreateTrainingJob", count=2),
        Rule("server_error", operation="Describe*", probability=0.1),
        Rule("job_failure", job="train-*", reason="AlgorithmError: bad data"),
        Rule("job_failure", job="train-*", status="Uploading"),
        Rule("spot_interruption", job="*", after=3),
    ]


def test_an_empty_script_has_no_rules(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("# nothing yet\n")
    assert load_rules(path) == []


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ("throttle", "expected a mapping such as"),
        ({"operation": "x"}, "fault is None; known are access_denied, capacity"),
        ({"fault": ["throttle"], "operation": "x"}, "fault is ['throttle']; known are"),
        ({"fault": "throttle"}, "operation is required with the fault throttle"),
        ({"fault": "throttle", "job": "x"}, "the fault throttle strikes calls: give operation, not job"),
        ({"fault": "slow", "operation": "x"}, "seconds is required with the fault slow"),
        ({"fault": "slow", "job": "x", "seconds": 1}, "status is required with the fault slow"),
        ({"fault": "spot_interruption"}, "after is required with the fault spot_interruption"),
        ({"fault": "throttle", "operation": "x", "seconds": 1}, "'seconds' is not a key of the fault throttle; those are"),
        ({"fault": "throttle", "operation": "x", "count": "2"}, "count is '2'; expected int"),
        ({"fault": "throttle", "operation": "x", "count": True}, "count is True; expected int"),
        ({"fault": "throttle", "operation": "x", "count": -1}, "count is -1; it cannot be negative"),
        ({"fault": "throttle", "operation": "x", "probability": 2}, "probability is 2; it lies between 0 and 1"),
        ({"fault": "job_failure", "operation": "x"}, "the fault job_failure strikes jobs: give job, not operation"),
        ({"fault": "job_failure", "status": "Training"}, "status is 'Training'; a job can fail in Starting or Uploading"),
    ],
)
def test_a_mistake_is_named_with_its_entry(entry: Any, mistake: str) -> None:
    good = {"fault": "throttle", "operation": "x"}
    with pytest.raises(FaultScriptError) as caught:
        parse_rules([good, entry])
    assert str(caught.value).startswith("Rule 2: ")
    assert mistake in str(caught.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(FaultScriptError) as caught:
        parse_rules([{"fault": "x"}, {"fault": "throttle"}, {"fault": "throttle", "operation": "y", "count": -1, "color": 1}])
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["Rule 1", "Rule 2", "Rule 3", "Rule 3"]


@pytest.mark.parametrize("text", ["{fault: throttle", "rules: []"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(text)
    with pytest.raises(FaultScriptError):
        load_rules(path)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultScriptError, match=r"absent\.yaml cannot be read"):
        load_rules(tmp_path / "absent.yaml")
