"""Members of a CreateLabelingJob request that follow from several inputs: task type, workers, price, labels' name, algorithm.

What a value is that only the pipeline's run tells, is left open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.errors import Violation
from kfp_sagemaker.faces.labeling_tasks import (
    LabelingTask,
    algorithm_arn,
    find_task,
    function_arns,
    labeling_tasks,
    user_interface_arn,
)
from kfp_sagemaker.names import is_empty
from kfp_sagemaker.service_model.validate import UNRESOLVED, Unresolved

_HUMAN = "CreateLabelingJob.HumanTaskConfig"
_WORKTEAM = f"{_HUMAN}.WorkteamArn"
_PRICE = f"{_HUMAN}.PublicWorkforceTaskPrice"
_ATTRIBUTE = "CreateLabelingJob.LabelAttributeName"
CUSTOM = "custom"
PUBLIC, PRIVATE, VENDOR = "public", "private", "vendor"
#: The account of the public workforce, https://docs.aws.amazon.com/sagemaker/latest/dg/sms-workforce-management-public.html.
_PUBLIC_WORKFORCE_ACCOUNT = "394669845002"
#: Inputs that only automated labeling uses, with their members of LabelingJobAlgorithmsConfig.
_ONLY_AUTOMATED = {
    "initial_model_arn": "InitialActiveLearningModelArn", "resource_encryption_key": "LabelingJobResourceConfig",
}
_LAMBDAS = {
    "pre_human_task_function": f"{_HUMAN}.PreHumanTaskLambdaArn",
    "post_human_task_function": f"{_HUMAN}.AnnotationConsolidationConfig.AnnotationConsolidationLambdaArn",
}


def complete(request: dict[str, Any], values: Mapping[str, Any]) -> list[Violation]:
    """Put into ``request`` what follows from the inputs, and say what does not fit together."""
    human = request.setdefault("HumanTaskConfig", {})
    given = values.get("task_type")
    task = find_task(given) if isinstance(given, str) else None
    is_custom = isinstance(given, str) and given.strip().lower() == CUSTOM
    problems = []
    if isinstance(given, str) and task is None and not is_custom:
        known = ", ".join(sorted(task.title.lower() for task in labeling_tasks().tasks))
        problems.append(Violation("task_type", f"no built-in task type; there are {known}, and custom", value=given))
    region = values.get("region")
    needs_region = task is not None or _is(values.get("worker_type"), PUBLIC)
    if needs_region and is_empty(region):
        problems.append(Violation("region", "required: what AWS brings for this task is named by region"))
        region = UNRESOLVED
    problems += _functions(human, task, is_custom, region, values)
    problems += _user_interface(human, task, region)
    problems += _workers(request, human, region, values)
    problems += _attribute(request, task, is_custom, values)
    problems += _automated_labeling(request, task, is_custom, region, values)
    return problems


def _is(given: Any, word: str) -> bool:
    return isinstance(given, str) and given.strip().lower() == word


def _functions(
    human: dict[str, Any], task: LabelingTask | None, is_custom: bool, region: Any, values: Mapping[str, Any]
) -> list[Violation]:
    given = [name for name in _LAMBDAS if not is_empty(values.get(name))]
    if task is None:
        return [Violation(name, "required for a custom task", member)
                for name, member in _LAMBDAS.items() if is_custom and name not in given]
    problems = [Violation(name, f"not used: {task.title.lower()} brings its own; task_type custom uses it", warning=True)
                for name in given]
    before = after = region
    if isinstance(region, str):
        try:
            before, after = function_arns(task, region)
        except ValueError as error:
            problems.append(Violation("region", str(error), value=region))
            before = after = UNRESOLVED
    human["PreHumanTaskLambdaArn"] = before
    human["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": after}
    return problems


def _user_interface(human: dict[str, Any], task: LabelingTask | None, region: Any) -> list[Violation]:
    """The one of a task type that has its own stands as an ARN where the others have a template."""
    template = human.get("UiConfig", {}).get("UiTemplateS3Uri")
    if not isinstance(template, str):
        return []
    if template.startswith("arn:"):
        human["UiConfig"] = {"HumanTaskUiArn": template}
        return []
    own = user_interface_arn(task, region) if task and isinstance(region, str) else None
    if task is None or own is None:
        return []
    return [Violation("ui_template", f"{task.title.lower()} takes no template but the user interface {own}",
                      f"{_HUMAN}.UiConfig", template)]


def _workers(request: dict[str, Any], human: dict[str, Any], region: Any, values: Mapping[str, Any]) -> list[Violation]:
    given = values.get("worker_type")
    price = human.get("PublicWorkforceTaskPrice", {}).get("AmountInUsd", UNRESOLVED)
    is_free = not isinstance(price, Unresolved) and not any(price.values())
    if not isinstance(given, str):
        human.setdefault("WorkteamArn", UNRESOLVED)
        return []
    if _is(given, PUBLIC):
        problems = _public(request, human, region, values)
        if is_free:
            problems.append(Violation("workforce_task_price", "a public workforce is paid: give a price", _PRICE,
                                      values["workforce_task_price"]))
        return problems
    human.pop("PublicWorkforceTaskPrice", None)
    if not (_is(given, PRIVATE) or _is(given, VENDOR)):
        return [Violation("worker_type", f"must be {PUBLIC}, {PRIVATE} or {VENDOR}", _WORKTEAM, given)]
    unused = [name for name in ("no_adult_content", "no_ppi") if values.get(name) is True]
    unused += [] if is_free else ["workforce_task_price"]
    problems = [Violation(name, "not used: it is for worker_type public", warning=True) for name in unused]
    if is_empty(values.get("workteam_arn")):
        problems.append(Violation("workteam_arn", f"required for worker_type {given.strip().lower()}", _WORKTEAM))
    return problems


def _public(request: dict[str, Any], human: dict[str, Any], region: Any, values: Mapping[str, Any]) -> list[Violation]:
    problems = []
    if not is_empty(values.get("workteam_arn")):
        problems.append(Violation("workteam_arn", "not used: the public workforce is one team", warning=True))
    if isinstance(region, Unresolved):
        human["WorkteamArn"] = region
    elif region in labeling_tasks().accounts:
        human["WorkteamArn"] = f"arn:aws:sagemaker:{region}:{_PUBLIC_WORKFORCE_ACCOUNT}:workteam/public-crowd/default"
    else:
        human["WorkteamArn"] = UNRESOLVED
        problems.append(Violation("region", "there is no public workforce here; use worker_type private or vendor, or one of "
                                  f"{', '.join(sorted(labeling_tasks().accounts))}", value=region))
    classifiers = [classifier for name, classifier in (
        ("no_adult_content", "FreeOfAdultContent"), ("no_ppi", "FreeOfPersonallyIdentifiableInformation"))
        if values.get(name) is True]
    if classifiers:
        request.setdefault("InputConfig", {})["DataAttributes"] = {"ContentClassifiers": classifiers}
    return problems


def _attribute(
    request: dict[str, Any], task: LabelingTask | None, is_custom: bool, values: Mapping[str, Any]
) -> list[Violation]:
    """The rules of LabelAttributeName: -ref where labels are files and only there, never -metadata, never empty."""
    files = task is not None and task.labels_are_files
    name, source = values.get("label_attribute_name"), "label_attribute_name"
    if is_empty(name):
        name, source = values.get("job_name"), "job_name"
        if is_empty(name):
            name = task.slug if task else "label"
        if files and isinstance(name, str) and not name.endswith("-ref"):
            name = f"{name}-ref"
    request["LabelAttributeName"] = name
    if not isinstance(name, str) or not (task or is_custom):
        return []
    what = task.title.lower() if task else CUSTOM
    problem = ""
    if name.endswith("-metadata"):
        problem = "must not end in -metadata, which Ground Truth adds itself"
    elif files and not name.endswith("-ref"):
        problem = f"must end in -ref for {what}"
    elif not files and name.endswith("-ref"):
        problem = f"must not end in -ref for {what}"
    if problem and source == "job_name":
        problem += "; it names the labels unless label_attribute_name does"
    return [Violation(source, problem, _ATTRIBUTE, name)] if problem else []


def _automated_labeling(
    request: dict[str, Any], task: LabelingTask | None, is_custom: bool, region: Any, values: Mapping[str, Any]
) -> list[Violation]:
    wanted, config = values.get("enable_auto_labeling"), request.pop("LabelingJobAlgorithmsConfig", {})
    if wanted is not True:
        unused = [] if isinstance(wanted, Unresolved) else [
            name for name, member in _ONLY_AUTOMATED.items() if not is_empty(config.get(member))]
        return [Violation(name, "not used: it is for enable_auto_labeling", warning=True) for name in unused]
    request["LabelingJobAlgorithmsConfig"] = config
    config["LabelingJobAlgorithmSpecificationArn"] = UNRESOLVED
    try:
        if is_custom:
            raise ValueError("no algorithm for a custom task")
        if task is not None and isinstance(region, str):
            config["LabelingJobAlgorithmSpecificationArn"] = algorithm_arn(task, region)
    except ValueError as error:
        return [Violation("enable_auto_labeling", f"{error}; extra_request can set LabelingJobAlgorithmsConfig")]
    return []
