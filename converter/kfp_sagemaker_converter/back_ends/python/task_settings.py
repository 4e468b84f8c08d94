"""What a task is told beside its inputs: name, cache, retries, environment, resources, Kubernetes settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.expressions import Reference, number, quoted, value_or_input
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Container, Setting, Task

#: Gives the expression of a source of a parameter as it is written: ``componentInputParameter``, ``taskOutputParameter``.
SourceOf = Callable[[Mapping[str, Any]], str]


def methods(task: Task, container: Container | None, reference: Reference) -> Iterator[str]:
    """The methods to call on a task, ``set_retry(2)``."""
    if task.display_name and task.display_name != task.name:
        yield f"set_display_name({quoted(task.display_name)})"
    if task.cache_key:
        yield f"set_caching_options(True, cache_key={quoted(task.cache_key)})"
    elif task.cached is False:
        yield "set_caching_options(False)"
    if task.retry:
        more = [f"backoff_duration={quoted(task.retry.backoff)}"] if task.retry.backoff else []
        more += [f"backoff_factor={number(task.retry.factor)}"] if task.retry.factor else []
        more += [f"backoff_max_duration={quoted(task.retry.longest_backoff)}"] if task.retry.longest_backoff else []
        yield f"set_retry({', '.join([str(task.retry.attempts), *more])})"
    if container is not None:
        yield from _of_container(container, reference)


def _of_container(container: Container, reference: Reference) -> Iterator[str]:
    for name, value in container.env:
        yield f"set_env_variable({quoted(name)}, {quoted(value)})"
    if "{{$" in container.image:
        yield f"set_container_image({value_or_input(container.image, reference)})"
    asked = container.resources
    for value, method in (
        (asked.cpu_request, "set_cpu_request"),
        (asked.cpu_limit, "set_cpu_limit"),
        (asked.memory_request, "set_memory_request"),
        (asked.memory_limit, "set_memory_limit"),
        (asked.accelerator_type, "set_accelerator_type"),
        (asked.accelerator_count, "set_accelerator_limit"),
    ):
        if value:
            yield f"{method}({value_or_input(value, reference)})"


def kubernetes_calls(variable: str, settings: tuple[Setting, ...], source: SourceOf) -> Iterator[str]:
    """The calls of kfp-kubernetes that give a task its settings. ``source`` are expressions of names known at run time only.

    Raises:
        CannotSay: a setting that this has no call for.
    """
    for setting in settings:
        writer = _WRITERS.get(setting.name)
        if writer is None:
            raise CannotSay(f"the Kubernetes setting {setting.name} of {setting.executor}")
        try:
            calls = list(writer(setting.value, source))
        except (KeyError, TypeError, AttributeError):
            raise CannotSay(f"the Kubernetes setting {setting.name} of {setting.executor} as it is written") from None
        for function, arguments in calls:
            yield f"kubernetes.{function}({', '.join([variable, *arguments])})"


_Calls = Iterator[tuple[str, list[str]]]
_Writer = Callable[[Any, SourceOf], _Calls]


def _as_env(function: str, kind: str, key: str) -> _Writer:
    def calls(listed: Any, source: SourceOf) -> _Calls:
        for one in listed:
            pairs = ", ".join(f"{quoted(pair[f'{key}Key'])}: {quoted(pair['envVar'])}" for pair in one["keyToEnv"])
            yield function, [
                f"{kind}_name={_name(one, f'{key}Name', source)}", f"{kind}_key_to_env={{{pairs}}}", *_optional(one),
            ]  # fmt: skip

    return calls


def _as_volume(function: str, kind: str, key: str) -> _Writer:
    def calls(listed: Any, source: SourceOf) -> _Calls:
        for one in listed:
            name, path = _name(one, f"{key}Name", source), quoted(one["mountPath"])
            yield function, [f"{kind}_name={name}", f"mount_path={path}", *_optional(one)]

    return calls


def _name(words: Mapping[str, Any], key: str, source: SourceOf) -> str:
    """A name that is written in the pipeline, or known at run time only."""
    parameter = words.get(f"{key}Parameter")
    if not parameter:
        return quoted(words[key])
    return quoted(parameter["runtimeValue"]["constant"]) if "runtimeValue" in parameter else source(parameter)


def _optional(words: Mapping[str, Any]) -> list[str]:
    return ["optional=True"] if words.get("optional") else []


def _pvc_mounts(listed: Any, source: SourceOf) -> _Calls:
    for one in listed:
        sub_path = [f"sub_path={quoted(one['subPath'])}"] if one.get("subPath") else []
        name = _name({"pvcName": one["constant"]} if "constant" in one else one, "pvcName", source)
        yield "mount_pvc", [f"pvc_name={name}", f"mount_path={quoted(one['mountPath'])}", *sub_path]


def _node_selectors(value: Any, source: SourceOf) -> _Calls:
    for key, label in value["labels"].items():
        yield "add_node_selector", [quoted(key), quoted(label)]


def _pod_metadata(value: Any, source: SourceOf) -> _Calls:
    for group, function in (("labels", "add_pod_label"), ("annotations", "add_pod_annotation")):
        for key, text in value.get(group, {}).items():
            yield function, [quoted(key), quoted(text)]


def _timeout(value: Any, source: SourceOf) -> _Calls:
    yield "set_timeout", [str(int(value))]


def _pull_policy(value: Any, source: SourceOf) -> _Calls:
    yield "set_image_pull_policy", [quoted(value)]


def _pull_secrets(listed: Any, source: SourceOf) -> _Calls:
    yield "set_image_pull_secrets", [f"[{', '.join(_name(one, 'secretName', source) for one in listed)}]"]


def _field_paths(listed: Any, source: SourceOf) -> _Calls:
    for one in listed:
        yield "use_field_path_as_env", [quoted(one["name"]), quoted(one["fieldPath"])]


_WRITERS: Mapping[str, _Writer] = {
    "secretAsEnv": _as_env("use_secret_as_env", "secret", "secret"),
    "configMapAsEnv": _as_env("use_config_map_as_env", "config_map", "configMap"),
    "secretAsVolume": _as_volume("use_secret_as_volume", "secret", "secret"),
    "configMapAsVolume": _as_volume("use_config_map_as_volume", "config_map", "configMap"),
    "pvcMount": _pvc_mounts,
    "nodeSelector": _node_selectors,
    "podMetadata": _pod_metadata,
    "activeDeadlineSeconds": _timeout,
    "imagePullPolicy": _pull_policy,
    "imagePullSecret": _pull_secrets,
    "fieldPathAsEnv": _field_paths,
}
