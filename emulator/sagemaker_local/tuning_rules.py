"""Rules on CreateHyperParameterTuningJob that the service enforces and its model does not state, and its defaults.

Sources: the API reference's text on the members and the developer guide, "Perform Automatic Model Tuning". Rules on the
parents of a warm start need other records: tuning_jobs.py.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sagemaker_local import defaults, rules
from sagemaker_local.tuning_definitions import (
    RANGE_KINDS,
    RESOURCE_NAMES,
    built_in_metric,
    definition_members,
    definitions,
    is_built_in,
    objective_of,
    ranges_of,
    training_request,
)
from sagemaker_local.tuning_events import TuningDefinition

MOST_TUNED = 30
"""Hyperparameters that can be searched at once (Developer Guide, "Resource limits")."""

NUMBERS = {"IntegerParameterRanges": int, "ContinuousParameterRanges": float}


def fill_defaults(request: dict[str, Any]) -> None:
    """What Describe shows of left out members; the metric definition of a built-in algorithm's objective."""
    config = request["HyperParameterTuningJobConfig"]
    config.setdefault("TrainingJobEarlyStoppingType", "Off")
    for members in definition_members(request):
        for kind in RANGE_KINDS[:2]:
            for each in ranges_of(members, config).get(kind, ()):
                each.setdefault("ScalingType", "Auto")
        objective, algorithm = objective_of(members, config), members["AlgorithmSpecification"]
        if objective and is_built_in(members) and not algorithm.get("MetricDefinitions"):
            algorithm["MetricDefinitions"] = [built_in_metric(objective["MetricName"])]
        defaults.tuned_training(members)


