"""A tuning request's training job definitions, and the CreateTrainingJob request that one of them makes."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from sagemaker_local.tuning_events import TuningDefinition

OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
"""The hyperparameter by which the service tells a training job what it is tuned for."""

OWN_MEMBERS = frozenset(
    (
        "DefinitionName",
        "TuningObjective",
        "HyperParameterRanges",
        "StaticHyperParameters",
        "HyperParameterTuningResourceConfig",
    )
)
"""Members of a definition that are none of CreateTrainingJob."""

RANGE_KINDS = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")

RESOURCE_NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""Static hyperparameters that Hyperband takes its MaxResource from (API reference, HyperbandStrategyConfig)."""

BUILT_IN = re.compile(
    r"\d{12}\.dkr\.ecr\.[^/]+/(blazingtext|factorization-machines|forecasting-deepar|image-classification|ipinsights|kmeans|knn|"
    r"lda|linear-learner|ntm|object-detection|object2vec|pca|randomcutforest|semantic-segmentation|seq2seq|(sagemaker-)?xgboost)"
    r"(:|@|$)"
)
"""Images of the service's own algorithms (Developer Guide, "Docker Registry Paths"), whose metrics it knows by itself."""


def definitions(request: Mapping[str, Any]) -> tuple[TuningDefinition, ...]:
    """The definitions of a request that keeps the rules of tuning_rules.py."""
    config = request["HyperParameterTuningJobConfig"]
    return tuple(
        TuningDefinition(
            name=members.get("DefinitionName"),
            objective_type=(objective := objective_of(members, config))["Type"],
            metric_name=objective["MetricName"],
            ranges=ranges_of(members, config),
            max_resource=_max_resource(members, config),
            members=members,
        )
        for members in definition_members(request)
    )


def definition_members(request: Mapping[str, Any]) -> list[Any]:
    """TrainingJobDefinition as a list of one, or TrainingJobDefinitions."""
    single = request.get("TrainingJobDefinition")
    return [single] if single is not None else list(request.get("TrainingJobDefinitions") or ())


def objective_of(members: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    """The definition's own objective, else the tuning job's; None without one."""
    return members.get("TuningObjective") or config.get("HyperParameterTuningJobObjective")


def ranges_of(members: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    """The definition's own ranges, else the tuning job's."""
    return members.get("HyperParameterRanges") or config.get("ParameterRanges") or {}


def is_built_in(members: Mapping[str, Any]) -> bool:
    """Whether the definition's image is one of the service's own algorithms."""
    return BUILT_IN.match(members["AlgorithmSpecification"].get("TrainingImage", "")) is not None


def built_in_metric(metric_name: str) -> dict[str, str]:
    """The MetricDefinition of ``channel:metric`` in the lines that the built-in algorithms write.

    XGBoost writes ``[7] ... validation-rmse:0.5``, the others ``#quality_metric: host=algo-1, test msd <loss>=0.5``.
    """
    channel, _, metric = (re.escape(part) for part in metric_name.partition(":"))
    quality = rf"#quality_metric: host=\S+, {channel} {metric} <[^>]+>="
    xgboost = rf"\[[0-9]+\].*{channel}-{metric}:"
    return {"Name": metric_name, "Regex": rf"(?:{quality}|{xgboost})([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)"}


def training_request(definition: TuningDefinition, name: str, tuned_hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """The CreateTrainingJob request of one training job, without tags."""
    request = {
        member: copy.deepcopy(value) for member, value in definition.members.items() if member not in OWN_MEMBERS
    }
    request["TrainingJobName"] = name
    request["HyperParameters"] = {
        **definition.members.get("StaticHyperParameters", {}),
        **tuned_hyperparameters,
        OBJECTIVE_HYPERPARAMETER: definition.metric_name,
    }
    resources = definition.members.get("HyperParameterTuningResourceConfig")
    if resources is not None:
        request["ResourceConfig"] = _resource_config(resources)
    if "CheckpointConfig" in request:  # of its own: training jobs must not go on from each other's
        request["CheckpointConfig"]["S3Uri"] = f"{request['CheckpointConfig']['S3Uri'].rstrip('/')}/{name}"
    return request


def _max_resource(members: Mapping[str, Any], config: Mapping[str, Any]) -> int | None:
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {}).get("MaxResource")
    static = members.get("StaticHyperParameters", {})
    texts = [static[name].strip('"') for name in RESOURCE_NAMES if name in static]
    return given or next((int(text) for text in texts if text.isdecimal() and int(text)), None)


def _resource_config(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Of several InstanceConfigs the first, for here there is capacity for all."""
    chosen = (resources.get("InstanceConfigs") or [{}])[0]
    members = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")
    found = {member: chosen.get(member, resources.get(member)) for member in members}
    return {member: value for member, value in found.items() if value is not None}
