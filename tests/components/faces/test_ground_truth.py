"""Labeling jobs: what follows from several inputs together, and combinations that are refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.face import Ended, Lifecycle
from kfp_sagemaker.faces.ground_truth import GROUND_TRUTH, collect
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.generate.examples import EXAMPLES
from kfp_sagemaker.service_model.validate import UNRESOLVED

TEAM = "arn:aws:sagemaker:us-east-1:111122223333:workteam/private-crowd/team"
FUNCTIONS = {"pre_human_task_function": "arn:aws:lambda:us-east-1:111122223333:function:before",
             "post_human_task_function": "arn:aws:lambda:us-east-1:111122223333:function:after"}
LEAST = {**EXAMPLES["v1/ground_truth"], "workteam_arn": TEAM, "label_attribute_name": ""}
PUBLIC = {"worker_type": "public", "workteam_arn": "", "workforce_task_price": "0.036"}


def request(**inputs: Any) -> Any:
    (call,) = prepare(GROUND_TRUTH, {**LEAST, **inputs}).calls
    return call.request


def refusals(**inputs: Any) -> dict[str, str]:
    """Problems by input."""
    with pytest.raises(InvalidInput) as raised:
        prepare(GROUND_TRUTH, {**LEAST, **inputs})
    return {violation.input: violation.problem for violation in raised.value.violations}


def warnings(**inputs: Any) -> dict[str, str]:
    found: tuple[Violation, ...] = prepare(GROUND_TRUTH, {**LEAST, **inputs}).warnings
    return {warning.input: warning.problem for warning in found}


class TestTaskType:
    @pytest.mark.parametrize("task_type", ["custom", "Custom", ""])
    def test_a_custom_task_uses_the_functions_that_are_given(self, task_type: str) -> None:
        human = request(task_type=task_type, **FUNCTIONS)["HumanTaskConfig"]
        assert human["PreHumanTaskLambdaArn"] == FUNCTIONS["pre_human_task_function"]
        assert human["AnnotationConsolidationConfig"] == {
            "AnnotationConsolidationLambdaArn": FUNCTIONS["post_human_task_function"]}

    @pytest.mark.parametrize("missing", FUNCTIONS)
    def test_a_custom_task_needs_both(self, missing: str) -> None:
        assert refusals(task_type="custom", **{**FUNCTIONS, missing: ""}) == {missing: "required for a custom task"}

    def test_a_custom_private_task_needs_no_region_of_the_table(self) -> None:
        assert request(task_type="custom", region="eu-north-1", **FUNCTIONS)["LabelAttributeName"] == "label"

    def test_an_unknown_one_is_refused_naming_those_there_are_and_all_else_that_is_wrong(self) -> None:
        found = refusals(task_type="video frame", worker_type="robots", label_attribute_name="a-metadata")
        assert set(found) == {"task_type", "worker_type"}
        assert "video frame object detection" in found["task_type"]
        assert "custom" in found["task_type"]

    def test_functions_given_for_a_built_in_one_are_not_used_and_that_is_said(self) -> None:
        assert set(warnings(**FUNCTIONS)) == set(FUNCTIONS)
        assert request(**FUNCTIONS)["HumanTaskConfig"]["PreHumanTaskLambdaArn"].endswith(":PRE-ImageMultiClass")

    @pytest.mark.parametrize("region", ["eu-north-1", "cn-north-1"])
    def test_a_region_without_functions_is_refused(self, region: str) -> None:
        assert "eu-central-1" in refusals(region=region)["region"]

    def test_no_region_is_refused(self) -> None:
        assert set(refusals(region="")) == {"region"}

    def test_the_region_of_the_environment_counts(self) -> None:
        (call,) = prepare(GROUND_TRUTH, {**LEAST, "region": ""}, region="eu-west-1").calls
        assert call.request["HumanTaskConfig"]["PreHumanTaskLambdaArn"].startswith("arn:aws:lambda:eu-west-1:568282634449:")


class TestUserInterface:
    ARN = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"

    def test_a_template(self) -> None:
        assert request()["HumanTaskConfig"]["UiConfig"] == {"UiTemplateS3Uri": LEAST["ui_template"]}

    def test_that_of_a_task_type_is_given_by_arn(self) -> None:
        human = request(task_type="named entity recognition", ui_template=self.ARN)["HumanTaskConfig"]
        assert human["UiConfig"] == {"HumanTaskUiArn": self.ARN}

    def test_a_template_in_its_place_is_refused_with_the_arn(self) -> None:
        assert self.ARN in refusals(task_type="named entity recognition")["ui_template"]


class TestWorkers:
    @pytest.mark.parametrize("worker_type", ["private", "Vendor"])
    def test_a_team_without_price_and_classifiers(self, worker_type: str) -> None:
        made = request(worker_type=worker_type)
        assert made["HumanTaskConfig"]["WorkteamArn"] == TEAM
        assert "PublicWorkforceTaskPrice" not in made["HumanTaskConfig"]
        assert "DataAttributes" not in made["InputConfig"]

    @pytest.mark.parametrize("worker_type", ["private", "vendor"])
    def test_a_team_has_to_be_named(self, worker_type: str) -> None:
        problem = f"required for worker_type {worker_type}"
        assert refusals(worker_type=worker_type, workteam_arn="") == {"workteam_arn": problem}

    def test_what_only_public_workers_need_is_said_to_be_unused(self) -> None:
        assert set(warnings(no_ppi=True, no_adult_content=True, workforce_task_price="0.036")) == {
            "no_ppi", "no_adult_content", "workforce_task_price"}

    def test_the_public_workforce(self) -> None:
        made = request(**PUBLIC, no_adult_content=True, no_ppi="yes", task_keywords="pets, animals ,,cats")
        assert made["HumanTaskConfig"]["WorkteamArn"] == (
            "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default")
        assert made["HumanTaskConfig"]["PublicWorkforceTaskPrice"] == {
            "AmountInUsd": {"Dollars": 0, "Cents": 3, "TenthFractionsOfACent": 6}}
        assert made["HumanTaskConfig"]["TaskKeywords"] == ["pets", "animals", "cats"]
        assert made["InputConfig"]["DataAttributes"] == {
            "ContentClassifiers": ["FreeOfAdultContent", "FreeOfPersonallyIdentifiableInformation"]}

    @pytest.mark.parametrize(("price", "problem"), [
        ("0.000", "a public workforce is paid"), ("0.0001", "more than three decimals"), ("free", "expected a price"),
        ("3", "the maximum is 2")])
    def test_the_public_workforce_needs_a_price_that_can_be_paid(self, price: str, problem: str) -> None:
        assert problem in refusals(**{**PUBLIC, "workforce_task_price": price})["workforce_task_price"]

    def test_the_public_workforce_is_in_some_regions_only(self) -> None:
        assert "no public workforce" in refusals(**PUBLIC, task_type="custom", region="cn-north-1", **FUNCTIONS)["region"]

    def test_an_unknown_kind_is_refused(self) -> None:
        assert refusals(worker_type="robots") == {"worker_type": "must be public, private or vendor"}


class TestLabelAttribute:
    @pytest.mark.parametrize(("task_type", "inputs", "name"), [
        ("image classification", {"label_attribute_name": "animal", "job_name": "job"}, "animal"),
        ("image classification", {"job_name": "job"}, "job"),
        ("image classification", {}, "image-classification"),
        ("semantic segmentation", {"label_attribute_name": "mask-ref"}, "mask-ref"),
        ("semantic segmentation", {"job_name": "job"}, "job-ref"),
        ("semantic segmentation", {"job_name": "job-ref"}, "job-ref"),
        ("semantic segmentation", {}, "semantic-segmentation-ref"),
        ("semantic segmentation verification", {}, "semantic-segmentation-verification"),
    ])
    def test_given_or_derived(self, task_type: str, inputs: dict[str, str], name: str) -> None:
        assert request(task_type=task_type, **inputs)["LabelAttributeName"] == name

    @pytest.mark.parametrize(("task_type", "inputs", "refused"), [
        ("semantic segmentation", {"label_attribute_name": "mask"}, "label_attribute_name"),
        ("semantic segmentation", {"label_attribute_name": "mask-metadata"}, "label_attribute_name"),
        ("image classification", {"label_attribute_name": "animal-ref"}, "label_attribute_name"),
        ("image classification", {"label_attribute_name": "animal-metadata"}, "label_attribute_name"),
        ("image classification", {"job_name": "job-ref"}, "job_name"),
        ("bounding box", {"label_attribute_name": "a b"}, "label_attribute_name"),
    ])
    def test_a_name_that_ground_truth_does_not_take_is_refused(
        self, task_type: str, inputs: dict[str, str], refused: str
    ) -> None:
        assert set(refusals(task_type=task_type, **inputs)) == {refused}


class TestAutomatedLabeling:
    def test_algorithm_model_and_key(self) -> None:
        model = "arn:aws:sagemaker:us-east-1:111122223333:model/first"
        made = request(
            enable_auto_labeling=True, task_type="bounding box", initial_model_arn=model, resource_encryption_key="key")
        assert made["LabelingJobAlgorithmsConfig"] == {
            "LabelingJobAlgorithmSpecificationArn":
                "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/object-detection",
            "InitialActiveLearningModelArn": model,
            "LabelingJobResourceConfig": {"VolumeKmsKeyId": "key"},
        }

    def test_the_blank_that_the_older_component_left_for_no_model_is_none(self) -> None:
        config = request(enable_auto_labeling=True, initial_model_arn=" ")["LabelingJobAlgorithmsConfig"]
        assert list(config) == ["LabelingJobAlgorithmSpecificationArn"]

    @pytest.mark.parametrize("inputs", [
        {"task_type": "semantic segmentation"},
        {"task_type": "named entity recognition", "ui_template": TestUserInterface.ARN},
        {"task_type": "custom", **FUNCTIONS}])
    def test_task_types_without_an_algorithm_are_refused(self, inputs: dict[str, str]) -> None:
        assert set(refusals(enable_auto_labeling=True, **inputs)) == {"enable_auto_labeling"}

    def test_any_algorithm_can_be_given_as_in_the_api(self) -> None:
        config = {"LabelingJobAlgorithmSpecificationArn":
                  "arn:aws:sagemaker:us-east-1:027400017018:labeling-job-algorithm-specification/semantic-segmentation"}
        made = request(task_type="semantic segmentation", extra_request={"LabelingJobAlgorithmsConfig": config})
        assert made["LabelingJobAlgorithmsConfig"] == config

    def test_what_it_alone_uses_is_said_to_be_unused(self) -> None:
        assert set(warnings(initial_model_arn="arn:model", resource_encryption_key="key")) == {
            "initial_model_arn", "resource_encryption_key"}


@pytest.mark.parametrize(("inputs", "refused"), [
    ({"task_type": "custom", **FUNCTIONS, "pre_human_task_function": "before"}, "pre_human_task_function"),
    ({"task_type": "custom", **FUNCTIONS, "post_human_task_function": "after"}, "post_human_task_function"),
    ({"enable_auto_labeling": True, "initial_model_arn": "a model of mine"}, "initial_model_arn"),
    ({"enable_auto_labeling": True, "resource_encryption_key": "a key"}, "resource_encryption_key"),
    ({"workteam_arn": "my team"}, "workteam_arn"),
    ({"job_name": "my job"}, "job_name"),
    ({"title": "t" * 129}, "title"),
    ({"num_workers_per_object": 10}, "num_workers_per_object"),
    ({"task_keywords": "a,b,c,d,e,f"}, "task_keywords"),
    ({"max_percent_objects": 101}, "max_percent_objects"),
    ({"manifest_location": "manifest"}, "manifest_location"),
    ({"ui_template": "template"}, "ui_template"),
])
def test_what_the_service_model_forbids_names_its_input(inputs: dict[str, Any], refused: str) -> None:
    assert set(refusals(**inputs)) == {refused}


def test_zeros_are_left_to_the_service() -> None:
    made = request(max_human_labeled_objects=0, max_percent_objects="0", task_availibility=0, max_concurrent_tasks=0)
    assert "StoppingConditions" not in made
    assert not {"TaskAvailabilityLifetimeInSeconds", "MaxConcurrentTaskCount"} & set(made["HumanTaskConfig"])


def test_limits_are_sent() -> None:
    made = request(max_human_labeled_objects=10, max_percent_objects="50", task_availibility=600, max_concurrent_tasks=5)
    assert made["StoppingConditions"] == {"MaxHumanLabeledObjectCount": 10, "MaxPercentageOfInputDatasetLabeled": 50}
    assert made["HumanTaskConfig"]["TaskAvailabilityLifetimeInSeconds"] == 600
    assert made["HumanTaskConfig"]["MaxConcurrentTaskCount"] == 5


@pytest.mark.parametrize("name", [declared.name for declared in GROUND_TRUTH.inputs])
def test_a_value_that_only_the_run_tells_is_no_problem(name: str) -> None:
    """Other inputs may then be superfluous, never wrong."""
    prepare(GROUND_TRUTH, {**LEAST, name: UNRESOLVED})
    prepare(GROUND_TRUTH, {**LEAST, **PUBLIC, name: UNRESOLVED})
    prepare(GROUND_TRUTH, {**LEAST, "task_type": "custom", **FUNCTIONS, name: UNRESOLVED})


def test_outputs() -> None:
    collected = collect(Ended({
        "LabelingJobName": "job", "LabelingJobArn": "arn", "LabelAttributeName": "animal",
        "LabelCounters": {
            "TotalLabeled": 12, "HumanLabeled": 7, "MachineLabeled": 5, "FailedNonRetryableError": 1, "Unlabeled": 0},
        "LabelingJobOutput": {"OutputDatasetS3Uri": "s3://b/output.manifest", "FinalActiveLearningModelArn": "arn:model"},
    }, {}))
    assert collected.parameters == {
        "output_manifest_location": "s3://b/output.manifest", "active_learning_model_arn": "arn:model",
        "label_attribute_name": "animal", "job_name": "job", "arn": "arn"}
    assert list(collected.figures.values())[:5] == ["12", "7", "5", "1", "0"]


def test_a_job_without_a_model_leaves_an_empty_text() -> None:
    assert collect(Ended({"LabelingJobOutput": {"OutputDatasetS3Uri": "s3://b/m"}}, {})).parameters[
        "active_learning_model_arn"] == ""


def test_is_for_those_who_used_it_already() -> None:
    assert GROUND_TRUTH.lifecycle is Lifecycle.EXISTING_CUSTOMERS_ONLY
