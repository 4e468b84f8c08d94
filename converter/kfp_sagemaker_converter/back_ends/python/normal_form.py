"""What two compiled pipelines are compared by.

What is no part of a pipeline's meaning, and cannot be the same, is left out or made the same:

- ``sdkVersion``, ``schemaVersion``, and every ``description``;
- names of components and labels of executors: each stands where it is used instead;
- the order of ``dependentTasks``, of keys and of spellings that the proto takes for one (``3`` and ``3.0``);
- of the converter's own settings, where a DAG hands them on: the prefix ``pipelinechannel--``, which blocks of kfp give, and a
  default, which nothing can need there.
- ``isOptional`` of an input with a default, which some releases of kfp write;
- what has two spellings with one meaning (``spellings``).

Everything else is compared: names of tasks and inputs, types and defaults, conditions, loops, commands, images, settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.pipeline_config import plain_config
from kfp_sagemaker_converter.back_ends.python.spellings import amounts, one_spelling
from kfp_sagemaker_converter.front_ends.kfp_v2.message import message_of, normalised
from kfp_sagemaker_converter.model import Pipeline

_PREFIX = "pipelinechannel--"
#: Parts of IR that are not compared, or where they are used.
_ELSEWHERE = ("sdkVersion", "schemaVersion", "components", "deploymentSpec")


def normal_form(pipeline: Pipeline, settings: frozenset[str]) -> Any:
    """A pipeline to compare; ``settings`` are the names of the inputs that the converter added."""
    ir = normalised(message_of(pipeline.words, pipeline.location))
    platforms = {
        name: {label: {one.name: one.value for one in of_label} for label, of_label in platform.settings.items()}
        for name, platform in pipeline.platforms.items()
    }
    whole = {key: value for key, value in ir.items() if key not in _ELSEWHERE}
    info = {key: value for key, value in whole["pipelineInfo"].items() if key != "description"}
    used = _Used(settings, ir.get("components", {}), ir.get("deploymentSpec", {}).get("executors", {}), platforms)
    configs = {name: plain_config(platform.pipeline_settings) for name, platform in pipeline.platforms.items()}
    made = {**whole, "pipelineInfo": info, "root": used.component(whole["root"])}
    made["settings"] = {name: config for name, config in configs.items() if config}
    return _plain(made, {f"{_PREFIX}{name}": name for name in settings})


class _Used:
    """Components where they are used."""

    def __init__(
        self,
        settings: frozenset[str],
        components: Mapping[str, Any],
        executors: Mapping[str, Any],
        platforms: Mapping[str, Any],
    ) -> None:
        self.handed_on = settings | {f"{_PREFIX}{name}" for name in settings}
        self.components, self.executors, self.platforms = components, executors, platforms

    def component(self, words: Mapping[str, Any]) -> dict[str, Any]:
        made = {key: value for key, value in words.items() if key not in ("executorLabel", "dag")}
        if "executorLabel" in words:
            label = words["executorLabel"]
            made["executor"] = _with_plain_amounts(self.executors.get(label))
            settings = {name: _plain_settings(name, of.get(label, {})) for name, of in self.platforms.items()}
            made["settings"] = {name: of_platform for name, of_platform in settings.items() if of_platform}
        if "dag" in words:
            tasks = {name: self._task(task) for name, task in words["dag"].get("tasks", {}).items()}
            made["dag"] = {**words["dag"], "tasks": tasks}
        return made

    def _task(self, words: Mapping[str, Any]) -> dict[str, Any]:
        name = words.get("componentRef", {}).get("name", "")
        made = {key: value for key, value in words.items() if key not in ("componentRef", "cachingOptions")}
        if words.get("cachingOptions"):  # empty, it says what its absence says
            made["cachingOptions"] = words["cachingOptions"]
        if "dependentTasks" in made:
            made["dependentTasks"] = sorted(made["dependentTasks"])
        component = self.component(self.components.get(name, {}))
        if "dag" in component and "inputDefinitions" in component:
            parameters = component["inputDefinitions"].get("parameters", {})
            added = self.handed_on & parameters.keys()
            handed = {each: {"parameterType": parameters[each].get("parameterType")} for each in sorted(added)}
            component["inputDefinitions"] = {**component["inputDefinitions"], "parameters": {**parameters, **handed}}
        return {**made, "component": component}


def _plain_settings(platform: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return one_spelling(settings)[0] if platform == "kubernetes" and settings else settings


def _with_plain_amounts(executor: Any) -> Any:
    container = executor.get("container") if isinstance(executor, Mapping) else None
    resources = container.get("resources") if isinstance(container, Mapping) else None
    if not isinstance(container, Mapping) or not isinstance(resources, Mapping):
        return executor
    return {**executor, "container": {**container, "resources": amounts(resources)}}


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        # A description is text; an input may have that name too.
        kept = {key: one for key, one in value.items() if not (key == "description" and isinstance(one, str))}
        if "parameterType" in kept and "defaultValue" in kept:
            kept.pop("isOptional", None)
        return {names.get(key, key): _plain(one, names) for key, one in kept.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value


def difference(one: Any, other: Any, path: str = "") -> str:
    """Where two normal forms first differ, ``root.dag.tasks.train``; empty when they are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in (*one, *(key for key in other if key not in one)):
            if key not in one or key not in other:
                return f"{path}.{key}".lstrip(".")
            if found := difference(one[key], other[key], f"{path}.{key}"):
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        found_in = (difference(*pair, f"{path}[{at}]") for at, pair in enumerate(zip(one, other, strict=True)))
        return next(filter(None, found_in), "")
    return "" if one == other and type(one) is type(other) else path.lstrip(".") or "the whole"