def broken_rules(request: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for everything that is wrong."""
    config = request["HyperParameterTuningJobConfig"]
    single, several = request.get("TrainingJobDefinition"), request.get("TrainingJobDefinitions")
    if (single is None) == (several is None):
        yield "Exactly one of TrainingJobDefinition and TrainingJobDefinitions must be specified."
        return
    if request.get("Autotune"):
        yield "The local SageMaker does not offer Autotune: specify the ranges, the limits and the strategy."
    if config.get("TuningJobCompletionCriteria", {}).get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled":
        yield "The local SageMaker does not offer ConvergenceDetected in TuningJobCompletionCriteria."
    if several is not None:
        yield from _several(several, config)
    complete = True
    for members in definition_members(request):
        found = [*_objective(members, config), *_ranges(members, config)]
        complete = complete and not found
        yield from found
    if complete:
        yield from _strategy(request, config)
        for definition in definitions(request):
            yield from _of_definition(definition, rules.training_job(training_request(definition, "x", {})))


def grid_size(ranges: Mapping[str, Any]) -> int:
    """The number of combinations of categorical values."""
    return math.prod(len(set(each["Values"])) for each in ranges.get("CategoricalParameterRanges", ()))


def _several(several: list[Any], config: Mapping[str, Any]) -> Iterator[str]:
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if config.get(member):
            yield f"{member} cannot be specified in HyperParameterTuningJobConfig together with TrainingJobDefinitions."
    if any("DefinitionName" not in members for members in several):
        yield "DefinitionName is required for each of TrainingJobDefinitions."
    else:
        yield from _unique("DefinitionName", [members["DefinitionName"] for members in several])


def _objective(members: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    objective, algorithm = objective_of(members, config), members["AlgorithmSpecification"]
    if members.get("TuningObjective") and config.get("HyperParameterTuningJobObjective"):
        yield "An objective cannot be specified both in HyperParameterTuningJobConfig and in the training job definition."
    if objective is None:
        yield "An objective must be specified: HyperParameterTuningJobObjective, or TuningObjective of each definition."
    elif "AlgorithmName" not in algorithm:
        names = [definition["Name"] for definition in algorithm.get("MetricDefinitions", ())]
        if objective["MetricName"] not in names:
            yield (
                "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
                f"definitions: the objective is {objective['MetricName']}, those defined are {names}."
            )


def _ranges(members: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    ranges = ranges_of(members, config)
    if members.get("HyperParameterRanges") and config.get("ParameterRanges"):
        yield "Ranges cannot be specified both in HyperParameterTuningJobConfig and in the training job definition."
    if ranges.get("AutoParameters"):
        yield "The local SageMaker does not offer AutoParameters: specify their ranges."
    names = [each["Name"] for kind in RANGE_KINDS for each in ranges.get(kind, ())]
    if not names:
        yield "At least one hyperparameter range must be specified: in ParameterRanges or HyperParameterRanges."
    if len(names) > MOST_TUNED:
        yield f"The number of hyperparameters to search, {len(names)}, exceeds the limit of {MOST_TUNED}."
    yield from _unique("Name of a hyperparameter range", names)
    for name in sorted(set(names) & members.get("StaticHyperParameters", {}).keys()):
        yield f"The hyperparameter {name} cannot be both static and in a range."
    for kind, number in NUMBERS.items():
        for each in ranges.get(kind, ()):
            yield from _bounds(each, number, kind)


def _bounds(each: Mapping[str, Any], number: type[int] | type[float], kind: str) -> Iterator[str]:
    name, scaling = each["Name"], each.get("ScalingType")
    try:
        least, most = number(each["MinValue"]), number(each["MaxValue"])
    except ValueError:
        what = "integers" if number is int else "numbers"
        yield f"MinValue {each['MinValue']} and MaxValue {each['MaxValue']} of the hyperparameter {name} must be {what}."
        return
    if not (math.isfinite(least) and math.isfinite(most)):
        yield f"MinValue and MaxValue of the hyperparameter {name} must be finite."
    elif least > most:
        yield f"MinValue {least} of the hyperparameter {name} must be less than or equal to its MaxValue {most}."
    elif scaling == "Logarithmic" and least <= 0:
        yield f"Logarithmic scaling of the hyperparameter {name} requires values greater than 0."
    elif scaling == "ReverseLogarithmic" and kind == "IntegerParameterRanges":
        yield f"ReverseLogarithmic scaling of the hyperparameter {name} requires a continuous range."
    elif scaling == "ReverseLogarithmic" and not 0 <= least <= most < 1:
        yield f"ReverseLogarithmic scaling of the hyperparameter {name} requires a range within 0 <= x < 1.0."


def _strategy(request: Mapping[str, Any], config: Mapping[str, Any]) -> Iterator[str]:
    strategy, limits, found = config["Strategy"], config["ResourceLimits"], definitions(request)
    most, parallel = limits.get("MaxNumberOfTrainingJobs"), limits["MaxParallelTrainingJobs"]
    if most is not None and parallel > most:
        yield f"MaxParallelTrainingJobs {parallel} must be less than or equal to MaxNumberOfTrainingJobs {most}."
    if strategy == "Grid":
        yield from _grid(found, most)
    elif most is None and "MaxRuntimeInSeconds" not in limits and not config.get("TuningJobCompletionCriteria"):
        yield (
            f"MaxNumberOfTrainingJobs must be specified for the strategy {strategy}, unless MaxRuntimeInSeconds or "
            "TuningJobCompletionCriteria ends the tuning job."
        )
    if strategy == "Hyperband":
        yield from _hyperband(found, config)
    elif config.get("StrategyConfig", {}).get("HyperbandStrategyConfig"):
        yield f"HyperbandStrategyConfig cannot be specified for the strategy {strategy}."


def _grid(found: tuple[TuningDefinition, ...], most: int | None) -> Iterator[str]:
    if any(definition.ranges.get(kind) for definition in found for kind in NUMBERS):
        yield "The strategy Grid supports only categorical parameters: specify CategoricalParameterRanges."
        return
    size = sum(grid_size(definition.ranges) for definition in found)
    if most is not None and most != size:
        yield (
            f"MaxNumberOfTrainingJobs {most} must be equal to the number of distinct categorical combinations, {size}, for "
            "the strategy Grid, or be left out."
        )


def _hyperband(found: tuple[TuningDefinition, ...], config: Mapping[str, Any]) -> Iterator[str]:
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        yield "TrainingJobEarlyStoppingType must be Off for the strategy Hyperband, which stops training jobs by itself."
    least = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {}).get("MinResource", 1)
    for most in [definition.max_resource for definition in found]:
        if most is None:
            names = ", ".join(RESOURCE_NAMES)
            yield f"MaxResource of HyperbandStrategyConfig is required without a static hyperparameter of {names}."
        elif least > most:
            yield f"MinResource {least} of HyperbandStrategyConfig must be less than or equal to MaxResource {most}."


def _unique(what: str, names: list[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} must be unique: {name} occurs {count} times."


def _of_definition(definition: TuningDefinition, sentences: Iterator[str]) -> Iterator[str]:
    where = f"In the training job definition {definition.name}: " if definition.name else "In the training job definition: "
    yield from (where + sentence for sentence in sentences)
