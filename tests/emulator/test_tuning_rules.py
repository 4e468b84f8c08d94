"""Rules on CreateHyperParameterTuningJob beyond the model, and what its definitions become."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local.tuning_definitions import built_in_metric, definitions, is_built_in, training_request

Make = Callable[..., dict[str, Any]]

INTEGER, CONTINUOUS, CATEGORICAL = "IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"
COLORS = {CATEGORICAL: [{"Name": "color", "Values": ["red", "blue"]}, {"Name": "size", "Values": ["s", "m", "s"]}]}
KMEANS = "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1"
LIMITS = {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 1}
GRID = {"Strategy": "Grid", "ParameterRanges": COLORS, "ResourceLimits": LIMITS}
HYPERBAND = {"Strategy": "Hyperband", "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}}}
OBJECTIVE = {"Type": "Minimize", "MetricName": "score"}
ONE_RANGE = {INTEGER: [{"Name": "x", "MinValue": "1", "MaxValue": "2"}]}


def ranges(kind: str, least: str, most: str, scaling: str = "Auto") -> dict[str, Any]:
    return {"ParameterRanges": {kind: [{"Name": "p", "MinValue": least, "MaxValue": most, "ScalingType": scaling}]}}


BROKEN: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 2}}, {}, "must be less than or equal to"),
    ({"ResourceLimits": {"MaxParallelTrainingJobs": 2}}, {}, "MaxNumberOfTrainingJobs must be specified"),
    ({"ParameterRanges": None}, {}, "At least one hyperparameter range must be specified"),
    (ranges(INTEGER, "3", "2"), {}, "MinValue 3 of the hyperparameter p must be less than or equal to its MaxValue 2"),
    (ranges(INTEGER, "0.5", "2"), {}, "must be integers"),
    (ranges(CONTINUOUS, "low", "2"), {}, "must be numbers"),
    (ranges(CONTINUOUS, "0", "inf"), {}, "must be finite"),
    (ranges(CONTINUOUS, "0", "1", "Logarithmic"), {}, "requires values greater than 0"),
    (ranges(CONTINUOUS, "0", "1", "ReverseLogarithmic"), {}, "requires a range within 0 <= x < 1.0"),
    (ranges(INTEGER, "0", "0", "ReverseLogarithmic"), {}, "requires a continuous range"),
    ({"ParameterRanges": {INTEGER: ONE_RANGE[INTEGER] * 2}}, {}, "Name of a hyperparameter range must be unique: x"),
    ({"ParameterRanges": {"AutoParameters": [{"Name": "x", "ValueHint": "1"}]}}, {}, "does not offer AutoParameters"),
    ({"HyperParameterTuningJobObjective": None}, {}, "An objective must be specified"),
    ({"HyperParameterTuningJobObjective": {**OBJECTIVE, "MetricName": "other"}}, {}, "is other, those defined are ['score']"),
    ({}, {"StaticHyperParameters": {"x": "1"}}, "The hyperparameter x cannot be both static and in a range"),
    ({}, {"TuningObjective": OBJECTIVE}, "An objective cannot be specified both in"),
    ({}, {"HyperParameterRanges": ONE_RANGE}, "Ranges cannot be specified both in"),
    ({}, {"ResourceConfig": None}, "In the training job definition: ResourceConfig is required"),
    ({}, {"EnableManagedSpotTraining": True}, "In the training job definition: Invalid MaxWaitTimeInSeconds"),
    ({"Strategy": "Grid"}, {}, "Grid supports only categorical parameters"),
    ({**GRID, "ResourceLimits": {**LIMITS, "MaxNumberOfTrainingJobs": 3}}, {}, "distinct categorical combinations, 4"),
    ({**HYPERBAND, "TrainingJobEarlyStoppingType": "Auto"}, {}, "TrainingJobEarlyStoppingType must be Off"),
    ({"Strategy": "Hyperband"}, {}, "MaxResource of HyperbandStrategyConfig is required"),
    ({"Strategy": "Hyperband"}, {"StaticHyperParameters": {"epochs": "many"}}, "MaxResource of HyperbandStrategyConfig is"),
    (
        {**HYPERBAND, "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 3}}},
        {},
        "MinResource 9 of HyperbandStrategyConfig must be less than or equal to MaxResource 3",
    ),
    ({**HYPERBAND, "Strategy": "Random"}, {}, "HyperbandStrategyConfig cannot be specified for the strategy Random"),
    (
        {"TuningJobCompletionCriteria": {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}},
        {},
        "does not offer ConvergenceDetected",
    ),
]

KEPT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (GRID, {}),
    ({**GRID, "ResourceLimits": {"MaxParallelTrainingJobs": 1}}, {}),
    (HYPERBAND, {}),
    ({"Strategy": "Hyperband"}, {"StaticHyperParameters": {"epochs": '"9"'}}),
    (ranges(CONTINUOUS, "0", "0.999", "ReverseLogarithmic"), {}),
    (ranges(INTEGER, "7", "7", "Logarithmic"), {}),
    ({"ResourceLimits": {"MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 120}}, {}),
    ({"ResourceLimits": {"MaxParallelTrainingJobs": 2}, "TuningJobCompletionCriteria": {"TargetObjectiveMetricValue": 1}}, {}),
    ({"HyperParameterTuningJobObjective": None}, {"TuningObjective": OBJECTIVE}),
    ({"ParameterRanges": None}, {"HyperParameterRanges": ONE_RANGE}),
    ({}, {"AlgorithmSpecification": {"TrainingImage": KMEANS, "TrainingInputMode": "File"}}),
    ({}, {"AlgorithmSpecification": {"AlgorithmName": "mine", "TrainingInputMode": "File"}}),
]


def merged(value: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in {**value, **changes}.items() if item is not None}


@pytest.fixture
def request_with(make_request: Make) -> Make:
    """A tuning request with changes in its config and in its definition; None takes a member away."""

    def make(name: str, config: dict[str, Any], definition: dict[str, Any], **members: Any) -> dict[str, Any]:
        request = make_request("HyperParameterTuningJob", name)
        request["HyperParameterTuningJobConfig"] = merged(request["HyperParameterTuningJobConfig"], config)
        request["TrainingJobDefinition"] = merged(request["TrainingJobDefinition"], definition)
        return merged(request, members)

    return make


def refusal(sagemaker: Any, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as caught:
        sagemaker.create_hyper_parameter_tuning_job(**request)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    message: str = caught.value.response["Error"]["Message"]
    return message


@pytest.mark.parametrize(("config", "definition", "sentence"), BROKEN)
def test_a_request_that_breaks_a_rule_is_refused(
    sagemaker: Any, request_with: Make, config: dict[str, Any], definition: dict[str, Any], sentence: str
) -> None:
    assert sentence in refusal(sagemaker, request_with("broken", config, definition))


@pytest.mark.parametrize(("config", "definition"), KEPT)
def test_a_request_that_keeps_the_rules_is_accepted(
    sagemaker: Any, request_with: Make, config: dict[str, Any], definition: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = re.sub(r"\W+", "-", request.node.callspec.id)[-28:].strip("-")
    created = sagemaker.create_hyper_parameter_tuning_job(**request_with(f"k-{name}", config, definition))
    assert created["HyperParameterTuningJobArn"].endswith(f"/k-{name}")


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"TrainingJobDefinition": None}, "Exactly one of TrainingJobDefinition and TrainingJobDefinitions"),
        ({"Autotune": {"Mode": "Enabled"}}, "does not offer Autotune"),
        ({"HyperParameterTuningJobName": "x" * 33}, "Member must have length less than or equal to 32"),
    ],
)
def test_other_members(sagemaker: Any, request_with: Make, members: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(sagemaker, request_with("other", {}, {}, **members))


@pytest.mark.parametrize(
    ("config", "names", "sentence"),
    [
        ({}, ("a", "b"), "HyperParameterTuningJobObjective cannot be specified in HyperParameterTuningJobConfig together"),
        ({"ParameterRanges": None}, ("a", "b"), "HyperParameterTuningJobObjective cannot be specified"),
        ({"ParameterRanges": None, "HyperParameterTuningJobObjective": None}, ("a", "a"), "DefinitionName must be unique: a"),
        ({"ParameterRanges": None, "HyperParameterTuningJobObjective": None}, ("a", None), "DefinitionName is required"),
    ],
)
def test_several_definitions_have_names_ranges_and_objectives_of_their_own(
    sagemaker: Any, request_with: Make, config: dict[str, Any], names: tuple[str | None, ...], sentence: str
) -> None:
    request = request_with("several", config, {"TuningObjective": OBJECTIVE, "HyperParameterRanges": ONE_RANGE})
    definition = request.pop("TrainingJobDefinition")
    request["TrainingJobDefinitions"] = [merged(definition, {"DefinitionName": name}) for name in names]
    assert sentence in refusal(sagemaker, request)


@pytest.mark.parametrize(
    ("image", "built_in"),
    [
        (KMEANS, True),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", True),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/kmeans-of-mine:1", False),
        ("kmeans:1", False),
    ],
)
def test_images_of_built_in_algorithms_are_known(image: str, built_in: bool) -> None:
    assert is_built_in({"AlgorithmSpecification": {"TrainingImage": image}}) is built_in


@pytest.mark.parametrize(
    ("metric", "line", "value"),
    [
        ("test:msd", "#quality_metric: host=algo-1, test msd <loss>=25.5", "25.5"),
        ("validation:objective_loss", "x #quality_metric: host=algo-1, validation objective_loss <loss>=-1e-05", "-1e-05"),
        ("validation:rmse", "[21:08:20] #011[7]#011train-rmse:0.1#011validation-rmse:0.25", "0.25"),
        ("test:msd", "#quality_metric: host=algo-1, train msd <loss>=25.5", None),
    ],
)
def test_the_metric_of_a_built_in_algorithm_is_found_in_its_lines(metric: str, line: str, value: str | None) -> None:
    found = re.search(built_in_metric(metric)["Regex"], line)
    assert (found and found[1]) == value


def test_a_definition_becomes_a_training_request(request_with: Make) -> None:
    members = {
        "StaticHyperParameters": {"epochs": "3"},
        "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints/"},
        "ResourceConfig": None,
        "HyperParameterTuningResourceConfig": {
            "VolumeSizeInGB": 5,
            "InstanceConfigs": [{"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 7}],
        },
        "Environment": {"A": "1"},
        "DefinitionName": "first",
    }
    request = request_with("tune", {}, members)
    before = copy.deepcopy(request)
    (definition,) = definitions(request)

    made = training_request(definition, "tune-001-x", {"x": "4"})

    assert made["HyperParameters"] == {"epochs": "3", "x": "4", "_tuning_objective_metric": "score"}
    assert made["TrainingJobName"] == "tune-001-x"
    assert made["ResourceConfig"] == {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 7}
    assert made["CheckpointConfig"] == {"S3Uri": "s3://bucket/checkpoints/tune-001-x"}
    assert made["Environment"] == {"A": "1"}
    assert made.keys().isdisjoint({"DefinitionName", "StaticHyperParameters", "HyperParameterTuningResourceConfig"})
    assert request == before
