"""The Kubernetes settings of a task as calls of kfp-kubernetes, a writer for each field of its proto.

The settings come in one spelling (``spellings``): every field is one of the proto's, and a name has its parameter. Not here:
``podAffinity`` and ``enabledSharedMemory``, which the proto has and no function of kfp-kubernetes makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kfp_sagemaker_converter.back_ends.python.expressions import literal, quoted
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.back_ends.python.spellings import one_spelling
from kfp_sagemaker_converter.model import Setting

#: Gives the expression of a source of a parameter as it is written: ``componentInputParameter``, ``taskOutputParameter``.
SourceOf = Callable[[Mapping[str, Any]], str]
#: A function and its arguments beside the task.
_Calls = Iterator[tuple[str, list[str]]]
_Writer = Callable[[Any, SourceOf], _Calls]


class _NoWords(Exception):
    """A part of a setting that no function takes; the text names it."""


def kubernetes_calls(variable: str, settings: Sequence[Setting], source: SourceOf) -> Iterator[str]:
    """The calls of kfp-kubernetes that give a task its settings. ``source`` are expressions of names known at run time only.

    Raises:
        CannotSay: a setting that there is no call for.
    """
    for setting in settings:
        where = f"the Kubernetes setting {setting.name} of {setting.executor}"
        plain, problem = one_spelling({setting.name: setting.value})
        if problem:
            raise CannotSay(f"{where} ({problem})")
        for name, value in plain.items():
            if name not in _WRITERS:
                raise CannotSay(where)
            try:
                calls = list(_WRITERS[name](value, source))
            except _NoWords as error:
                raise CannotSay(f"{where} ({error})") from None
            if not calls:
                raise CannotSay(f"{where} (it is empty)")
            for function, arguments in calls:
                yield f"kubernetes.{function}({', '.join([variable, *arguments])})"


def _parameter(words: Mapping[str, Any], key: str, source: SourceOf) -> str:
    """A value that is written in the pipeline, or known at run time only."""
    parameter = words.get(key) or {}
    if [*parameter] == ["runtimeValue"] and "constant" in parameter["runtimeValue"]:
        return literal(parameter["runtimeValue"]["constant"], _no_input)
    if [*parameter] not in (["componentInputParameter"], ["taskOutputParameter"]):
        raise _NoWords(f"its {key} is {', '.join(parameter) or 'missing'}")
    return source(parameter)


def _no_input(name: str) -> str:
    raise _NoWords(f"the placeholder of {name} in a constant")


def _given(words: Mapping[str, Any], arguments: Mapping[str, str]) -> list[str]:
    """The arguments, by name, of those fields of text that are there."""
    return [f"{argument}={quoted(words[key])}" for key, argument in arguments.items() if key in words]


def _as_env(function: str, kind: str, key: str) -> _Writer:
    def calls(listed: Any, source: SourceOf) -> _Calls:
        for one in listed:
            pairs = {pair.get(f"{key}Key", ""): pair.get("envVar", "") for pair in one.get("keyToEnv", ())}
            if len(pairs) < len(one.get("keyToEnv", ())):
                raise _NoWords("a key for two variables")
            name = _parameter(one, f"{key}NameParameter", source)
            mapping = literal(pairs, _no_input)
            yield function, [f"{kind}_name={name}", f"{kind}_key_to_env={mapping}", *_optional(one)]

    return calls


def _as_volume(function: str, kind: str, key: str) -> _Writer:
    def calls(listed: Any, source: SourceOf) -> _Calls:
        for one in listed:
            name, path = _parameter(one, f"{key}NameParameter", source), quoted(one.get("mountPath", ""))
            yield function, [f"{kind}_name={name}", f"mount_path={path}", *_optional(one)]

    return calls


def _optional(words: Mapping[str, Any]) -> list[str]:
    return ["optional=True"] if words.get("optional") else []


def _pvc_mounts(listed: Any, source: SourceOf) -> _Calls:
    for one in listed:
        name, path = _parameter(one, "pvcNameParameter", source), quoted(one.get("mountPath", ""))
        yield "mount_pvc", [f"pvc_name={name}", f"mount_path={path}", *_given(one, {"subPath": "sub_path"})]


def _empty_dirs(listed: Any, source: SourceOf) -> _Calls:
    optional = {"medium": "medium", "sizeLimit": "size_limit"}
    for one in listed:
        name, path = quoted(one.get("volumeName", "")), quoted(one.get("mountPath", ""))
        yield "empty_dir_mount", [f"volume_name={name}", f"mount_path={path}", *_given(one, optional)]


def _ephemeral_volumes(listed: Any, source: SourceOf) -> _Calls:
    for one in listed:
        if one.get("defaultStorageClass") and "storageClassName" in one:
            raise _NoWords("a storage class beside the default one")
        metadata = one.get("metadata", {})
        texts = {key: quoted(one.get(key, "")) for key in ("volumeName", "mountPath", "size")}
        yield "add_ephemeral_volume", [
            f"volume_name={texts['volumeName']}", f"mount_path={texts['mountPath']}",
            f"access_modes={literal(one.get('accessModes', []), _no_input)}", f"size={texts['size']}",
            *([] if one.get("defaultStorageClass") else [f"storage_class_name={quoted(one.get('storageClassName', ''))}"]),
            *(f"{group}={literal(metadata[group], _no_input)}" for group in ("labels", "annotations") if group in metadata),
        ]  # fmt: skip


def _node_selector(value: Any, source: SourceOf) -> _Calls:
    for key, label in value.get("labels", {}).items():
        yield "add_node_selector", [quoted(key), quoted(label)]
    if "nodeSelectorJson" in value:
        yield "add_node_selector_json", [_parameter(value, "nodeSelectorJson", source)]


def _node_affinity(listed: Any, source: SourceOf) -> _Calls:
    # Each call of add_node_affinity_json takes the place of the one before.
    if sum("nodeAffinityJson" in one for one in listed) > 1:
        raise _NoWords("more than one nodeAffinityJson")
    for one in listed:
        if "nodeAffinityJson" not in one:
            terms = {"matchExpressions": "match_expressions", "matchFields": "match_fields", "weight": "weight"}
            given = [f"{argument}={literal(one[key], _no_input)}" for key, argument in terms.items() if key in one]
            yield "add_node_affinity", given
        elif len(one) == 1:
            yield "add_node_affinity_json", [_parameter(one, "nodeAffinityJson", source)]
        else:
            raise _NoWords("terms beside nodeAffinityJson")


def _tolerations(listed: Any, source: SourceOf) -> _Calls:
    texts = {"key": "key", "operator": "operator", "value": "value", "effect": "effect"}
    for one in listed:
        if "tolerationJson" not in one:
            seconds = [f"toleration_seconds={int(one['tolerationSeconds'])}"] if "tolerationSeconds" in one else []
            yield "add_toleration", [*_given(one, texts), *seconds]
        elif len(one) == 1 and "runtimeValue" not in one["tolerationJson"]:
            yield "add_toleration_json", [_parameter(one, "tolerationJson", source)]
        else:
            # add_toleration_json makes fields of what is known when it is called.
            raise _NoWords("tolerationJson with a constant, or beside other fields")


def _pod_metadata(value: Any, source: SourceOf) -> _Calls:
    for group, function in (("labels", "add_pod_label"), ("annotations", "add_pod_annotation")):
        for key, text in value.get(group, {}).items():
            yield function, [quoted(key), quoted(text)]


def _security_context(value: Any, source: SourceOf) -> _Calls:
    numbers = {"runAsUser": "run_as_user", "runAsGroup": "run_as_group"}
    given = [f"{argument}={int(value[key])}" for key, argument in numbers.items() if key in value]
    given += [f"run_as_non_root={value['runAsNonRoot']}"] if "runAsNonRoot" in value else []
    if given:
        yield "set_security_context", given


def _timeout(value: Any, source: SourceOf) -> _Calls:
    yield "set_timeout", [str(int(value))]


def _pull_policy(value: Any, source: SourceOf) -> _Calls:
    yield "set_image_pull_policy", [quoted(value)]


def _pull_secrets(listed: Any, source: SourceOf) -> _Calls:
    yield "set_image_pull_secrets", [f"[{', '.join(_parameter(one, 'secretNameParameter', source) for one in listed)}]"]


def _field_paths(listed: Any, source: SourceOf) -> _Calls:
    for one in listed:
        yield "use_field_path_as_env", [quoted(one.get("name", "")), quoted(one.get("fieldPath", ""))]


_WRITERS: Mapping[str, _Writer] = {
    "secretAsEnv": _as_env("use_secret_as_env", "secret", "secret"),
    "configMapAsEnv": _as_env("use_config_map_as_env", "config_map", "configMap"),
    "secretAsVolume": _as_volume("use_secret_as_volume", "secret", "secret"),
    "configMapAsVolume": _as_volume("use_config_map_as_volume", "config_map", "configMap"),
    "pvcMount": _pvc_mounts,
    "emptyDirMounts": _empty_dirs,
    "genericEphemeralVolume": _ephemeral_volumes,
    "nodeSelector": _node_selector,
    "nodeAffinity": _node_affinity,
    "tolerations": _tolerations,
    "podMetadata": _pod_metadata,
    "securityContext": _security_context,
    "activeDeadlineSeconds": _timeout,
    "imagePullPolicy": _pull_policy,
    "imagePullSecret": _pull_secrets,
    "fieldPathAsEnv": _field_paths,
}
