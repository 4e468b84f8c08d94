"""What a step's node selectors and node affinities say about hardware.

Labels are those of Kubernetes (https://kubernetes.io/docs/reference/labels-annotations-taints/), of EKS, GKE and Karpenter,
and of NVIDIA's device plugin. Tolerations say where a pod may run and not where it must: they are not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from kfp_sagemaker.instance_types import InstanceType, instance_types

from kfp_sagemaker_converter.model import Setting

#: Settings of the platform document that this reads.
SETTINGS = ("nodeSelector", "nodeAffinity")

_TYPE = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_FAMILY = ("karpenter.k8s.aws/instance-family",)
_ACCELERATOR = (
    "cloud.google.com/gke-accelerator", "k8s.amazonaws.com/accelerator", "nvidia.com/gpu.product", "accelerator",
    "karpenter.k8s.aws/instance-gpu-name", "cloud.google.com/gke-tpu-accelerator",
)  # fmt: skip
#: What images of jobs are for, by label: others do not start there.
_PLATFORM = {
    "kubernetes.io/arch": ("amd64", "x86_64"), "beta.kubernetes.io/arch": ("amd64", "x86_64"), "kubernetes.io/os": ("linux",),
    "beta.kubernetes.io/os": ("linux",),
}  # fmt: skip
_GPU_PRESENT = "nvidia.com/gpu.present"
_ANY_GPU = "nvidia.com/gpu"
#: EC2's families with processors for arm64, and their types: g after the generation's number.
_GRAVITON = re.compile(r"(?:a1|[a-z]+\d+g[a-z]*)(?:\..+)?")
_SPOT = {
    "eks.amazonaws.com/capacityType": "spot", "karpenter.sh/capacity-type": "spot", "cloud.google.com/gke-spot": "true",
    "cloud.google.com/gke-preemptible": "true",
}  # fmt: skip


@dataclass(frozen=True)
class NodeConditions:
    """Conditions on nodes, sorted out.

    ``instance_types`` (``ml.g5.xlarge``) and ``families`` are those that SageMaker has; ``accelerators`` are names, of devices
    or resources, those that name a kind first; ``by_family`` tells that only the families told them. ``platform`` is the
    architecture or operating system, when jobs do not have it. ``spot`` and ``others``, which say nothing that a job could
    have, are labels as ``key=value``.
    """

    instance_types: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    accelerators: tuple[str, ...] = ()
    by_family: bool = False
    platform: str = ""
    spot: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Condition:
    """A label with the values that it may have, or with ``excluded`` must not have. What comes at run time has none."""

    key: str
    values: tuple[str, ...] = ()
    excluded: bool = False

    def __str__(self) -> str:
        values = ",".join(self.values)
        return f"{self.key}{'!=' if self.excluded else '='}{values}" if values else self.key


def node_conditions(settings: Iterable[Setting]) -> NodeConditions:
    """What ``settings`` of one executor say."""
    required, alternatives = _terms(settings)
    platforms = [_platform(required)]
    if alternatives and all(map(_platform, alternatives)):
        platforms += map(_platform, alternatives)
    types, families, accelerators, others = [], [], [], []
    spot = ""
    for one in (*required, *chain.from_iterable(alternatives)):
        values = () if one.excluded else one.values
        if one.key in _PLATFORM:
            continue
        if one.key in _TYPE and (known := [f"ml.{name}" for name in values if f"ml.{name}" in _types()]):
            types += known
        elif one.key in _FAMILY and (known := [name for name in values if name in _families()]):
            families += known
        elif (one.key in _ACCELERATOR or one.key == _GPU_PRESENT) and values:
            accelerators += [_ANY_GPU if name == "true" else name for name in values if name != "false"]
        elif _SPOT.get(one.key) in [value.lower() for value in values]:
            spot = str(one)
        else:
            others.append(str(one))
    by_family = not accelerators and len(kinds := {_families()[name] for name in families}) == 1 and kinds != {""}
    if by_family:
        accelerators += kinds
    platform = ", ".join(dict.fromkeys(filter(None, platforms)))
    # A label that names a kind says more than one that only tells that there is something.
    accelerators.sort(key=lambda name: name == _ANY_GPU)
    return NodeConditions(tuple(types), tuple(families), tuple(accelerators), by_family, platform, spot, tuple(others))


@functools.cache
def _types() -> Mapping[str, InstanceType]:
    """The types that images of jobs are for."""
    return {name: one for name, one in instance_types().items() if one.architecture == "x86_64"}


@functools.cache
def _families() -> Mapping[str, str]:
    """What to ask for to get a type of a family, by family: a GPU, a Neuron device, or nothing."""
    found: dict[str, str] = {}
    for one in _types().values():
        kind = _ANY_GPU if one.has_gpu else one.accelerator.lower()
        # A family with sizes that have none asks for none.
        found[one.family] = kind if found.get(one.family, kind) == kind else ""
    return found


def _platform(conditions: Iterable[_Condition]) -> str:
    """The architecture or system that the conditions want and jobs do not have; empty for none."""
    for one in conditions:
        values = ", ".join(one.values)
        if one.values and one.key in _PLATFORM and bool({*_PLATFORM[one.key]} & {*one.values}) is one.excluded:
            return f"other than {values}" if one.excluded else values
        if one.values and one.key in (*_TYPE, *_FAMILY) and not one.excluded and all(map(_GRAVITON.fullmatch, one.values)):
            return f"arm64 ({values})"
    return ""


def _terms(settings: Iterable[Setting]) -> tuple[list[_Condition], list[list[_Condition]]]:
    """Conditions that hold, and others of which one list has to: Kubernetes takes a node that fits one term of an affinity."""
    required: list[_Condition] = []
    alternatives: list[list[_Condition]] = []
    for setting in settings:
        if setting.name == "nodeSelector" and isinstance(setting.value, Mapping):
            labels = _mapping(setting.value.get("labels"))
            required += [_Condition(str(key), (str(value),)) for key, value in labels.items()]
            required += _json_selector(setting.value.get("nodeSelectorJson"))
        elif setting.name == "nodeAffinity":
            for term in setting.value if isinstance(setting.value, list) else [setting.value]:
                words = _mapping(term)
                # A weight makes it a preference, which the pod could do without.
                if "weight" not in words:
                    alternatives.append(list(_expressions(words.get("matchExpressions"))))
                alternatives += _json_affinity(words.get("nodeAffinityJson"))
    return required, [term for term in alternatives if term]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _constant(value: Any) -> tuple[Mapping[str, Any], bool]:
    """The constant of a parameter, and whether it comes at run time instead."""
    words = _mapping(value)
    constant = _mapping(words.get("runtimeValue")).get("constant")
    return _mapping(constant), bool(words) and "runtimeValue" not in words


def _json_selector(value: Any) -> Iterator[_Condition]:
    constant, at_run_time = _constant(value)
    if at_run_time:
        yield _Condition("a node selector that comes at run time")
    for key, label in constant.items():
        yield _Condition(str(key), (str(label),))


def _json_affinity(value: Any) -> Iterator[list[_Condition]]:
    constant, at_run_time = _constant(value)
    if at_run_time:
        yield [_Condition("a node affinity that comes at run time")]
    required = _mapping(constant.get("requiredDuringSchedulingIgnoredDuringExecution"))
    terms = required.get("nodeSelectorTerms")
    for term in terms if isinstance(terms, list) else []:
        yield list(_expressions(_mapping(term).get("matchExpressions")))


def _expressions(value: Any) -> Iterator[_Condition]:
    for expression in value if isinstance(value, list) else []:
        words = _mapping(expression)
        values, operator = words.get("values"), words.get("operator", "In")
        chosen = tuple(map(str, values)) if isinstance(values, list) and operator in ("In", "NotIn") else ()
        yield _Condition(str(words.get("key")), chosen, operator == "NotIn")
