"""Kinds that are kept as state only: their statuses by time, what only they do, and the members that Describe adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker
from sagemaker_local.fault_rules import parse_rules
from sagemaker_local.kinds import KIND_BY_NAME, KINDS

ARN = "arn:aws:sagemaker:us-east-1:123456789012"
FOREVER = 3600.0
TIMED = [kind for kind in KINDS if kind.life == "timed"]


@pytest.fixture
def faults(local: LocalSageMaker) -> Iterator[Callable[..., None]]:
    yield lambda *rules: local.faults.add(parse_rules(list(rules)))
    local.faults.clear()


@pytest.fixture
def made(sagemaker: Any, make_request: Callable[..., Any]) -> Callable[..., str]:
    """Creates (or starts) one of a kind; gives what Describe is asked with: its ARN where that is allowed, else its name."""

    def make(kind: str, name: str, **members: Any) -> str:
        if kind == "PipelineExecution":
            sagemaker.create_pipeline(**make_request("Pipeline", name))
            arn: str = sagemaker.start_pipeline_execution(PipelineName=name, **members)["PipelineExecutionArn"]
            return arn
        call(sagemaker, "Create", kind)(**make_request(kind, name, **members))
        return name

    return make


def call(client: Any, verb: str, kind: str) -> Any:
    methods = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    return getattr(client, methods[f"{verb}{kind}"])


def describe(client: Any, kind: str, named: str) -> dict[str, Any]:
    member = "PipelineExecutionArn" if kind == "PipelineExecution" else KIND_BY_NAME[kind].name_member
    answer: dict[str, Any] = call(client, "Describe", kind)(**{member: named})
    return answer


@pytest.mark.parametrize("kind", TIMED, ids=lambda kind: kind.name)
class TestStatus:
    def test_the_first_one_becomes_the_settled_one(
        self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any], faults: Any, kind: Any
    ) -> None:
        faults({"job": f"{kind.name}-held*", "fault": "slow", "status": kind.first_status, "seconds": FOREVER})

        held, quick = made(kind.name, f"{kind.name}-held"), made(kind.name, f"{kind.name}-quick")

        assert describe(sagemaker, kind.name, held)[kind.status_member] == kind.first_status
        until(lambda: describe(sagemaker, kind.name, quick)[kind.status_member] == kind.settled_status)

    def test_the_fault_script_makes_it_fail(
        self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any], faults: Any, kind: Any
    ) -> None:
        if kind.failed_status is None:
            return
        faults({"job": f"{kind.name}-failing*", "fault": "job_failure", "reason": "out of ideas"})

        named = made(kind.name, f"{kind.name}-failing")

        until(lambda: describe(sagemaker, kind.name, named)[kind.status_member] == kind.failed_status)
        shape = sagemaker.meta.service_model.operation_model(f"Describe{kind.name}").output_shape
        if "FailureReason" in shape.members:
            assert describe(sagemaker, kind.name, named)["FailureReason"] == "out of ideas"

    def test_what_is_deleted_again_and_again_goes_all_the_same(
        self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any], kind: Any
    ) -> None:
        if kind.deleting_status is None:
            return
        name = made(kind.name, f"{kind.name}-twice")

        def is_gone() -> bool:
            try:
                call(sagemaker, "Delete", kind.name)(**{kind.name_member: name})
            except ClientError as error:
                return error.response["Error"]["Code"] == kind.not_found[0]
            return False

        until(is_gone, "it is gone, although it is asked for all the time")

    def test_every_required_member_is_shown(self, sagemaker: Any, made: Callable[..., str], kind: Any) -> None:
        described = describe(sagemaker, kind.name, made(kind.name, f"{kind.name}-shown"))

        shape = sagemaker.meta.service_model.operation_model(f"Describe{kind.name}").output_shape
        assert described.keys() >= set(shape.required_members)

    def test_its_tags_are_kept(self, sagemaker: Any, made: Callable[..., str], kind: Any) -> None:
        if kind.name == "PipelineExecution":
            return  # the one kind whose creation takes no tags
        tags = [{"Key": "services.k8s.aws/namespace", "Value": "team-a"}]
        arn = describe(sagemaker, kind.name, made(kind.name, f"{kind.name}-tagged", Tags=tags))[kind.arn_member]

        assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags


class TestModelPackages:
    def test_those_of_a_group_are_numbered(self, sagemaker: Any, made: Callable[..., str], make_request: Any) -> None:
        made("ModelPackageGroup", "numbered")
        request = make_request("ModelPackage", "unused", ModelPackageGroupName="numbered")
        del request["ModelPackageName"]

        arns = [sagemaker.create_model_package(**request)["ModelPackageArn"] for _ in range(2)]

        assert arns == [f"{ARN}:model-package/numbered/1", f"{ARN}:model-package/numbered/2"]
        described = sagemaker.describe_model_package(ModelPackageName=arns[1])
        assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == ("numbered", 2)
        assert described["ModelApprovalStatus"] == "PendingManualApproval"
        assert "ModelPackageName" not in described
        listed = sagemaker.list_model_packages(ModelPackageGroupName="numbered")["ModelPackageSummaryList"]
        assert [summary["ModelPackageArn"] for summary in listed] == arns

    def test_a_number_is_not_given_twice(self, sagemaker: Any, made: Callable[..., str]) -> None:
        made("ModelPackageGroup", "used-up")
        first = sagemaker.create_model_package(ModelPackageGroupName="used-up")["ModelPackageArn"]
        sagemaker.delete_model_package(ModelPackageName=first)

        second = sagemaker.create_model_package(ModelPackageGroupName="used-up")["ModelPackageArn"]

        assert second.endswith("/used-up/2")

    def test_a_group_with_packages_cannot_be_deleted(self, sagemaker: Any, made: Callable[..., str]) -> None:
        made("ModelPackageGroup", "full")
        package = sagemaker.create_model_package(ModelPackageGroupName="full")["ModelPackageArn"]
        with pytest.raises(ClientError, match="has model packages") as caught:
            sagemaker.delete_model_package_group(ModelPackageGroupName="full")
        assert caught.value.response["Error"]["Code"] == "ConflictException"

        sagemaker.delete_model_package(ModelPackageName=package)
        sagemaker.delete_model_package_group(ModelPackageGroupName="full")

    def test_the_group_must_be_there(self, sagemaker: Any) -> None:
        with pytest.raises(ClientError, match=f"ModelPackageGroup {ARN}:model-package-group/nowhere does not exist"):
            sagemaker.create_model_package(ModelPackageGroupName="nowhere")

    def test_an_update_approves_and_changes_metadata(self, sagemaker: Any, made: Callable[..., str]) -> None:
        made("ModelPackageGroup", "approved")
        arn = sagemaker.create_model_package(
            ModelPackageGroupName="approved", CustomerMetadataProperties={"stage": "test", "owner": "a"}
        )["ModelPackageArn"]

        sagemaker.update_model_package(
            ModelPackageArn=arn, ModelApprovalStatus="Approved",
            CustomerMetadataProperties={"stage": "live"}, CustomerMetadataPropertiesToRemove=["owner"])  # fmt: skip

        described = sagemaker.describe_model_package(ModelPackageName=arn)
        assert described["ModelApprovalStatus"] == "Approved"
        assert described["CustomerMetadataProperties"] == {"stage": "live"}

    def test_neither_name_nor_group_is_refused(self, sagemaker: Any) -> None:
        with pytest.raises(ClientError, match="Either ModelPackageName or ModelPackageGroupName"):
            sagemaker.create_model_package(ModelPackageDescription="nameless")


class TestInferenceComponents:
    def test_the_endpoint_must_be_there(self, made: Callable[..., str]) -> None:
        with pytest.raises(ClientError, match="Could not find endpoint"):
            made("InferenceComponent", "homeless", EndpointName="nowhere")

    def test_an_update_passes_through_updating(
        self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any], faults: Any
    ) -> None:
        name = made("InferenceComponent", "growing")
        until(lambda: describe(sagemaker, "InferenceComponent", name)["InferenceComponentStatus"] == "InService")
        faults({"job": name, "fault": "slow", "status": "Updating", "seconds": FOREVER})

        sagemaker.update_inference_component_runtime_config(
            InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": 3})  # fmt: skip

        described = describe(sagemaker, "InferenceComponent", name)
        assert described["InferenceComponentStatus"] == "Updating"
        assert described["RuntimeConfig"] == {"DesiredCopyCount": 3, "CurrentCopyCount": 3}
        assert described["EndpointArn"] == f"{ARN}:endpoint/base-endpoint"
        with pytest.raises(ClientError, match="Cannot update in-progress inference component"):
            sagemaker.update_inference_component(InferenceComponentName=name, RuntimeConfig={"CopyCount": 1})


class TestPipelines:
    def test_a_token_makes_one_of_two_requests(self, sagemaker: Any, made: Callable[..., str], make_request: Any) -> None:
        token = {"ClientRequestToken": "t" * 32}
        pipelines = [sagemaker.create_pipeline(**make_request("Pipeline", "token", **token)) for _ in range(2)]
        executions = [sagemaker.start_pipeline_execution(PipelineName="token", **token) for _ in range(2)]

        assert pipelines[0]["PipelineArn"] == pipelines[1]["PipelineArn"]
        assert executions[0]["PipelineExecutionArn"] == executions[1]["PipelineExecutionArn"]

    def test_an_update_changes_the_definition(self, sagemaker: Any, made: Callable[..., str]) -> None:
        name = made("Pipeline", "changing")
        sagemaker.update_pipeline(PipelineName=name, PipelineDefinition="{}", PipelineDescription="empty")

        described = sagemaker.describe_pipeline(PipelineName=name)
        assert (described["PipelineDefinition"], described["PipelineDescription"]) == ("{}", "empty")

    @pytest.mark.parametrize("definition", ["{", "[]"])
    def test_a_definition_that_is_none_is_refused(self, made: Callable[..., str], definition: str) -> None:
        with pytest.raises(ClientError, match="Unable to parse pipeline definition"):
            made("Pipeline", "senseless", PipelineDefinition=definition)

    def test_a_run_is_stopped_once(
        self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any], faults: Any
    ) -> None:
        faults({"job": "stopped/*", "fault": "slow", "status": "Executing", "seconds": FOREVER})
        arn = made("PipelineExecution", "stopped")
        assert arn.startswith(f"{ARN}:pipeline/stopped/execution/")

        sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)

        until(lambda: describe(sagemaker, "PipelineExecution", arn)["PipelineExecutionStatus"] == "Stopped")
        with pytest.raises(ClientError, match="Only pipelines with 'Executing' status can be stopped"):
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)

    def test_a_run_is_described_and_listed(self, sagemaker: Any, made: Callable[..., str]) -> None:
        arn = made("PipelineExecution", "listed", PipelineExecutionDisplayName="first")
        sagemaker.update_pipeline_execution(PipelineExecutionArn=arn, PipelineExecutionDescription="one of many")

        described = describe(sagemaker, "PipelineExecution", arn)
        assert described["PipelineArn"] == f"{ARN}:pipeline/listed"
        assert described["PipelineExecutionDescription"] == "one of many"
        (summary,) = sagemaker.list_pipeline_executions(PipelineName="listed")["PipelineExecutionSummaries"]
        assert (summary["PipelineExecutionArn"], summary["PipelineExecutionDisplayName"]) == (arn, "first")
        assert "StartTime" in summary

    def test_what_is_absent_is_not_found(self, sagemaker: Any) -> None:
        arn = f"{ARN}:pipeline/nowhere/execution/abcdefghijkl"
        for call_it in (
            lambda: sagemaker.start_pipeline_execution(PipelineName="nowhere"),
            lambda: sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn),
        ):
            with pytest.raises(ClientError, match="does not exist") as caught:
                call_it()
            assert caught.value.response["Error"]["Code"] == "ResourceNotFound"


class TestFeatureGroups:
    def test_the_offline_store_has_a_place(self, sagemaker: Any, made: Callable[..., str]) -> None:
        described = describe(sagemaker, "FeatureGroup", made("FeatureGroup", "placed"))

        assert described["OfflineStoreConfig"] == {
            "DisableGlueTableCreation": False,
            "S3StorageConfig": {
                "S3Uri": "s3://bucket/features",
                "ResolvedOutputS3Uri": "s3://bucket/features/123456789012/sagemaker/us-east-1/offline-store/placed/data",
            },
        }

    def test_an_update_adds_features(self, sagemaker: Any, made: Callable[..., str], until: Callable[..., Any]) -> None:
        name = made("FeatureGroup", "more")
        until(lambda: describe(sagemaker, "FeatureGroup", name)["FeatureGroupStatus"] == "Created")

        sagemaker.update_feature_group(
            FeatureGroupName=name, FeatureAdditions=[{"FeatureName": "ink", "FeatureType": "Fractional"}])  # fmt: skip

        names = [each["FeatureName"] for each in describe(sagemaker, "FeatureGroup", name)["FeatureDefinitions"]]
        assert names == ["digit", "at", "ink"]

    @pytest.mark.parametrize(
        ("members", "message"),
        [
            ({"EventTimeFeatureName": "when"}, "EventTimeFeatureName when is not one of the feature definitions"),
            ({"RoleArn": None}, "RoleArn is required with OfflineStoreConfig"),
        ],
    )
    def test_rules(self, made: Callable[..., str], members: dict[str, Any], message: str) -> None:
        with pytest.raises(ClientError, match=message):
            made("FeatureGroup", "wrong", **members)
