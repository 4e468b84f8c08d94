"""What a Kubernetes request becomes: quantities, names of accelerators, and the smallest type that fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kfp_sagemaker.instance_types import instance_types
from kfp_sagemaker.smallest_instance import ANY_GPU, Accelerator, Asked, accelerator, gibibytes, quantity, smallest


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("500m", 0.5), ("1.5", 1.5), (".5", 0.5), ("2.", 2), ("1k", 1000), ("1e3", 1000), ("1E3", 1000), ("1Ki", 1024),
     ("0", 0), ("3.5", 3.5), (" 4 ", 4), ("1E", 1e18)],
)
def test_a_quantity(text: str, number: float) -> None:
    assert quantity(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "lots", "1 Gi", "-1", "1gi", "1KiB", "1e", "٣", "1e999", "0x10", "9" * 31])
def test_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        quantity(text)


@pytest.mark.parametrize(("text", "gib"), [("16Gi", 16), ("1073741824", 1), ("512Mi", 0.5), ("15G", 13.97)])
def test_memory_is_in_gib(text: str, gib: float) -> None:
    assert gibibytes(text) == pytest.approx(gib, abs=0.01)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("nvidia.com/gpu", ANY_GPU),
        ("nvidia.com/mig-1g.5gb", ANY_GPU),
        ("nvidia-tesla-t4", Accelerator("T4")),
        ("NVIDIA_TESLA_V100", Accelerator("V100")),
        ("nvidia-l4", Accelerator("L4")),
        ("NVIDIA-L40S", Accelerator("L40S")),
        ("NVIDIA-A100-SXM4-40GB", Accelerator("A100", memory_gib=40)),
        ("nvidia-a100-80gb", Accelerator("A100", memory_gib=80)),
        ("nvidia-h100-80gb", Accelerator("H100")),
        ("nvidia-tesla-k80", Accelerator("T4", nearest=True)),
        ("NVIDIA_TESLA_P100", Accelerator("V100", nearest=True)),
        ("nvidia-tesla-p4", Accelerator("T4", nearest=True)),
        ("NVIDIA-GeForce-RTX-3090", Accelerator("GPU", nearest=True)),
        ("aws.amazon.com/neuron", Accelerator("Trainium")),
        ("tpu-v3", Accelerator("")),
        ("cloud-tpus.google.com/v2", Accelerator("")),
        ("TPU_V3", Accelerator("")),
        ("amd.com/gpu", Accelerator("")),
        ("gpu.intel.com/i915", Accelerator("")),
        ("something", Accelerator("")),
    ],
)
def test_a_name_of_an_accelerator(name: str, meant: Accelerator) -> None:
    assert accelerator(name) == meant


@pytest.mark.parametrize(
    ("asked", "use", "name"),
    [
        (Asked(1), "processing", "ml.t3.medium"),
        (Asked(2, 4), "processing", "ml.t3.medium"),
        (Asked(2, 8), "processing", "ml.m5.large"),
        (Asked(2, 16), "processing", "ml.r5.large"),
        (Asked(4, 8), "processing", "ml.c5.xlarge"),
        (Asked(4, 16), "processing", "ml.m5.xlarge"),
        (Asked(4, 16.01), "processing", "ml.r5.xlarge"),
        (Asked(384, 3072), "processing", "ml.r8i.96xlarge"),
        (Asked(385), "training", None),
        (Asked(accelerators=1), "processing", "ml.g4dn.xlarge"),
        (Asked(8, 32, 1), "processing", "ml.g4dn.2xlarge"),
        (Asked(accelerators=8), "processing", "ml.p3.16xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("A10G")), "processing", "ml.g5.xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("H100")), "processing", "ml.p5.4xlarge"),
        (Asked(accelerators=8, accelerator=Accelerator("H100")), "processing", None),
        (Asked(accelerators=8, accelerator=Accelerator("H100")), "training", "ml.p5.48xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("A100")), "training", "ml.p4d.24xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("A100", memory_gib=80)), "training", "ml.p4de.24xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("Trainium")), "training", "ml.trn1.2xlarge"),
        (Asked(accelerators=1, accelerator=Accelerator("")), "training", None),
    ],
)
def test_the_smallest_type_that_fits(asked: Asked, use: str, name: str | None) -> None:
    found = smallest(asked, use)
    assert (found.name if found else None) == name


def test_families_limit_the_choice() -> None:
    found = smallest(Asked(2, 8), "processing", families=("c5", "m7i"))
    assert found is not None
    assert found.name == "ml.m7i.large"


@settings(derandomize=True, deadline=None)
@given(
    vcpus=st.floats(0, 400), memory=st.floats(0, 4000), count=st.integers(0, 16),
    use=st.sampled_from(["processing", "training", "transform"]),
)  # fmt: skip
def test_what_is_chosen_fits_and_nothing_that_fits_has_fewer_accelerators_and_vcpus(
    vcpus: float, memory: float, count: int, use: str
) -> None:
    found = smallest(Asked(vcpus, memory, count), use)
    everything = [
        one for one in instance_types().values()
        if use in one.uses and one.vcpus >= vcpus and one.memory_gib >= memory and one.architecture == "x86_64"
        and (one.has_gpu and one.accelerators >= count if count else not one.accelerators)
        and one.family not in {"m4", "c4", "r4", "t2", "p2"}
    ]  # fmt: skip
    if found is None:
        assert not everything
    else:
        assert found in everything
        assert (found.accelerators, found.vcpus) == min((one.accelerators, one.vcpus) for one in everything)
