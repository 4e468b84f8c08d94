"""The requests of components that succeed older ones equal those recorded from them, except where the old way was wrong.

An empty text, list or object counts as absent, and numbers compare numerically. A case with ``violations`` must be refused
naming each member; one with ``deviation`` is where the old behaviour was wrong, and ``DEVIATIONS`` says what is right.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.prepare import Prepared, prepare
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.names import canonical

_CASES = json.loads((Path(__file__).parents[2] / "data" / "request_cases.json").read_text())
CASES = {f"{case['component']}:{case['id']}": case for case in _CASES
         if f"{case['version']}/{case['component']}" in component_ids("v1")}

_US_WEST_2_SEQ2SEQ = {"AlgorithmSpecification": {"TrainingImage": "433757028032.dkr.ecr.us-west-2.amazonaws.com/seq2seq:1"}}
#: What is right where the recorded request is not: members that differ from the recorded ones, or the inputs refused.
#: The numbers are those of the list of the older components' defects (legacy_components, section 7).
DEVIATIONS: dict[str, dict[str, Any] | tuple[str, ...]] = {
    "ground_truth:public_workforce_price_0_036": {},
    # 30
    "ground_truth:public_workforce_price_0_29": {"HumanTaskConfig": {
        "PublicWorkforceTaskPrice": {"AmountInUsd": {"Dollars": 0, "Cents": 29, "TenthFractionsOfACent": 0}}}},
    # 31
    "ground_truth:text_classification_auto_no_initial_model": {"LabelingJobAlgorithmsConfig": {
        "LabelingJobAlgorithmSpecificationArn":
            "arn:aws:sagemaker:us-west-2:027400017018:labeling-job-algorithm-specification/text-classification"}},
    # 32
    "ground_truth:no_job_name_label_attribute_empty": {"LabelAttributeName": "image-classification"},
    "ground_truth:label_attr_invalid_suffix_logged_only": ("label_attribute_name",),
    "ground_truth:custom_task_missing_lambdas_logged_only": ("pre_human_task_function", "post_human_task_function"),
    "ground_truth:unknown_task_logged_only": ("task_type",),
    "ground_truth:semantic_segmentation_auto_unsupported": ("enable_auto_labeling",),  # 33
    # 25
    "workteam:unit:WorkteamComponent.test_create_workteam_job#0": ("user_pool", "user_groups", "client_id"),
    "workteam:unit:WorkteamComponent.test_create_workteam_job_most_arguments#1": ("user_pool", "user_groups", "client_id"),
    # 5 (the old config is only deleted when that is asked for, and later), 36
    "deploy:update_existing_endpoint": {
        "CreateEndpointConfig": {"EndpointConfigName": "wanted-config"},
        "UpdateEndpoint": {"EndpointConfigName": "wanted-config"},
        "DeleteEndpointConfig": None,
    },
    "deploy:zero_weight_and_count_fall_back_to_default": ("initial_instance_count_1",),  # 35
    "deploy:err_tags_key_error": {},  # 12
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


#: A name that an older component made up at the time at which the cases were recorded.
_GENERATED = re.compile(r"(?P<prefix>[A-Za-z]+)-?20200102030405-AAAA")


def _prepared(name: str) -> Prepared:
    case = CASES[name]
    return prepare(find_face(f"{case['version']}/{case['component']}"), case["inputs"])


def _request(name: str) -> tuple[str, dict[str, Any]]:
    (call,) = _prepared(name).calls
    return call.operation, dict(call.request)


def _merged(recorded: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
    """What is right over what was recorded, objects member by member."""
    return {**recorded, **{member: {**recorded.get(member, {}), **value} if isinstance(value, dict) else value
                           for member, value in right.items()}}


def test_every_deviating_case_is_stated() -> None:
    """The others that are stated are requests that botocore refused to send, and one whose defects the case does not name."""
    deviating = {name for name, case in CASES.items() if "deviation" in case}
    others = {name for name, case in CASES.items() if "client_side_rejections" in case} | {"deploy:update_existing_endpoint"}

    assert deviating <= set(DEVIATIONS) <= deviating | others


@pytest.mark.parametrize("name", _EQUAL)
def test_request_equals_the_recorded_one(name: str) -> None:
    case = CASES[name]
    requests = {operation: dict(request) for operation, request in _prepared(name).requests.items()}
    right = DEVIATIONS.get(name, {})
    assert isinstance(right, dict)
    recorded, several = case["expected_request"], isinstance(case["api"], list)
    right = _merged(recorded, right)
    # Of what is created or updated one request is sent, whichever fits what is there.
    expected = {operation: right[operation] for operation in case["api"] if right[operation]} if several else {
        case["api"]: right}
    assert several or list(requests) == [case["api"]]
    for operation, request in expected.items():
        made = requests[operation]
        for member, value in request.items():
            generated = isinstance(value, str) and _GENERATED.fullmatch(value)
            if generated and case.get("generated_name"):
                assert made[member].startswith(f"{generated['prefix']}-")
                made[member] = value
        assert canonical(made) == canonical(request)


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
