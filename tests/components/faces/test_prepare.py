"""From inputs to requests that can be sent: extra_request, validation, tags, names."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.prepare import Prepared, Run, prepare
from kfp_sagemaker.faces.registry import find_face
from kfp_sagemaker.generate.examples import EXAMPLES
from kfp_sagemaker.names import RunLabels
from kfp_sagemaker.service_model.validate import UNRESOLVED
from kfp_sagemaker.version import VERSION

TRAIN, MODEL, ENDPOINT = find_face("v1/train"), find_face("v1/model"), find_face("v1/endpoint")
LABELS = RunLabels("digits", "11111111-2222-3333-4444-555555555555", "training")
RUN = Run("identity", LABELS)


def train(run: Run | None = None, **inputs: Any) -> Prepared:
    return prepare(TRAIN, {**EXAMPLES["v1/train"], **inputs}, run=run)


def request(run: Run | None = None, **inputs: Any) -> Any:
    return train(run, **inputs).requests["CreateTrainingJob"]


def refused(**inputs: Any) -> list[Violation]:
    with pytest.raises(InvalidInput) as raised:
        train(**inputs)
    return list(raised.value.violations)


class TestExtraRequest:
    def test_is_merged_at_every_depth(self) -> None:
        made = request(extra_request={"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}, "RetryStrategy": {
            "MaximumRetryAttempts": 3}})
        assert made["ResourceConfig"] == {
            "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 60}
        assert made["RetryStrategy"] == {"MaximumRetryAttempts": 3}

    def test_replaces_lists_and_texts(self) -> None:
        channels = [{"ChannelName": "other", "DataSource": EXAMPLES["v1/train"]["channels"][0]["DataSource"]}]
        made = request(extra_request={"InputDataConfig": channels, "ResourceConfig": {"InstanceType": "ml.c5.large"}})
        assert made["InputDataConfig"] == channels
        assert made["ResourceConfig"]["InstanceType"] == "ml.c5.large"

    def test_null_removes(self) -> None:
        assert "EnableNetworkIsolation" in request()
        made = request(extra_request={"EnableNetworkIsolation": None, "ResourceConfig": {"VolumeSizeInGB": None}})
        assert "EnableNetworkIsolation" not in made
        assert "VolumeSizeInGB" not in made["ResourceConfig"]

    def test_may_be_text_and_its_integers_are_restored(self) -> None:
        for extra in ("RetryStrategy: {MaximumRetryAttempts: 3}", {"RetryStrategy": {"MaximumRetryAttempts": 3.0}}):
            attempts = request(extra_request=extra)["RetryStrategy"]["MaximumRetryAttempts"]
            assert (attempts, type(attempts)) == (3, int)

    def test_refuses_names(self) -> None:
        (violation,) = refused(extra_request={"TrainingJobName": "other"})
        assert (violation.input, violation.value) == ("extra_request", "other")
        assert "names are not set here" in violation.problem

    @pytest.mark.parametrize(("extra", "member"), [
        ({"Colour": "red"}, "CreateTrainingJob.Colour"),
        ({"RetryStrategy": {"MaximumRetryAttempts": 31}}, "CreateTrainingJob.RetryStrategy.MaximumRetryAttempts"),
        ({"ResourceConfig": {"InstanceCount": -1}}, "CreateTrainingJob.ResourceConfig.InstanceCount"),
        ({"RoleArn": None}, "CreateTrainingJob.RoleArn"),
    ])
    def test_is_named_for_what_is_wrong_in_it(self, extra: dict[str, Any], member: str) -> None:
        (violation,) = refused(extra_request=extra)
        assert (violation.input, violation.member) == ("extra_request", member)

    @pytest.mark.parametrize(("inputs", "extra"), [
        ({"channels": []}, {"InputDataConfig": EXAMPLES["v1/train"]["channels"]}),
        ({"channels": []}, {"InputDataConfig": None}),
        ({"image": ""}, {"AlgorithmSpecification": {"TrainingImage": "image:1"}}),
        ({"image": ""}, {"AlgorithmSpecification": {"TrainingImage": None, "AlgorithmName": "mine"}}),
        ({"role": ""}, {"RoleArn": "arn:aws:iam::111122223333:role/other"}),
        ({"instance_count": 0}, {"ResourceConfig": {"InstanceCount": None, "InstanceGroups": [
            {"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "a"}]}}),
        ({"vpc_subnets": "subnet-1"}, {"VpcConfig": None}),
    ])
    def test_what_it_replaces_or_removes_is_not_the_inputs_to_answer_for(
        self, inputs: dict[str, Any], extra: dict[str, Any]
    ) -> None:
        assert inputs.keys() <= {violation.input for violation in refused(**inputs)} | {"vpc_subnets"}
        assert train(**inputs, extra_request=extra).warnings == ()

    @pytest.mark.parametrize(("inputs", "extra", "wrong"), [
        ({"image": ""}, {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}}, "image"),
        ({"role": ""}, {"RoleArn": None}, "extra_request"),
        ({"instance_count": 0}, {"ResourceConfig": {"KeepAlivePeriodInSeconds": 60}}, "instance_count"),
        ({"channels": []}, {"InputDataConfig": []}, "extra_request"),
    ])
    def test_what_it_leaves_or_gets_wrong_is_refused(
        self, inputs: dict[str, Any], extra: dict[str, Any], wrong: str
    ) -> None:
        assert {violation.input for violation in refused(**inputs, extra_request=extra)} == {wrong}

    def test_is_keyed_by_operation_where_there_are_several(self) -> None:
        inputs = {**EXAMPLES["v1/endpoint"], "extra_request": {"UpdateEndpoint": {"RetainDeploymentConfig": True}}}
        made = prepare(ENDPOINT, inputs).requests
        assert made["UpdateEndpoint"]["RetainDeploymentConfig"] is True
        assert "RetainDeploymentConfig" not in made["CreateEndpoint"]


class TestValidation:
    def test_all_violations_are_told_at_once_by_input(self) -> None:
        violations = refused(max_run_time=0, job_name="my job", role="me", hyperparameters={"a": None}, timeout=-1)
        assert {violation.input for violation in violations} == {
            "max_run_time", "job_name", "role", "hyperparameters", "timeout"}

    def test_warn_lets_limits_through_as_warnings(self) -> None:
        made = train(max_run_time=0, validation="warn")
        assert made.requests["CreateTrainingJob"]["StoppingCondition"]["MaxRuntimeInSeconds"] == 0
        assert [(warning.input, warning.value) for warning in made.warnings] == [("max_run_time", 0)]

    @pytest.mark.parametrize("channels", [[{"ChannelName": "a", "Colour": "red"}], ["a"]])
    def test_warn_does_not_let_through_what_cannot_be_sent(self, channels: list[Any]) -> None:
        assert {violation.input for violation in refused(channels=channels, validation="warn")} == {"channels"}

    @pytest.mark.parametrize("validation", ["strict", "warn"])
    def test_an_unknown_value_of_an_enumeration_is_a_warning(self, validation: str) -> None:
        made = train(instance_type="ml.new.large", validation=validation)
        assert [warning.input for warning in made.warnings] == ["instance_type"]
        assert made.requests["CreateTrainingJob"]["ResourceConfig"]["InstanceType"] == "ml.new.large"

    def test_empty_members_in_objects_count_as_absent(self) -> None:
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p", "S3DataDistributionType": ""}}
        made = request(channels=[{"ChannelName": "a", "DataSource": source, "ContentType": None}])
        assert made["InputDataConfig"] == [
            {"ChannelName": "a", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/p"}}}]

    def test_what_is_known_later_fits_everywhere(self) -> None:
        inputs = {declared.name: UNRESOLVED for declared in TRAIN.inputs}
        assert prepare(TRAIN, inputs).warnings == ()


AUTOMATIC = {"kfp:pipeline": "digits", "kfp:run-id": LABELS.run_id, "kfp:task": "training", "kfp-sagemaker:version": VERSION}


class TestTags:
    def tags(self, run: Run | None = RUN, **inputs: Any) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in request(run, **inputs).get("Tags", [])}

    def test_of_pipeline_run_and_task_are_automatic(self) -> None:
        assert self.tags() == AUTOMATIC

    def test_are_on_every_resource_that_takes_tags(self) -> None:
        made = prepare(ENDPOINT, EXAMPLES["v1/endpoint"], run=RUN).requests
        assert made["CreateEndpointConfig"]["Tags"] == made["CreateEndpoint"]["Tags"]
        assert {tag["Key"] for tag in made["CreateEndpoint"]["Tags"]} == set(AUTOMATIC)

    def test_can_be_turned_off(self) -> None:
        assert self.tags(automatic_tags=False) == {}
        assert self.tags(automatic_tags="no", tags={"a": "b"}) == {"a": "b"}

    def test_without_a_run_are_the_users_only(self) -> None:
        assert self.tags(None, tags={"a": "b"}) == {"a": "b"}

    def test_of_the_user_win(self) -> None:
        assert self.tags(tags={"kfp:task": "mine", "a": "b"}) == {**AUTOMATIC, "kfp:task": "mine", "a": "b"}

    def test_that_are_unknown_are_left_out(self) -> None:
        assert self.tags(Run("identity", RunLabels())) == {}

    @pytest.mark.parametrize(("given", "kept", "warned"), [(46, 50, False), (47, 47, True), (50, 50, True)])
    def test_give_way_at_the_limit_of_fifty(self, given: int, kept: int, warned: bool) -> None:
        made = train(RUN, tags={f"tag-{number}": "x" for number in range(given)})
        assert len(made.requests["CreateTrainingJob"]["Tags"]) == kept
        assert [warning.input for warning in made.warnings] == (["tags"] if warned else [])

    def test_beyond_fifty_are_refused(self) -> None:
        assert {violation.input for violation in refused(tags={f"tag-{number}": "x" for number in range(51)})} == {"tags"}

    @pytest.mark.parametrize("tags", [{"a": 1}, {"": "x"}, {"a": "x" * 257}])
    def test_that_the_service_would_refuse_are_refused(self, tags: dict[str, Any]) -> None:
        assert {violation.input for violation in refused(tags=tags)} == {"tags"}


class TestNames:
    def name(self, run: Run | None = RUN, **inputs: Any) -> str:
        return str(request(run, **inputs)["TrainingJobName"])

    def test_of_the_user_are_kept_and_known_as_such(self) -> None:
        made = train(job_name="mine")
        assert made.requests["CreateTrainingJob"]["TrainingJobName"] == "mine"
        assert made.named_by_user == {"TrainingJob"}
        assert train().named_by_user == frozenset()

    def test_are_the_same_for_the_same_step_and_request(self) -> None:
        assert self.name() == self.name()
        assert self.name(volume_size=30) == self.name(volume_size="30.0") == self.name()

    @pytest.mark.parametrize("other", [
        {"run": Run("another", LABELS)}, {"run": None}, {"volume_size": 31}, {"extra_request": {"RetryStrategy": {
            "MaximumRetryAttempts": 3}}}], ids=["step", "no run", "input", "extra_request"])
    def test_differ_by_identity_and_request(self, other: dict[str, Any]) -> None:
        assert self.name(**other) != self.name()

    def test_do_not_depend_on_tags(self) -> None:
        assert self.name(tags={"a": "b"}, automatic_tags=False) == self.name()
        assert self.name(Run("identity", RunLabels("renamed", "run", "task"))) == self.name()

    def test_have_the_prefix_of_the_kind_and_fit_with_the_last_attempt(self) -> None:
        assert self.name().startswith("TrainingJob-")
        assert len(self.name()) + len("-r10") <= TRAIN.resource.name_limit


class TestRegion:
    def test_of_the_input_wins(self) -> None:
        inputs = {**EXAMPLES["v1/train"], "image": "", "algorithm_name": "xgboost", "region": "eu-west-1"}
        made = prepare(TRAIN, inputs, region="us-east-1")
        assert ".eu-west-1." in made.requests["CreateTrainingJob"]["AlgorithmSpecification"]["TrainingImage"]
        assert made.settings.region == "eu-west-1"

    def test_of_the_environment_serves_otherwise(self) -> None:
        assert prepare(MODEL, EXAMPLES["v1/model"], region="us-east-1").settings.region == "us-east-1"


def test_calls_are_those_for_a_resource_that_is_not_there() -> None:
    calls = prepare(ENDPOINT, EXAMPLES["v1/endpoint"]).calls
    assert [call.operation for call in calls] == ["CreateEndpointConfig", "CreateEndpoint"]
