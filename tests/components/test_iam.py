"""Policies: the actions of a step and no others, on the resources it makes and no others."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.iam import actions, job_policy, key_statements, partition_of, policy
from kfp_sagemaker.service_model.model import service

ROLE = "arn:aws:iam::111122223333:role/SageMakerExecution"
LOGS = {"logs:DescribeLogStreams", "logs:GetLogEvents"}
ACTIONS = {
    "v1/train": {
        "sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob", "sagemaker:AddTags",
        "iam:PassRole", *LOGS},
    "v1/process": {
        "sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob", "sagemaker:AddTags",
        "iam:PassRole", *LOGS},
    "v1/hyperparameter_tuning": {
        "sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:StopHyperParameterTuningJob", "sagemaker:AddTags", "iam:PassRole", "sagemaker:DescribeTrainingJob",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob"},
    "v1/batch_transform": {
        "sagemaker:CreateTransformJob", "sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob", "sagemaker:AddTags",
        "s3:ListBucket", *LOGS},
    "v1/ground_truth": {
        "sagemaker:CreateLabelingJob", "sagemaker:DescribeLabelingJob", "sagemaker:StopLabelingJob", "sagemaker:AddTags",
        "iam:PassRole", *LOGS},
    "v1/workteam": {"sagemaker:CreateWorkteam", "sagemaker:DescribeWorkteam", "sagemaker:AddTags"},
    "v1/model": {"sagemaker:CreateModel", "sagemaker:DescribeModel", "sagemaker:AddTags", "iam:PassRole"},
    "v1/endpoint": {
        "sagemaker:CreateEndpointConfig", "sagemaker:DescribeEndpointConfig", "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpoint", "sagemaker:AddTags", "iam:PassRole"},
    "v1/deploy": {
        "sagemaker:CreateEndpointConfig", "sagemaker:DescribeEndpointConfig", "sagemaker:DeleteEndpointConfig",
        "sagemaker:CreateEndpoint", "sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpoint", "sagemaker:AddTags",
        "iam:PassRole"},
    "v1/endpoint_config": {
        "sagemaker:CreateEndpointConfig", "sagemaker:DescribeEndpointConfig", "sagemaker:AddTags", "iam:PassRole"},
    **{f"v1/{name}_job_definition": {
        f"sagemaker:Create{kind}JobDefinition", f"sagemaker:Describe{kind}JobDefinition", "sagemaker:AddTags", "iam:PassRole"}
       for name, kind in (("data_quality", "DataQuality"), ("model_quality", "ModelQuality"), ("model_bias", "ModelBias"),
                          ("model_explainability", "ModelExplainability"))},
    "v1/monitoring_schedule": {
        "sagemaker:CreateMonitoringSchedule", "sagemaker:DescribeMonitoringSchedule", "sagemaker:UpdateMonitoringSchedule",
        "sagemaker:AddTags", "iam:PassRole"},
    "v1/delete_model": {"sagemaker:DescribeModel", "sagemaker:DeleteModel"},
    "v1/delete_monitoring_schedule": {"sagemaker:DescribeMonitoringSchedule", "sagemaker:DeleteMonitoringSchedule"},
    "v1/delete_endpoint": {
        "sagemaker:DescribeEndpoint", "sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpointConfig",
        "sagemaker:DeleteEndpointConfig", "sagemaker:DescribeModel", "sagemaker:DeleteModel"},
}


def statements(*components: str, **options: Any) -> dict[str, Any]:
    """Statements of a policy by Sid."""
    document = policy([find_face(component) for component in components], **options)
    assert document["Version"] == "2012-10-17"
    found = {statement["Sid"]: statement for statement in document["Statement"]}
    assert len(found) == len(document["Statement"])
    return found


@pytest.mark.parametrize("component", component_ids("v1"))
def test_actions_of_a_component(component: str) -> None:
    assert set(actions(find_face(component))) == ACTIONS[component]


@pytest.mark.parametrize("component", component_ids("v1"))
def test_a_policy_allows_exactly_the_actions(component: str) -> None:
    allowed = {action for statement in statements(component).values() for action in statement["Action"]}
    assert allowed == ACTIONS[component]


@pytest.mark.parametrize("component", component_ids())
def test_actions_are_operations_of_the_api(component: str) -> None:
    named = {action.partition(":")[2] for action in actions(find_face(component)) if action.startswith("sagemaker:")}
    assert named <= set(service().operation_names)


def test_resources_are_those_of_the_kind_region_and_account() -> None:
    found = statements("v1/train", "v1/model", region="eu-west-1", account="111122223333")
    assert found["TrainingJobs"]["Resource"] == ["arn:aws:sagemaker:eu-west-1:111122223333:training-job/*"]
    assert found["Models"]["Resource"] == ["arn:aws:sagemaker:eu-west-1:111122223333:model/*"]
    assert found["Logs"]["Resource"] == [
        "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/TrainingJobs:*"]


def test_a_role_is_passed_to_sagemaker_only() -> None:
    passing = statements("v1/train", roles=[ROLE])["PassRole"]
    assert passing["Resource"] == [ROLE]
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    assert statements("v1/train", account="111122223333")["PassRole"]["Resource"] == ["arn:aws:iam::111122223333:role/*"]


def test_components_that_share_a_resource_share_a_statement() -> None:
    found = statements("v1/endpoint", "v1/delete_endpoint")
    assert {"sagemaker:CreateEndpoint", "sagemaker:DeleteEndpoint"} <= set(found["Endpoints"]["Action"])
    assert set(found) == {"EndpointConfigs", "Endpoints", "Models", "PassRole"}


def test_what_only_some_need_is_there_when_asked_for() -> None:
    assert not {"AssumeRole", "FindByTag"} & set(statements("v1/train"))
    found = statements("v1/train", assumed_roles=[ROLE], stop=True)
    assert (found["AssumeRole"]["Action"], found["AssumeRole"]["Resource"]) == (["sts:AssumeRole"], [ROLE])
    assert (found["FindByTag"]["Action"], found["FindByTag"]["Resource"]) == (["tag:GetResources"], ["*"])


def test_an_endpoint_may_be_deleted_where_steps_wait_for_capacity() -> None:
    assert "sagemaker:DeleteEndpoint" not in statements("v1/endpoint")["Endpoints"]["Action"]
    found = statements("v1/train", "v1/endpoint", wait_for_capacity=True)
    assert "sagemaker:DeleteEndpoint" in found["Endpoints"]["Action"]
    deleting = {action for statement in found.values() for action in statement["Action"] if ":Delete" in action}
    assert deleting == {"sagemaker:DeleteEndpoint"}


def test_no_other_service() -> None:
    called = {action for component in component_ids() for action in actions(find_face(component))}
    assert {action.partition(":")[0] for action in called} == {"sagemaker", "iam", "logs", "s3"}
    assert {action for action in called if action.startswith("s3:")} == {"s3:ListBucket"}


def test_what_is_looked_up_is_in_the_same_account_or_in_a_bucket() -> None:
    found = statements("v1/hyperparameter_tuning", "v1/batch_transform", region="eu-west-1", account="111122223333")
    assert found["LookUpSagemaker"]["Resource"] == ["arn:aws:sagemaker:eu-west-1:111122223333:*"]
    assert found["LookUpS3"] == {
        "Sid": "LookUpS3", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::*"]}


@pytest.mark.parametrize(("region", "roles", "partition"), [
    ("*", [], "aws"),
    ("eu-west-1", [], "aws"),
    ("cn-north-1", [], "aws-cn"),
    ("us-gov-west-1", [], "aws-us-gov"),
    ("*", ["arn:aws-cn:iam::111122223333:role/r"], "aws-cn"),
])
def test_partition(region: str, roles: list[str], partition: str) -> None:
    assert partition_of(region, roles) == partition


def test_a_region_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="--region = 'mars'"):
        partition_of("mars", [])


def test_another_partition_is_in_every_arn() -> None:
    for statement in statements(*component_ids(), partition="aws-cn", region="cn-north-1").values():
        assert all(arn.startswith("arn:aws-cn:") for arn in statement["Resource"])


HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("images", "repositories"),
    [
        ([], ["arn:aws:ecr:eu-west-1:444455556666:repository/*"]),
        ([f"{HOST}/mirror/python:3.11", f"{HOST}/mirror/python:3.12", f"{HOST}/train@sha256:0"],
         [f"arn:aws:ecr:eu-west-1:111122223333:repository/{name}" for name in ("mirror/python", "train")]),
        ([f"{HOST}/train:1", "python:3.11"], ["arn:aws:ecr:eu-west-1:444455556666:repository/*"]),
    ],
)  # fmt: skip
def test_jobs_pull_their_images_from_whichever_account_has_them(images: list[str], repositories: list[str]) -> None:
    document = job_policy(region="eu-west-1", account="444455556666", images=images)
    (pull,) = [one for one in document["Statement"] if one["Sid"] == "PullImages"]
    assert pull["Resource"] == repositories


def test_a_secret_is_named_with_and_without_the_suffix_that_aws_gives_it() -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen"""
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-secret"
    (read,) = [one for one in job_policy(secrets=[arn])["Statement"] if one["Sid"] == "ReadSecrets"]
    assert read["Resource"] == [arn, f"{arn}-??????"]


@pytest.mark.parametrize(
    ("keys", "resources"),
    [
        ([], []),
        (["1234abcd"], [["arn:aws:kms:eu-west-1:111122223333:key/1234abcd"]]),
        (["arn:aws:kms:us-east-1:444455556666:key/a"], [["arn:aws:kms:us-east-1:444455556666:key/a"]]),
        (["alias/team", "b"], [["arn:aws:kms:eu-west-1:111122223333:key/b"], ["arn:aws:kms:eu-west-1:111122223333:key/*"]]),
        (["arn:aws:kms:us-east-1:444455556666:alias/x"], [["arn:aws:kms:us-east-1:444455556666:key/*"]]),
    ],
)
def test_keys_by_id_by_arn_and_by_alias(keys: list[str], resources: list[list[str]]) -> None:
    statements = key_statements(keys, region="eu-west-1", account="111122223333")
    assert [one["Resource"] for one in statements] == resources
    for one in statements:
        assert {"kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"} <= set(one["Action"])
        by_alias = [name.rpartition(":")[2] for name in keys if "alias/" in name]
        assert one.get("Condition") == ({"ForAnyValue:StringEquals": {"kms:ResourceAliases": by_alias}}
                                        if one["Sid"] == "UseKeysByAlias" else None)
