"""``v1/hyperparameter_tuning``: from inputs to a request; several training job definitions by ``extra_request``."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.hyperparameter_tuning import HYPERPARAMETER_TUNING
from kfp_sagemaker.faces.prepare import prepare
from kfp_sagemaker.generate.examples import EXAMPLES
from kfp_sagemaker.service_model.validate import UNRESOLVED

LEAST = EXAMPLES["v1/hyperparameter_tuning"]
CONFIG, DEFINITION = "HyperParameterTuningJobConfig", "TrainingJobDefinition"
GRID = {"strategy": "Grid", "continuous_parameters": [], "integer_parameters": [],
        "categorical_parameters": [{"Name": "optimizer", "Values": ["sgd", "adam"]}]}


def request(**inputs: Any) -> Any:
    return prepare(HYPERPARAMETER_TUNING, {**LEAST, **inputs}).requests["CreateHyperParameterTuningJob"]


def refused(**inputs: Any) -> dict[str, Violation]:
    with pytest.raises(InvalidInput) as raised:
        request(**inputs)
    return {violation.input: violation for violation in raised.value.violations}


def test_the_example() -> None:
    made = request(job_name="tune")
    assert made == {
        "HyperParameterTuningJobName": "tune",
        CONFIG: {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:accuracy"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 3},
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "learning_rate", "MinValue": "0.001", "MaxValue": "0.1", "ScalingType": "Logarithmic"}],
                "IntegerParameterRanges": [{"Name": "epochs", "MinValue": "5", "MaxValue": "20"}],
            },
            "TrainingJobEarlyStoppingType": "Off",
        },
        DEFINITION: {
            "StaticHyperParameters": {"batch_size": "32"},
            "AlgorithmSpecification": {
                "TrainingImage": LEAST["image"], "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "validation:accuracy", "Regex": "accuracy=([0-9.]+)"}]},
            "RoleArn": LEAST["role"],
            "InputDataConfig": LEAST["channels"],
            "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/models/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": False,
            "EnableManagedSpotTraining": False,
        },
    }


def test_a_derived_name_is_within_32_characters_also_for_the_last_attempt() -> None:
    name = request()["HyperParameterTuningJobName"]
    assert name.startswith("HPOJob-")
    assert len(f"{name}-r10") <= 32


def test_a_name_of_33_characters_is_refused() -> None:
    assert request(job_name="x" * 32)["HyperParameterTuningJobName"] == "x" * 32
    assert set(refused(job_name="x" * 33)) == {"job_name"}


@pytest.mark.parametrize(("given", "sent"), [
    ({"Name": "x", "MinValue": 1, "MaxValue": 9.0}, {"Name": "x", "MinValue": "1", "MaxValue": "9"}),
    ({"Name": "x", "MinValue": "1", "MaxValue": "9"}, {"Name": "x", "MinValue": "1", "MaxValue": "9"}),
    ({"Name": "x", "MinValue": 0.5, "MaxValue": 1e-7}, {"Name": "x", "MinValue": "0.5", "MaxValue": "1e-07"}),
    ({"Name": "x", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"},
     {"Name": "x", "MinValue": "1", "MaxValue": "9", "ScalingType": "Linear"}),
])
def test_bounds_are_numbers_or_text(given: dict[str, Any], sent: dict[str, Any]) -> None:
    for name, member in (("continuous_parameters", "ContinuousParameterRanges"),
                         ("integer_parameters", "IntegerParameterRanges")):
        assert request(**{name: [given]})[CONFIG]["ParameterRanges"][member] == [sent]


def test_values_of_categories_are_encoded_as_hyperparameters_are() -> None:
    made = request(categorical_parameters=[{"Name": "layers", "Values": [32, "64", True, [8, 8]]}])
    assert made[CONFIG]["ParameterRanges"]["CategoricalParameterRanges"] == [
        {"Name": "layers", "Values": ["32", "64", "true", "[8,8]"]}]


@pytest.mark.parametrize(("ranges", "problem"), [
    ([{"Name": "x", "MinValue": None, "MaxValue": 1}], "MinValue"),
    ([{"Name": "x", "MinValue": 1}], "MaxValue"),
    (["x"], "object"),
    ([{"Name": "x", "MinValue": 1, "MaxValue": 2, "Scale": "Linear"}], "Scale"),
])
def test_a_bad_range_names_its_input(ranges: list[Any], problem: str) -> None:
    assert problem in str(refused(continuous_parameters=ranges)["continuous_parameters"])


class TestStrategies:
    @pytest.mark.parametrize("strategy", ["Bayesian", "Random", "Hyperband", "Grid"])
    def test_all_are_sent(self, strategy: str) -> None:
        assert request(strategy=strategy)[CONFIG]["Strategy"] == strategy

    def test_others_are_refused(self) -> None:
        assert set(refused(strategy="Guessing")) == {"strategy"}

    def test_hyperband_has_a_configuration(self) -> None:
        resources = {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 27}}
        assert request(strategy="Hyperband", strategy_config=resources)[CONFIG]["StrategyConfig"] == resources

    def test_a_grid_needs_no_number_of_jobs(self) -> None:
        assert request(**GRID, max_num_jobs=0)[CONFIG]["ResourceLimits"] == {"MaxParallelTrainingJobs": 3}
        assert request(**GRID, max_num_jobs=2)[CONFIG]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 2

    @pytest.mark.parametrize("strategy", ["Bayesian", "Random", "Hyperband"])
    def test_others_need_a_number_or_another_end(self, strategy: str) -> None:
        assert set(refused(strategy=strategy, max_num_jobs=0)) == {"max_num_jobs"}
        criteria = {"TargetObjectiveMetricValue": 0.9}
        made = request(strategy=strategy, max_num_jobs=0, completion_criteria=criteria)[CONFIG]
        assert made["TuningJobCompletionCriteria"] == criteria
        assert "MaxNumberOfTrainingJobs" not in made["ResourceLimits"]
        limit = {CONFIG: {"ResourceLimits": {"MaxRuntimeInSeconds": 3600}}}
        assert request(strategy=strategy, max_num_jobs=0, extra_request=limit)[CONFIG]["ResourceLimits"] == {
            "MaxParallelTrainingJobs": 3, "MaxRuntimeInSeconds": 3600}

    def test_a_negative_number_is_refused(self) -> None:
        assert set(refused(max_num_jobs=-1)) == {"max_num_jobs"}

    def test_early_stopping(self) -> None:
        assert request(early_stopping_type="Auto")[CONFIG]["TrainingJobEarlyStoppingType"] == "Auto"


class TestWarmStart:
    def test_parents_are_split_and_trimmed(self) -> None:
        made = request(warm_start_type="TransferLearning", parent_hpo_jobs=" first,second , ")
        assert made["WarmStartConfig"] == {
            "WarmStartType": "TransferLearning",
            "ParentHyperParameterTuningJobs": [
                {"HyperParameterTuningJobName": "first"}, {"HyperParameterTuningJobName": "second"}]}

    @pytest.mark.parametrize(("given", "missing"), [
        ({"warm_start_type": "TransferLearning"}, "parent_hpo_jobs"), ({"parent_hpo_jobs": "first"}, "warm_start_type")])
    def test_half_of_one_is_refused(self, given: dict[str, str], missing: str) -> None:
        assert set(refused(**given)) == {missing}


class TestAsTraining:
    """What holds for a training job holds for those of a tuning job."""

    def test_a_built_in_algorithm_is_an_image(self) -> None:
        made = request(image="", algorithm_name="XGBoost", region="eu-west-1")
        assert "/sagemaker-xgboost:" in made[DEFINITION]["AlgorithmSpecification"]["TrainingImage"]

    def test_spot_needs_checkpoints_and_time(self) -> None:
        assert set(refused(spot_instance=True, max_wait_time=60)) == {"max_wait_time", "checkpoint_config"}
        made = request(spot_instance=True, max_run_time=50, max_wait_time=60, checkpoint_config={"S3Uri": "s3://b/c"})
        assert made[DEFINITION]["StoppingCondition"] == {"MaxRuntimeInSeconds": 50, "MaxWaitTimeInSeconds": 60}

    @pytest.mark.parametrize(("inputs", "wrong"), [
        ({"image": ""}, "image"), ({"channels": []}, "channels"), ({"instance_count": 0}, "instance_count"),
        ({"vpc_subnets": "subnet-1"}, "vpc_security_group_ids")])
    def test_what_is_refused(self, inputs: dict[str, Any], wrong: str) -> None:
        assert set(refused(**inputs)) == {wrong}


DEFINITIONS = [{
    "DefinitionName": name,
    "TuningObjective": {"Type": "Minimize", "MetricName": "loss"},
    "HyperParameterRanges": {"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}]},
    "AlgorithmSpecification": {"TrainingImage": LEAST["image"], "TrainingInputMode": "File"},
    "RoleArn": LEAST["role"],
    "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/models/"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
} for name in ("shallow", "deep")]
SEVERAL = {
    "TrainingJobDefinitions": DEFINITIONS,
    "TrainingJobDefinition": None,
    CONFIG: {"HyperParameterTuningJobObjective": None, "ParameterRanges": None},
}


class TestSeveralDefinitions:
    def test_are_instead_of_the_one_from_the_inputs(self) -> None:
        made = request(job_name="tune", extra_request=SEVERAL)
        assert made == {
            "HyperParameterTuningJobName": "tune",
            CONFIG: {
                "Strategy": "Bayesian", "TrainingJobEarlyStoppingType": "Off",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 3}},
            "TrainingJobDefinitions": DEFINITIONS,
        }

    def test_make_what_would_describe_the_one_needless(self) -> None:
        nothing = {"role": "", "image": "", "channels": [], "output_location": "", "metric_name": "", "metric_type": ""}
        made = request(**nothing, extra_request=SEVERAL)
        assert made["TrainingJobDefinitions"] == DEFINITIONS
        assert "TrainingJobDefinition" not in made

    @pytest.mark.parametrize("left", ["TrainingJobDefinition", CONFIG])
    def test_nothing_of_the_one_may_be_left_beside_them(self, left: str) -> None:
        violations = refused(extra_request={name: value for name, value in SEVERAL.items() if name != left})
        assert set(violations) == {"extra_request"}
        assert "set this to null" in violations["extra_request"].problem

    def test_ranges_that_are_not_given_need_not_be_removed(self) -> None:
        without = {**SEVERAL, CONFIG: {"HyperParameterTuningJobObjective": None}}
        made = request(continuous_parameters=[], integer_parameters=[], extra_request=without)
        assert "ParameterRanges" not in made[CONFIG]

    def test_are_checked(self) -> None:
        wrong = [{**DEFINITIONS[0], "Colour": "red"}]
        assert set(refused(extra_request={**SEVERAL, "TrainingJobDefinitions": wrong})) == {"extra_request"}

    def test_neither_one_nor_several_is_refused_by_what_is_missing(self) -> None:
        """A role is still needed by what is left."""
        assert set(refused(role="")) == {"role"}


def test_what_is_known_later_fits_everywhere() -> None:
    inputs = {declared.name: UNRESOLVED for declared in HYPERPARAMETER_TUNING.inputs}
    assert prepare(HYPERPARAMETER_TUNING, inputs).warnings == ()
