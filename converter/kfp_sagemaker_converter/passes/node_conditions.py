"""What a step's node selectors and node affinities say about hardware.

Labels are those of Kubernetes (https://kubernetes.io/docs/reference/labels-annotations-taints/), of EKS, GKE and Karpenter,
and of NVIDIA's device plugin. Tolerations say where a pod may run and not where it must: they are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kfp_sagemaker_converter.model import Setting

#: Settings of the platform document that this reads.
SETTINGS = ("nodeSelector", "nodeAffinity")

_TYPE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_FAMILY = ("karpenter.k8s.aws/instance-family",)
_ACCELERATOR = (
    "cloud.google.com/gke-accelerator", "k8s.amazonaws.com/accelerator", "nvidia.com/gpu.product", "accelerator",
    "karpenter.k8s.aws/instance-gpu-name", "cloud.google.com/gke-tpu-accelerator",
)  # fmt: skip
_ARCHITECTURE = ("kubernetes.io/arch", "beta.kubernetes.io/arch")
_PLAIN = ("kubernetes.io/os", "beta.kubernetes.io/os", "nvidia.com/gpu.present")
_SPOT = {
    "eks.amazonaws.com/capacityType": "spot", "karpenter.sh/capacity-type": "spot", "cloud.google.com/gke-spot": "true",
    "cloud.google.com/gke-preemptible": "true",
}  # fmt: skip


@dataclass(frozen=True)
class NodeConditions:
    """Conditions on nodes, sorted out. ``others`` are labels that say nothing about hardware, as ``key=value``."""

    instance_types: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    accelerators: tuple[str, ...] = ()
    architecture: str = ""
    spot: str = ""
    others: tuple[str, ...] = ()


def node_conditions(settings: Iterable[Setting]) -> NodeConditions:
    """What ``settings`` of one executor say."""
    types, families, accelerators, others = [], [], [], []
    architecture = spot = ""
    for key, values in _conditions(settings):
        shown = f"{key}={','.join(values)}" if values else key
        if key in _TYPE and values:
            types += values
        elif key in _FAMILY and values:
            families += values
        elif key in _ACCELERATOR and values:
            accelerators += values
        elif key in _ARCHITECTURE:
            architecture = "" if {"amd64", "x86_64"} & set(values) else ", ".join(values)
        elif _SPOT.get(key) in [value.lower() for value in values]:
            spot = shown
        elif key not in _PLAIN:
            others.append(shown)
    return NodeConditions(tuple(types), tuple(families), tuple(accelerators), architecture, spot, tuple(others))


def _conditions(settings: Iterable[Setting]) -> Iterator[tuple[str, list[str]]]:
    """Label and values, each. What comes at run time, or excludes values, is a label without values."""
    for setting in settings:
        if setting.name == "nodeSelector" and isinstance(setting.value, Mapping):
            for key, value in _mapping(setting.value.get("labels")).items():
                yield str(key), [str(value)]
            yield from _json_selector(setting.value.get("nodeSelectorJson"))
        elif setting.name == "nodeAffinity":
            for term in setting.value if isinstance(setting.value, list) else [setting.value]:
                words = _mapping(term)
                # A weight makes it a preference, which the pod could do without.
                if "weight" not in words:
                    yield from _expressions(words.get("matchExpressions"))
                yield from _json_affinity(words.get("nodeAffinityJson"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _constant(value: Any) -> tuple[Mapping[str, Any], bool]:
    """The constant of a parameter, and whether it comes at run time instead."""
    words = _mapping(value)
    constant = _mapping(words.get("runtimeValue")).get("constant")
    return _mapping(constant), bool(words) and "runtimeValue" not in words


def _json_selector(value: Any) -> Iterator[tuple[str, list[str]]]:
    constant, at_run_time = _constant(value)
    if at_run_time:
        yield "a node selector that comes at run time", []
    for key, label in constant.items():
        yield str(key), [str(label)]


def _json_affinity(value: Any) -> Iterator[tuple[str, list[str]]]:
    constant, at_run_time = _constant(value)
    if at_run_time:
        yield "a node affinity that comes at run time", []
    required = _mapping(constant.get("requiredDuringSchedulingIgnoredDuringExecution"))
    terms = required.get("nodeSelectorTerms")
    for term in terms if isinstance(terms, list) else []:
        yield from _expressions(_mapping(term).get("matchExpressions"))


def _expressions(value: Any) -> Iterator[tuple[str, list[str]]]:
    for expression in value if isinstance(value, list) else []:
        words = _mapping(expression)
        values = words.get("values")
        chosen = [str(one) for one in values] if isinstance(values, list) and words.get("operator", "In") == "In" else []
        yield str(words.get("key")), chosen
