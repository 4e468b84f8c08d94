"""Names of members in any spelling become the API's."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.service_model.model import input_shape
from kfp_sagemaker.service_model.spelling import SpelledTwice, api_spelling, letters_and_digits

TRAINING = input_shape("CreateTrainingJob")


@pytest.mark.parametrize("name", ["RoleArn", "roleARN", "roleArn", "role_arn", "ROLE-ARN"])
def test_what_spellings_have_in_common(name: str) -> None:
    assert letters_and_digits(name) == "rolearn"


@pytest.mark.parametrize(("given", "expected"), [
    ({"roleARN": "r"}, {"RoleArn": "r"}),
    ({"RoleArn": "r"}, {"RoleArn": "r"}),
    ({"outputDataConfig": {"s3OutputPath": "p", "kmsKeyID": "k"}},
     {"OutputDataConfig": {"S3OutputPath": "p", "KmsKeyId": "k"}}),
    ({"inputDataConfig": [{"channelName": "c"}]}, {"InputDataConfig": [{"ChannelName": "c"}]}),
    ({"hyperParameters": {"roleARN": "kept"}}, {"HyperParameters": {"roleARN": "kept"}}),
    ({"trainingImage": "no member here"}, {"trainingImage": "no member here"}),
    ({"outputDataConfig": "no object"}, {"OutputDataConfig": "no object"}),
    ([], []),
])
def test_at_every_depth(given: Any, expected: Any) -> None:
    assert api_spelling(given, TRAINING) == expected


def test_one_member_twice() -> None:
    with pytest.raises(SpelledTwice, match="RoleArn is given twice, once as roleARN"):
        api_spelling({"RoleArn": "a", "roleARN": "b"}, TRAINING)


def test_no_two_members_of_a_structure_have_the_same_letters() -> None:
    """Else a spelling could mean either."""
    seen: set[str] = set()

    def check(shape: Any) -> None:
        if shape.type_name == "structure" and shape.name not in seen:
            seen.add(shape.name)
            assert len({letters_and_digits(member) for member in shape.members}) == len(shape.members)
            for inner in shape.members.values():
                check(inner)
        for inner in (getattr(shape, "member", None), getattr(shape, "value", None)):
            if inner is not None:
                check(inner)

    for operation in ("CreateTrainingJob", "CreateHyperParameterTuningJob", "CreateModelPackage", "CreateEndpoint"):
        check(input_shape(operation))
