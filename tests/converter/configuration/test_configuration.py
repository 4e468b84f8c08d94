"""What a configuration says about one step, and which image runs in place of another."""

from __future__ import annotations

import pytest
from kfp_sagemaker_converter.configuration.configuration import Configuration, Job, StepRule
from kfp_sagemaker_converter.source import Location

AT = Location("kfp-sagemaker.yaml", 1)
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror"


def test_without_rules_a_step_has_the_defaults() -> None:
    settings = Configuration(defaults=Job(volume_size=50), tags={"team": "a"}).for_step(["train"], "python:3.11")
    assert settings.job == Job(instance_type="ml.m5.large", volume_size=50, tags={"team": "a"})
    assert (settings.placement, settings.fixed_instance_type, settings.rules) == ("", "", ())


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (StepRule(AT, name="train"), True),
        (StepRule(AT, name="tr*"), True),
        (StepRule(AT, name="exec-train"), True),
        (StepRule(AT, name="rain"), False),
        (StepRule(AT, name="Train"), False),
        (StepRule(AT, image="*/torch:*"), True),
        (StepRule(AT, image="torch:*"), False),
        (StepRule(AT, name="train", image="python:*"), False),
        (StepRule(AT, name="train", image="*torch*"), True),
    ],
)
def test_a_rule_matches_by_name_and_image(rule: StepRule, matches: bool) -> None:
    assert rule.matches(["train", "exec-train"], "registry.io/torch:2") is matches


def test_later_rules_override_earlier_ones_and_the_defaults() -> None:
    configuration = Configuration(
        defaults=Job(instance_type="ml.m5.xlarge", max_run_time=60),
        steps=(
            StepRule(AT, name="*", placement="keep", job=Job(instance_type="ml.g4dn.xlarge", tags={"a": "1", "b": "1"})),
            StepRule(AT, name="train", placement="move", job=Job(volume_size=9, tags={"b": "2"})),
            StepRule(AT, name="other", job=Job(volume_size=99)),
        ),
    )
    settings = configuration.for_step(["train"], "")
    assert settings.job == Job(instance_type="ml.m5.xlarge", max_run_time=60, volume_size=9, tags={"a": "1", "b": "2"})
    assert (settings.placement, settings.fixed_instance_type) == ("move", "ml.g4dn.xlarge")
    assert settings.rules == configuration.steps[:2]


@pytest.mark.parametrize(
    ("image", "target"),
    [
        ("python:3.11", "mine/python:3.11"),
        ("redis", f"{REGISTRY}/redis:latest"),
        ("docker.io/library/redis:7", f"{REGISTRY}/library/redis:7"),
        ("gcr.io:443/Project/Trainer:v1", f"{REGISTRY}/gcr.io-443/project/trainer:v1"),
        ("localhost:5000/a", f"{REGISTRY}/localhost-5000/a:latest"),
        ("quay.io/team/a:1", f"{REGISTRY}/quay.io/team/a:1"),
        ("ghcr.io/team/a:1", f"{REGISTRY}/ghcr.io/team/a:1"),
        ("team/a@sha256:" + "0" * 64, f"{REGISTRY}/team/a:sha256-" + "0" * 64),
        ("team/a:1@sha256:" + "0" * 64, f"{REGISTRY}/team/a:sha256-" + "0" * 64),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1", "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1"),
        ("public.ecr.aws/docker/library/python:3.11", f"{REGISTRY}/public.ecr.aws/docker/library/python:3.11"),
        ("{{$.inputs.parameters['image']}}", "{{$.inputs.parameters['image']}}"),
    ],
)
def test_the_image_that_runs(image: str, target: str) -> None:
    assert Configuration(registry=REGISTRY, images={"python:*": "mine/python:3.11"}).target_image(image) == target


def test_without_a_registry_only_images_in_ecr_have_a_target() -> None:
    assert Configuration().target_image("python:3.11") == ""


@pytest.mark.parametrize(
    ("bucket", "prefix", "root"), [("", "kfp", ""), ("b", "kfp", "s3://b/kfp"), ("b", "/a/b/", "s3://b/a/b"), ("b", "", "s3://b")]
)
def test_the_pipeline_root(bucket: str, prefix: str, root: str) -> None:
    assert Configuration(bucket=bucket, prefix=prefix).pipeline_root == root
