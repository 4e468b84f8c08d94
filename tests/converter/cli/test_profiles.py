"""kfp-sagemaker profiles: instance types by size, and the first that holds a request."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from kfp_sagemaker_converter.cli.profiles import profiles


def lines(*arguments: str) -> list[str]:
    result = CliRunner().invoke(profiles, arguments)
    assert result.exit_code == 0, result.output
    return list(result.output.splitlines())


def test_a_line_says_size_and_use() -> None:
    assert lines("m5.xlarge")[0].split() == ["ml.m5.xlarge", "4", "16", "processing", "training"]
    assert lines("p4d")[0].split() == ["ml.p4d.24xlarge", "96", "1152", "8", "A100", "training"]


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ((), "ml.t3.medium"),
        (("--cpu", "4", "--memory", "16Gi"), "ml.m5.xlarge"),
        (("--accelerator", "nvidia-l4"), "ml.g6.xlarge"),
        (("--accelerator", "nvidia-h100-80gb", "--accelerators", "8"), "ml.p5.48xlarge"),
        (("--gpu", "--service", "processing"), "ml.g4dn.xlarge"),
        (("--accelerator", "aws.amazon.com/neuron"), "ml.trn1.2xlarge"),
    ],
)
def test_the_smallest_comes_first(arguments: tuple[str, ...], first: str) -> None:
    assert lines(*arguments)[0].split()[0] == first


def test_json_has_every_column() -> None:
    (row,) = json.loads("\n".join(lines("ml.g5.xlarge", "--json")))
    assert (row["name"], row["vcpus"], row["accelerator"]) == ("ml.g5.xlarge", 4, "A10G")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--memory", "lots"), 2, "'lots' is no quantity"),
        (("--accelerator", "tpu-v3"), 2, "no counterpart"),
        (("nothing-like-it",), 1, "no instance type is like that"),
    ],
)
def test_what_cannot_be_listed(arguments: tuple[str, ...], status: int, said: str) -> None:
    result = CliRunner().invoke(profiles, arguments)
    assert (result.exit_code, said in result.output) == (status, True)
