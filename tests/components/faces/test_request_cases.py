"""The requests of components that succeed older ones equal those recorded from them, except where the old way was wrong.

An empty text, list or object counts as absent, and numbers compare numerically. A case with ``violations`` must be refused
naming each member; one with ``deviation`` is where the old behaviour was wrong, and ``DEVIATIONS`` says what is right.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.names import canonical

_CASES = json.loads((Path(__file__).parents[2] / "data" / "request_cases.json").read_text())
CASES = {f"{case['component']}:{case['id']}": case for case in _CASES
         if f"{case['version']}/{case['component']}" in component_ids()}

_US_WEST_2_SEQ2SEQ = {"AlgorithmSpecification": {"TrainingImage": "433757028032.dkr.ecr.us-west-2.amazonaws.com/seq2seq:1"}}
#: What is right where the recorded request is not: members that differ from the recorded ones, or the inputs refused.
#: The numbers are those of the list of the older components' defects (legacy_components, section 7).
DEVIATIONS: dict[str, dict[str, Any] | tuple[str, ...]] = {
    "train:algorithm_builtin_xgboost": {},  # 16
    "train:err_hyperparameter_not_string": {},  # 43
    # 2
    "train:vpc_partial_subnets_only_dropped": ("vpc_security_group_ids",),
    "train:vpc_spaces_not_trimmed": {
        "VpcConfig": {"SecurityGroupIds": ["sg-1", "sg-2"], "Subnets": ["subnet-1", "subnet-2"]}},
    # 8
    "train:zero_instance_count_uses_template_default": ("instance_count", "max_run_time"),
    "train:unit:TrainingComponent.test_first_party_algorithm#2": {},
    "train:unit:TrainingComponent.test_known_algorithm_key#5": _US_WEST_2_SEQ2SEQ,
    "train:unit:TrainingComponent.test_known_algorithm_value#6": _US_WEST_2_SEQ2SEQ,
    "process:multi_output_feature_store": {},  # 14
    # Hyperband is a strategy; what is missing is still refused.
    "hyperparameter_tuning:err_bad_strategy": (
        "role", "image", "channels", "output_location", "metric_name", "metric_type", "max_num_jobs", "max_parallel_jobs"),
    "hyperparameter_tuning:unit:TuningComponent.test_first_party_algorithm#4": {},
    "hyperparameter_tuning:unit:TuningComponent.test_known_algorithm_value#6": {},
}
_REFUSED = [name for name, case in CASES.items() if case.get("refused") and "deviation" not in case]
_VIOLATING = [name for name, case in CASES.items() if case.get("violations") and "deviation" not in case]
_EQUAL = [name for name, case in CASES.items() if "expected_request" in case and name not in _VIOLATING
          and not isinstance(DEVIATIONS.get(name), tuple)]


def _request(name: str) -> tuple[str, dict[str, Any]]:
    case = CASES[name]
    prepared = prepare(find_face(f"{case['version']}/{case['component']}"), case["inputs"])
    (call,) = prepared.calls
    return call.operation, dict(call.request)


def test_every_deviating_case_is_stated() -> None:
    assert {name for name, case in CASES.items() if "deviation" in case} == set(DEVIATIONS)


@pytest.mark.parametrize("name", _EQUAL)
def test_request_equals_the_recorded_one(name: str) -> None:
    case = CASES[name]
    operation, request = _request(name)
    right = DEVIATIONS.get(name, {})
    assert isinstance(right, dict)
    expected = case["expected_request"]
    for member, value in right.items():
        expected = {**expected, member: {**expected.get(member, {}), **value}}
    if case.get("generated_name"):
        (member,) = [resource.name_member for resource in find_face(f"{case['version']}/{case['component']}").resources
                     if resource.create == operation]
        prefix = expected.pop(member).partition("-")[0]
        assert request.pop(member).startswith(f"{prefix}-")
    assert operation == case["api"]
    assert canonical(request) == canonical(expected)


@pytest.mark.parametrize("name", _REFUSED)
def test_what_was_refused_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        _request(name)


@pytest.mark.parametrize("name", _VIOLATING)
def test_what_the_service_model_forbids_is_refused_naming_each_member(name: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        _request(name)
    for violation in CASES[name]["violations"]:
        assert violation.partition(":")[0] in str(raised.value)


@pytest.mark.parametrize(("name", "inputs"), [(name, right) for name, right in DEVIATIONS.items() if isinstance(right, tuple)])
def test_what_was_dropped_or_replaced_is_refused(name: str, inputs: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as raised:
        _request(name)
    assert {violation.input for violation in raised.value.violations} == set(inputs)


def test_xgboost_has_an_image() -> None:
    _, request = _request("train:algorithm_builtin_xgboost")
    assert "/sagemaker-xgboost:" in request["AlgorithmSpecification"]["TrainingImage"]


def test_numbers_in_hyperparameters_are_encoded() -> None:
    _, request = _request("train:err_hyperparameter_not_string")
    assert request["HyperParameters"] == {"k": "10"}


def test_checkpoints_without_spot_are_sent() -> None:
    """Defect 44: they were dropped."""
    inputs = {**CASES["train:full_rich"]["inputs"], "checkpoint_config": {"S3Uri": "s3://b/checkpoints"}}
    (call,) = prepare(find_face("v1/train"), inputs).calls
    assert call.request["CheckpointConfig"] == {"S3Uri": "s3://b/checkpoints"}
