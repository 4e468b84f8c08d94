"""``kfp-sagemaker iam``: the policy as JSON on stdout."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.iam import policy

ROLE = "arn:aws-cn:iam::111122223333:role/path/SageMaker"


def test_prints_the_policy_of_all_components() -> None:
    result = CliRunner().invoke(main, ["iam", "v1/train", "v1/model", "v1/train"])
    assert json.loads(result.stdout) == policy([find_face("v1/train"), find_face("v1/model")])


def test_options_limit_it() -> None:
    arguments = ["iam", "v1/train", "--region", "cn-north-1", "--account", "111122223333", "--role", ROLE, "--stop"]
    expected = policy(
        [find_face("v1/train")], partition="aws-cn", region="cn-north-1", account="111122223333", roles=(ROLE,), stop=True)
    assert json.loads(CliRunner().invoke(main, arguments).stdout) == expected


@pytest.mark.parametrize(("arguments", "told"), [
    (["v1/trian"], "v1/trian: no such component"),
    (["v1/train", "--region", "mars"], "--region = 'mars'"),
    (["v1/train", "--account", "12"], "--account = '12': not an account: 12 digits"),
    (["v1/train", "--role", "SageMaker"], "--role = 'SageMaker': not an ARN of an IAM role"),
    (["v1/train", "--assume-role", "x", "--role", "y"], "--role = 'y'"),
])
def test_refusals(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["iam", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr
