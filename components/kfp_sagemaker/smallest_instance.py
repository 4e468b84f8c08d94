"""The smallest ml.* type that holds what a Kubernetes container asks for.

Used when a pipeline is converted, and in a step's pod where the request is known at run time only. Quantities are
Kubernetes' (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/); names of accelerators are
those of device plugins (``nvidia.com/gpu``), of node labels (``nvidia-tesla-t4``) and of Vertex AI (``NVIDIA_TESLA_T4``).

Smallest: fewest accelerators, then vCPUs, then memory. Of equal ones, the family that is offered in more regions. Prices are
in no package, so they do not count.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from kfp_sagemaker.instance_types import InstanceType, instance_types

#: Of equal size, the earlier family wins: broad offer first, then burstable, then newer generations.
_FAMILIES_IN_ORDER = (
    "m5", "c5", "r5", "t3", "g4dn", "g5", "p3", "p3dn", "p4d", "p4de", "trn1", "trn1n", "g6", "g6e", "p5", "p5e", "p5en",
    "m6i", "c6i", "r6i", "m7i", "c7i", "r7i",
)
#: Being retired; programs for today's CUDA do not run on K80.
_RETIRED_FAMILIES = frozenset({"m4", "c4", "r4", "t2", "p2"})

_SUFFIXES = {
    "": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = re.compile(r"(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:([eE][+-]?\d{1,2})|([mkMGTPE]|[KMGTPE]i)?)", re.ASCII)
#: Bytes.
GIBIBYTE = 2.0**30

#: Word in an accelerator's name to its kind in the table; more telling words first.
_KINDS = (
    ("gb200", "GB200"), ("b300", "B300"), ("b200", "B200"), ("h200", "H200"), ("h100", "H100"), ("a100", "A100"),
    ("v100", "V100"), ("l40s", "L40S"), ("a10g", "A10G"), ("l4", "L4"), ("t4", "T4"),
    ("rtx-pro-6000", "RTX PRO Server 6000"), ("rtx-pro-4500", "RTX PRO 4500"),
)  # fmt: skip
#: GPUs that no SageMaker type has, to the kind that comes nearest: at least the memory and the compute capability.
_NEAREST = (
    ("k80", "T4"), ("m60", "T4"), ("p100", "V100"), ("p4", "T4"), ("p40", "A10G"), ("a10", "A10G"), ("a30", "A10G"),
    ("a40", "L40S"), ("l40", "L40S"), ("a6000", "L40S"), ("a2", "T4"), ("a16", "A10G"), ("h800", "H100"),
)  # fmt: skip
_GPU_RESOURCES = ("nvidia.com/gpu", "gpu", "k8s.amazonaws.com/vgpu", "nvidia.com/gpu.shared")
_NEURON_RESOURCES = ("aws.amazon.com/neuron", "aws.amazon.com/neurondevice")
_NEURON_CORES = "aws.amazon.com/neuroncore"
#: Kinds of the table that are no GPU.
NEURON_KINDS = ("Trainium", "Trainium2")
_A100_SMALL_GIB = 40.0


@dataclass(frozen=True)
class Accelerator:
    """What an accelerator's name stands for.

    ``kind`` is a kind of the table, ``GPU`` for any, empty when SageMaker has no counterpart. ``nearest`` tells that the kind
    is not the one asked for. ``memory_gib`` is asked for of each (0: any).
    """

    kind: str
    nearest: bool = False
    memory_gib: float = 0


ANY_GPU = Accelerator("GPU")


@dataclass(frozen=True)
class Asked:
    """What a step asks for. Zero, or no accelerator, is not asked for."""

    vcpus: float = 0
    memory_gib: float = 0
    accelerators: int = 0
    accelerator: Accelerator = ANY_GPU

    def __str__(self) -> str:
        parts = [f"{self.vcpus:g} vCPUs" if self.vcpus != 1 else "1 vCPU"] if self.vcpus else []
        parts += [f"{round(self.memory_gib, 2):g} GiB"] if self.memory_gib else []
        parts += [f"{self.accelerators} {self.accelerator.kind}"] if self.accelerators else []
        return ", ".join(parts) or "nothing"


def quantity(text: str) -> float:
    """The number that a Kubernetes quantity stands for: ``500m`` is 0.5, ``1Ki`` 1024.

    Raises ValueError for a text that is no quantity.
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no quantity, such as 500m, 2 or 16Gi")
    number, exponent, suffix = match.groups()
    return float(number + (exponent or "")) * _SUFFIXES[suffix or ""]


def gibibytes(text: str) -> float:
    """A quantity of bytes, in GiB."""
    return quantity(text) / GIBIBYTE


def accelerator(name: str) -> Accelerator:
    """What ``name`` (``nvidia.com/gpu``, ``nvidia-tesla-t4``, ``NVIDIA-A100-SXM4-80GB``) stands for."""
    words = re.sub(r"[ _.]+", "-", name.strip().lower())
    if name in _GPU_RESOURCES or name.startswith("nvidia.com/mig-"):
        return ANY_GPU
    if name in (*_NEURON_RESOURCES, _NEURON_CORES) or "trainium" in words:
        return Accelerator("Trainium2" if "trainium2" in words else "Trainium")
    # Others' names contain NVIDIA's: amd.com/gpu, tpu-v4.
    if re.search(r"\b(amd|intel|tpu|habana|google\.com)\b", words) or "tpu" in words:
        return Accelerator("")
    for table, nearest in ((_KINDS, False), (_NEAREST, True)):
        for word, kind in table:
            if re.search(rf"(?<![a-z0-9]){word}(?![a-z0-9])", words):
                asked = re.search(r"(?<!\d)(\d{2,3})gb(?![a-z0-9])", words)
                return Accelerator(kind, nearest, float(asked.group(1)) if asked and kind == "A100" else 0)
    if "nvidia" in words:
        return Accelerator("GPU", nearest=True)
    return Accelerator("")


def smallest(asked: Asked, use: str, families: Collection[str] = ()) -> InstanceType | None:
    """The first of ``suitable``; None when there is none."""
    return next(iter(suitable(asked, use, families)), None)


def suitable(asked: Asked, use: str, families: Collection[str] = ()) -> list[InstanceType]:
    """The types allowed for ``use`` (``processing``, ``training``) that hold what is asked for, the smallest first.

    ``families`` (``m5``, ``g5``) limits the choice; none: all that are not being retired. Types with accelerators are for
    steps that ask for them, and jobs' images are of x86_64.
    """
    return sorted((one for one in instance_types().values() if _fits(one, asked, use, families)), key=by_size)


def _fits(one: InstanceType, asked: Asked, use: str, families: Collection[str]) -> bool:
    if use not in one.uses or one.architecture != "x86_64":
        return False
    if one.family in _RETIRED_FAMILIES if not families else one.family not in families:
        return False
    if one.vcpus < asked.vcpus or one.memory_gib < asked.memory_gib or one.accelerators < asked.accelerators:
        return False
    if not asked.accelerators:
        return not one.accelerators
    return has_kind(one, asked.accelerator)


def has_kind(one: InstanceType, wanted: Accelerator) -> bool:
    """Whether the accelerators of a type are of the kind that is wanted."""
    if wanted.kind == "GPU":
        return one.has_gpu
    # A100s of 40 and 80 GB go by one name; nominal sizes are a little above what the driver shows.
    large_enough = wanted.memory_gib <= _A100_SMALL_GIB or one.accelerator_memory_gib > _A100_SMALL_GIB
    return one.accelerator == wanted.kind and large_enough


def by_size(one: InstanceType) -> tuple[int, int, float, int, str]:
    """Sort key: the smallest first, of equal ones the family with the broader offer."""
    ranked = _FAMILIES_IN_ORDER.index(one.family) if one.family in _FAMILIES_IN_ORDER else len(_FAMILIES_IN_ORDER)
    return one.accelerators, one.vcpus, one.memory_gib, ranked, one.name
