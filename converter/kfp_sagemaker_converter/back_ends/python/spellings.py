"""What has two spellings with one meaning, in one: the settings of a platform document, and what a container asks for.

Older releases of kfp and kfp-kubernetes wrote a name or an amount as a constant; newer ones write a field beside it that can
also be known at run time. KFP's driver reads the newer field, and the older one where there is no newer: extendPodSpecPatch,
makeVolumeMountPatch and getPodResource in backend/src/v2/driver of kubeflow/pipelines. So a pipeline with one of them is the
same as one with both. Where both are there and say different things, both stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: Settings whose name was a constant, and that constant; ``<constant>Parameter`` came later.
_NAMED = {
    "secretAsEnv": "secretName",
    "secretAsVolume": "secretName",
    "configMapAsEnv": "configMapName",
    "configMapAsVolume": "configMapName",
    "imagePullSecret": "secretName",
}
#: For these, ``false`` is what Kubernetes takes where nothing is said.
_OPTIONAL = ("secretAsEnv", "secretAsVolume", "configMapAsEnv", "configMapAsVolume")
#: The older fields of ``pvcMount``, which are the newer one's members.
_PVC_SOURCES = ("taskOutputParameter", "componentInputParameter")

#: Amounts of a container: the number, the text that came later, and the unit of the number.
_AMOUNTS = (
    ("cpuRequest", "resourceCpuRequest", ""),
    ("cpuLimit", "resourceCpuLimit", ""),
    ("memoryRequest", "resourceMemoryRequest", "G"),
    ("memoryLimit", "resourceMemoryLimit", "G"),
)
_QUANTITY = re.compile(r"(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)(m|[kKMGTPE]i?|)")
_FACTORS = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(1000)} | {
    f"{unit}{binary}": Decimal(1024 if binary else 1000) ** power
    for power, unit in enumerate("KMGTPE", start=1)
    for binary in ("", "i")
}


def one_spelling(settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The Kubernetes settings of an executor as the proto writes them, names in both spellings; or what the proto refuses."""
    # Imported here: kfp takes two seconds.
    from google.protobuf import json_format
    from kfp.kubernetes import kubernetes_executor_config_pb2

    try:
        message = json_format.ParseDict(settings, kubernetes_executor_config_pb2.KubernetesExecutorConfig())
    except (json_format.ParseError, TypeError, ValueError, AttributeError) as error:
        return dict(settings), _problem(str(error))
    plain = dict(json_format.MessageToDict(message))
    for name, constant in _NAMED.items():
        if name in plain:
            plain[name] = [_with_both(one, constant, f"{constant}Parameter") for one in plain[name]]
    for name in _OPTIONAL:
        if name in plain:
            plain[name] = [_without_false(one) for one in plain[name]]
    if "pvcMount" in plain:
        plain["pvcMount"] = [_pvc_mount(one) for one in plain["pvcMount"]]
    return {name: value for name, value in plain.items() if value != {} or name == "securityContext"}, ""


def _without_false(words: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in words.items() if (key, value) != ("optional", False)}


def _with_both(words: Mapping[str, Any], constant: str, parameter: str) -> dict[str, Any]:
    """A constant as a parameter too, and the other way round. A placeholder is filled in the parameter only."""
    text = words.get(constant)
    if text and parameter not in words and "{{" not in text:
        return {**words, parameter: {"runtimeValue": {"constant": text}}}
    text = words.get(parameter, {}).get("runtimeValue", {}).get("constant")
    if isinstance(text, str) and text and constant not in words and "{{" not in text:
        return {**words, constant: text}
    return dict(words)


def _pvc_mount(words: Mapping[str, Any]) -> dict[str, Any]:
    old = {key: words[key] for key in _PVC_SOURCES if key in words}
    new = words.get("pvcNameParameter", {})
    if old and not new:
        return {**words, "pvcNameParameter": old}
    if not old:
        both = {key: new[key] for key in _PVC_SOURCES if key in new}
        return _with_both({**words, **both}, "constant", "pvcNameParameter")
    return dict(words)


def amounts(resources: Mapping[str, Any]) -> dict[str, Any]:
    """What a container asks for, each amount once: as text in cores and bytes, or as the placeholder that it is."""
    plain = dict(resources)
    for number, text, unit in _AMOUNTS:
        by_number, by_text = amount(str(plain.get(number) or ""), unit), amount(str(plain.get(text) or ""))
        if not by_number or by_text in ("", by_number):
            plain.pop(number, None)
        plain[text] = by_text or by_number
    plain = {key: value for key, value in plain.items() if value != ""}
    accelerator = plain.get("accelerator")
    if isinstance(accelerator, Mapping):
        plain["accelerator"] = _accelerator(accelerator)
    return plain


def _accelerator(words: Mapping[str, Any]) -> dict[str, Any]:
    # A count is text in the proto's JSON (int64), and a number where it was read as YAML.
    plain = {key: amount(str(value)) if key == "count" else value for key, value in words.items()}
    for old, new in (("type", "resourceType"), ("count", "resourceCount")):
        if plain.get(new) in (None, plain.get(old)):
            plain[new] = plain.pop(old, "")
    return {key: value for key, value in plain.items() if value != ""}


def amount(text: str, unit: str = "") -> str:
    """A Kubernetes quantity in cores or bytes, ``4294967296`` for ``4Gi``; what is none, such as a placeholder, as it is."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return text
    value = Decimal(match.group(1)) * _FACTORS[match.group(2) or unit]
    # kfp reckons in floats, whose last digit says nothing.
    return f"{float(value):.15g}"


def _problem(text: str) -> str:
    unknown = re.search(r'Message type "(?:kfp_kubernetes|ml_pipelines)\.([\w.]+)" has no field named "([^"]+)"', text)
    if unknown:
        return f"{unknown.group(2)} is no field of {unknown.group(1)} in the installed kfp-kubernetes"
    return " ".join(text.replace("kfp_kubernetes.", "").split())[:300].rstrip(".")
