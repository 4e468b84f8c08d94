"""References of images that a spec may carry."""

from __future__ import annotations

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.generate.image_reference import DEFAULT_IMAGE, checked_image

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize("reference", [
    DEFAULT_IMAGE,
    "kfp-sagemaker:latest",
    "localhost:5000/kfp-sagemaker:1",
    "localhost/kfp-sagemaker:1",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com/ml/kfp-sagemaker:0.1.0-rc1",
    f"registry.example.com/kfp-sagemaker@{DIGEST}",
    f"registry.example.com/kfp_sagemaker:1@{DIGEST}",
])
def test_accepted(reference: str) -> None:
    assert checked_image(reference, "--image") == reference


@pytest.mark.parametrize("reference", [
    "", "kfp-sagemaker", "registry.example.com:5000/kfp-sagemaker", "KFP:1", "a b:1", "a:1\n", "a: 1", "a:", ":1", "a/:1",
    "/a:1", "https://registry.example.com/a:1", "a@sha256:abc", "a:1}", f"a:{'t' * 129}", f"{'a' * 260}:1", "é:1",
])
def test_refused_naming_option_and_value(reference: str) -> None:
    with pytest.raises(InvalidInput, match=r"--image = .*not an image"):
        checked_image(reference, "--image")
