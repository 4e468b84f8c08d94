"""``v1/hyperparameter_tuning``: the flat face on CreateHyperParameterTuningJob, input for input that of its predecessor.

The inputs describe one training job definition. Several come by ``extra_request``, which then removes that one. What comes
of a tuning job is in ``tuning_results``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.assemble import assemble, says_nothing_about
from kfp_sagemaker.faces.common_inputs import CONNECTION_INPUTS, STEP_INPUTS
from kfp_sagemaker.faces.face import CARD, Built, Face, Output, OutputType
from kfp_sagemaker.faces.hyperparameters import encode_hyperparameter, encode_hyperparameters
from kfp_sagemaker.faces.inputs import Input, InputType
from kfp_sagemaker.faces.training_inputs import advanced_inputs, algorithm_and_data_inputs, complete, instance_inputs
from kfp_sagemaker.faces.tuning_results import collect, lookups
from kfp_sagemaker.faces.vpc import comma_list
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.resources.hyper_parameter_tuning_job import HYPER_PARAMETER_TUNING_JOB

_OPERATION = "CreateHyperParameterTuningJob"
_CONFIG = f"{_OPERATION}.HyperParameterTuningJobConfig"
_DEFINITION = f"{_OPERATION}.TrainingJobDefinition"
_WARM_START = f"{_OPERATION}.WarmStartConfig"


def _encode_ranges(ranges: list[Any]) -> list[Any]:
    """Bounds and values as text, by the rule of hyperparameters; the API takes nothing else."""
    return [{name: _range_member(name, value) for name, value in each.items()} if isinstance(each, Mapping) else each
            for each in ranges]


def _range_member(name: str, value: Any) -> Any:
    if name in ("MinValue", "MaxValue", "ValueHint") and value is not None:
        return encode_hyperparameter(value)
    if name == "Values" and isinstance(value, list):
        return [item if item is None else encode_hyperparameter(item) for item in value]
    return value


def _ranges(name: str, member: str, kind: str, example: str, *, advanced: bool) -> Input:
    return Input(name, InputType.ARRAY, f"{kind}: a list of {member[:-1]} objects as in the API, such as {example}.",
                 default="[]", target=f"{_CONFIG}.ParameterRanges.{member}", encode=_encode_ranges, advanced=advanced)


INPUTS = (
    *algorithm_and_data_inputs(_DEFINITION),
    Input("output_location", InputType.STRING, "S3 URI under which the training jobs put their model.tar.gz.",
          target=f"{_DEFINITION}.OutputDataConfig.S3OutputPath"),
    Input("metric_name", InputType.STRING, "The objective: a metric of the algorithm, or one of metric_definitions.",
          target=f"{_CONFIG}.HyperParameterTuningJobObjective.MetricName"),
    Input("metric_type", InputType.STRING, "Whether the objective is to be large or small: Maximize or Minimize.",
          target=f"{_CONFIG}.HyperParameterTuningJobObjective.Type", choices=("Maximize", "Minimize")),
    _ranges("continuous_parameters", "ContinuousParameterRanges",
            "Hyperparameters to search for as real numbers (see also integer_parameters and categorical_parameters)",
            '{"Name": "eta", "MinValue": 0.01, "MaxValue": 0.3}', advanced=False),
    Input("max_num_jobs", InputType.INTEGER,
          "Number of training jobs at most. 0 sends no number: for the strategy Grid, or with completion_criteria.",
          target=f"{_CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs", encode=lambda given: given or None),
    Input("max_parallel_jobs", InputType.INTEGER, "Number of training jobs at the same time, at most.",
          target=f"{_CONFIG}.ResourceLimits.MaxParallelTrainingJobs"),
    *CONNECTION_INPUTS,
    _ranges("integer_parameters", "IntegerParameterRanges", "Hyperparameters to search for as whole numbers",
            '{"Name": "depth", "MinValue": 3, "MaxValue": 9}', advanced=True),
    _ranges("categorical_parameters", "CategoricalParameterRanges", "Hyperparameters to search for among listed values",
            '{"Name": "optimizer", "Values": ["sgd", "adam"]}', advanced=True),
    Input("static_parameters", InputType.OBJECT,
          "Hyperparameters that are not searched. Text stays as it is, other values become compact JSON (6, 0.1, true).",
          default="{}", target=f"{_DEFINITION}.StaticHyperParameters", encode=encode_hyperparameters, advanced=True),
    Input("strategy", InputType.STRING, "How to search: Bayesian, Random, Hyperband or Grid.", default="Bayesian",
          target=f"{_CONFIG}.Strategy", choices=("Bayesian", "Random", "Hyperband", "Grid"), advanced=True),
    Input("strategy_config", InputType.OBJECT, "StrategyConfig as in the API: the resources of Hyperband.", default="{}",
          target=f"{_CONFIG}.StrategyConfig", advanced=True),
    Input("early_stopping_type", InputType.STRING, "Whether training jobs that promise little are stopped: Off or Auto.",
          default="Off", target=f"{_CONFIG}.TrainingJobEarlyStoppingType", choices=("Off", "Auto"), advanced=True),
    Input("completion_criteria", InputType.OBJECT, "TuningJobCompletionCriteria as in the API: when the tuning may end early.",
          default="{}", target=f"{_CONFIG}.TuningJobCompletionCriteria", advanced=True),
    Input("warm_start_type", InputType.STRING,
          "With parent_hpo_jobs: how alike the parents are, IdenticalDataAndAlgorithm or TransferLearning.", default="",
          target=f"{_WARM_START}.WarmStartType", choices=("IdenticalDataAndAlgorithm", "TransferLearning"), advanced=True),
    Input("parent_hpo_jobs", InputType.STRING, "With warm_start_type: tuning jobs to learn from, separated by commas.",
          default="", target=f"{_WARM_START}.ParentHyperParameterTuningJobs", advanced=True,
          encode=lambda text: [{"HyperParameterTuningJobName": name} for name in comma_list(text)]),
    Input("job_name", InputType.STRING,
          "Name of the tuning job, up to 32 characters; empty: a name that a retried step finds again.", default="",
          target=f"{_OPERATION}.HyperParameterTuningJobName", advanced=True),
    *instance_inputs(_DEFINITION, advanced=True),
    *advanced_inputs(_DEFINITION),
    *STEP_INPUTS,
)


def build(values: Mapping[str, Any]) -> Built:
    """The CreateHyperParameterTuningJob request; ``values["region"]`` is needed for built-in algorithms only."""
    requests, problems = assemble(INPUTS, values, (_OPERATION,))
    definition = requests[_OPERATION].setdefault("TrainingJobDefinition", {})
    problems += [*complete(definition, values, _DEFINITION), *_half_a_warm_start(values), *_without_number(values),
                 *_left_beside_several(requests[_OPERATION], values.get("extra_request"))]
    return Built(requests, tuple(problems))


def _half_a_warm_start(values: Mapping[str, Any]) -> list[Violation]:
    kind, parents = "warm_start_type", "parent_hpo_jobs"
    if is_empty(values.get(kind)) == is_empty(values.get(parents)):
        return []
    missing, given = (kind, parents) if is_empty(values.get(kind)) else (parents, kind)
    return [Violation(missing, f"required when {given} is given: a warm start needs both", _WARM_START)]


def _without_number(values: Mapping[str, Any]) -> list[Violation]:
    """Only a grid has an end of its own."""
    if values.get("max_num_jobs") != 0 or values.get("strategy") not in ("Bayesian", "Random", "Hyperband"):
        return []
    if not is_empty(values.get("completion_criteria")):
        return []
    return [Violation("max_num_jobs", f"required with the strategy {values['strategy']}, unless completion_criteria (or "
                      "MaxRuntimeInSeconds in extra_request) ends the tuning job", f"{_CONFIG}.ResourceLimits", 0)]


def _left_beside_several(request: Mapping[str, Any], extra: Any) -> list[Violation]:
    """Each of several definitions has its own objective and ranges, and none may be left of the one from the inputs."""
    if not isinstance(extra, Mapping) or is_empty(extra.get("TrainingJobDefinitions")):
        return []
    config = "HyperParameterTuningJobConfig"
    paths = ["TrainingJobDefinition", f"{config}.HyperParameterTuningJobObjective"]
    paths += [f"{config}.ParameterRanges"] if "ParameterRanges" in request.get(config, {}) else []
    return [Violation("extra_request", "TrainingJobDefinitions are instead of what the inputs describe; set this to null",
                      f"{_OPERATION}.{path}") for path in paths if says_nothing_about(extra, path)]


HYPERPARAMETER_TUNING = Face(
    id="v1/hyperparameter_tuning",
    display_name="SageMaker - Hyperparameter Tuning",
    description="Runs a SageMaker hyperparameter tuning job, waits for its end, and tells the best training job.",
    resources=(HYPER_PARAMETER_TUNING_JOB,),
    operations=(_OPERATION,),
    inputs=INPUTS,
    outputs=(
        Output("hpo_job_name", OutputType.STRING, "Name of the tuning job."),
        Output("model_artifact_url", OutputType.STRING, "S3 URI of the best training job's model (model.tar.gz)."),
        Output("best_job_name", OutputType.STRING, "Name of the best training job."),
        Output("best_hyperparameters", OutputType.OBJECT,
               "Hyperparameters of the best training job, static ones included: those searched as integers or real numbers "
               "are numbers, all others text."),
        Output("training_image", OutputType.STRING, "URI of the image that ran."),
        Output("arn", OutputType.STRING, "ARN of the tuning job."),
        Output("model", OutputType.MODEL, "Pointer to the best model: metadata resourceName and modelDataUrl."),
        Output("metrics", OutputType.METRICS, "The objective and the other final metrics of the best training job."),
        CARD,
    ),
    build=build,
    collect=collect,
    lookups=lookups,
    reads=("sagemaker:DescribeTrainingJob", "sagemaker:ListTrainingJobsForHyperParameterTuningJob"),
)
