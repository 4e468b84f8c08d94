"""What two compiled pipelines are compared by, and all that is not compared.

Left out, because kfp's source cannot determine it:

- ``sdkVersion`` and ``schemaVersion``, which are the compiler's;
- names of components and labels of executors, which kfp gives: each stands where it is used instead. What is not used is in no
  source;
- descriptions of inputs and outputs: kfp drops those of components that it loads. Those of a pipeline's
  inputs are comments.

Made the same, because KFP takes both for the same:

- the order of ``dependentTasks`` and of keys, and spellings that the proto takes for one (``3`` and ``3.0``);
- an empty ``cachingOptions``, which says what its absence says;
- ``isOptional`` of an input with a default, which some releases of kfp write;
- the constant and the parameter of a Kubernetes setting, and units of amounts (``spellings``);
- types that older releases wrote otherwise (``older_ir``: both pipelines are read so).

And of the converter's own settings, where a DAG hands them on: the prefix ``pipelinechannel--``, which blocks of kfp give, and
the default, which nothing can need there.

Everything else is compared, as it is written: names of tasks and inputs, types and defaults, conditions, loops, commands,
images, constants. None of the above is done within values: a constant may be a mapping with a key ``description``.
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
    """A pipeline to compare; ``settings`` are the names of the inputs that the converter added.

    As large as the pipeline with the uses of nested ones written out: ``size`` bounds that.
    """
    ir = normalised(message_of(pipeline.words, pipeline.location))
    platforms = {
        name: {label: {one.name: one.value for one in of_label} for label, of_label in platform.settings.items()}
        for name, platform in pipeline.platforms.items()
    }
    whole = {key: value for key, value in ir.items() if key not in _ELSEWHERE}
    used = _Used(settings, ir.get("components", {}), ir.get("deploymentSpec", {}).get("executors", {}), platforms)
    configs = {name: plain_config(platform.pipeline_settings) for name, platform in pipeline.platforms.items()}
    return {**whole, "root": used.component(whole["root"]), "settings": {name: of for name, of in configs.items() if of}}


class _Used:
    """Components where they are used."""

    def __init__(
        self,
        settings: frozenset[str],
        components: Mapping[str, Any],
        executors: Mapping[str, Any],
        platforms: Mapping[str, Any],
    ) -> None:
        self.settings = settings
        self.components, self.executors, self.platforms = components, executors, platforms

    def component(self, words: Mapping[str, Any]) -> dict[str, Any]:
        made = {key: value for key, value in words.items() if key not in ("executorLabel", "dag")}
        for key in ("inputDefinitions", "outputDefinitions"):
            if key in made:
                made[key] = {kind: _defined(of) for kind, of in made[key].items()}
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
        if words.get("cachingOptions"):
            made["cachingOptions"] = words["cachingOptions"]
        if "dependentTasks" in made:
            made["dependentTasks"] = sorted(made["dependentTasks"])
        made["component"] = self.component(self.components.get(name, {}))
        parameters = made.get("inputs", {}).get("parameters", {})
        given = {key: self._from_setting(one) for key, one in parameters.items()}
        if "dag" in made["component"]:
            given = {self._setting(key): one for key, one in given.items()}
            made["component"] = self._handing_on(made["component"])
        if given:
            made["inputs"] = {**made["inputs"], "parameters": given}
        return made

    def _setting(self, name: str) -> str:
        """The name of an input; of a setting of the converter, without the prefix."""
        return name.removeprefix(_PREFIX) if name.removeprefix(_PREFIX) in self.settings else name

    def _from_setting(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a task gets for an input, which may be a setting."""
        key = "componentInputParameter"
        return {**given, key: self._setting(given[key])} if key in given else dict(given)

    def _handing_on(self, component: dict[str, Any]) -> dict[str, Any]:
        """A DAG whose inputs may be settings."""
        defined = component.get("inputDefinitions", {})
        if "parameters" not in defined:
            return component
        parameters = {}
        for key, one in defined["parameters"].items():
            name = self._setting(key)
            parameters[name] = {"parameterType": one.get("parameterType")} if name in self.settings else one
        return {**component, "inputDefinitions": {**defined, "parameters": parameters}}


def _defined(inputs_or_outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Definitions of inputs or outputs of one kind."""
    return {name: _definition(one) for name, one in inputs_or_outputs.items()}


def _definition(words: Mapping[str, Any]) -> dict[str, Any]:
    left_out = ("description", "isOptional") if "defaultValue" in words else ("description",)
    return {key: value for key, value in words.items() if key not in left_out}


def _plain_settings(platform: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return one_spelling(settings)[0] if platform == "kubernetes" and settings else settings


def _with_plain_amounts(executor: Any) -> Any:
    container = executor.get("container") if isinstance(executor, Mapping) else None
    resources = container.get("resources") if isinstance(container, Mapping) else None
    if not isinstance(container, Mapping) or not isinstance(resources, Mapping):
        return executor
    return {**executor, "container": {**container, "resources": amounts(resources)}}


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
