"""Generate the table of ml.* instance types that steps get theirs from, or check that the checked-in one is current.

    python scripts/generate_instance_types.py           # write components/kfp_sagemaker/instance_types.json
    python scripts/generate_instance_types.py --check   # exit 1 when that file is not what would be written

Names, and for which kind of job or endpoint each is allowed, come from the enums of botocore's SageMaker service model;
hardware from the capture of EC2's DescribeInstanceTypes in the wheel of moto (both Apache-2.0), fetched at the version and
hash pinned below, read as zip files, never installed or imported. What EC2 no longer lists stands in ``BY_HAND``, from
https://docs.aws.amazon.com/ec2/latest/instancetypes/. The table has no regions, quotas or prices: no package has them.
"""

from __future__ import annotations

import gzip
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from kfp_sagemaker import instance_types
from pinned_wheel import write_or_check

WHEELS = {
    "botocore==1.44.5": "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
    "moto==5.2.5": "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
}
TABLE_PATH = Path(instance_types.__file__).with_name("instance_types.json")

#: Use to the shape in the service model whose enum lists the types allowed for it.
ENUMS = {
    "processing": "ProcessingInstanceType",
    "training": "TrainingInstanceType",
    "transform": "TransformInstanceType",
    "hosting": "ProductionVariantInstanceType",
}

#: Types that EC2 has retired or never listed: vCPUs, GiB, accelerators, their kind, GiB each, architecture.
BY_HAND: dict[str, tuple[int, float, int, str, float, str]] = {
    "p2.xlarge": (4, 61, 1, "K80", 12, "x86_64"),
    "p2.8xlarge": (32, 488, 8, "K80", 12, "x86_64"),
    "p2.16xlarge": (64, 732, 16, "K80", 12, "x86_64"),
    "p3.2xlarge": (8, 61, 1, "V100", 16, "x86_64"),
    "p3.8xlarge": (32, 244, 4, "V100", 16, "x86_64"),
    "p3.16xlarge": (64, 488, 8, "V100", 16, "x86_64"),
    "dl1.24xlarge": (96, 768, 8, "Gaudi HL-205", 32, "x86_64"),
    "p6e-gb200.36xlarge": (144, 960, 4, "GB200", 185, "arm64"),
}


def allowed_types(botocore: Path) -> dict[str, list[str]]:
    """The types of each use in ``ENUMS``, as the service model lists them."""
    with zipfile.ZipFile(botocore) as files:
        models = [name for name in files.namelist() if name.startswith("botocore/data/sagemaker/")]
        (name,) = (name for name in models if name.endswith("/service-2.json.gz"))
        shapes = json.loads(gzip.decompress(files.read(name)))["shapes"]
    return {use: shapes[shape]["enum"] for use, shape in ENUMS.items()}


def captured_hardware(moto: Path) -> dict[str, Any]:
    """EC2's descriptions by type, such as ``m5.large``."""
    with zipfile.ZipFile(moto) as files:
        described: dict[str, Any] = json.loads(gzip.decompress(files.read("moto/ec2/resources/instance_types.json.gz")))
    return described


def hardware(name: str, described: dict[str, Any]) -> dict[str, Any]:
    """The row of the EC2 type ``name``. Raises ValueError for a type that neither EC2 nor ``BY_HAND`` describes."""
    if name in BY_HAND:
        vcpus, memory, count, kind, each, architecture = BY_HAND[name]
        return _row(vcpus, memory, architecture, "by hand", count, kind, each)
    if name not in described:
        raise ValueError(f"Neither the EC2 capture nor BY_HAND describes {name}: add it to BY_HAND.")
    of_ec2 = described[name]
    count, kind, each = _accelerators(of_ec2)
    return _row(
        of_ec2["VCpuInfo"]["DefaultVCpus"],
        of_ec2["MemoryInfo"]["SizeInMiB"] / 1024,
        "arm64" if "arm64" in of_ec2["ProcessorInfo"]["SupportedArchitectures"] else "x86_64",
        "EC2 capture",
        count,
        kind,
        each,
        bool(of_ec2.get("InstanceStorageInfo")),
    )


def _accelerators(of_ec2: dict[str, Any]) -> tuple[int, str, float]:
    """Count, kind and GiB of each: GPUs, else Neuron devices (Trainium, Inferentia), else none."""
    gpus = of_ec2.get("GpuInfo", {}).get("Gpus", [])
    if gpus:
        return sum(gpu["Count"] for gpu in gpus), gpus[0]["Name"], gpus[0]["MemoryInfo"]["SizeInMiB"] / 1024
    # The capture's memory of Neuron devices is not that of one device for all types, and nothing here needs it.
    neuron = of_ec2.get("NeuronInfo", {}).get("NeuronDevices", [])
    if neuron:
        return neuron[0]["Count"], neuron[0]["Name"], 0
    return 0, "", 0


def _row(vcpus: int, memory: float, architecture: str, source: str, count: int, kind: str, each: float, nvme: bool = False
         ) -> dict[str, Any]:
    row: dict[str, Any] = {"vcpus": vcpus, "memory_gib": round(memory, 2), "architecture": architecture, "source": source}
    if count:
        row |= {"accelerators": count, "accelerator": kind}
    if each:
        row["accelerator_memory_gib"] = round(each, 2)
    return row | {"local_nvme": True} if nvme else row


def build_table(botocore: Path, moto: Path) -> dict[str, Any]:
    """Return the table as it is written: rows by type, each with its uses."""
    allowed, described = allowed_types(botocore), captured_hardware(moto)
    names = sorted({name for types in allowed.values() for name in types if name.startswith("ml.")})
    return {
        "generated_by": "scripts/generate_instance_types.py",
        "source": " and ".join(WHEELS) + " (PyPI, Apache-2.0); some rows by hand from EC2's documentation",
        "types": {
            name: hardware(name.removeprefix("ml."), described) | {"uses": [use for use in ENUMS if name in allowed[use]]}
            for name in names
        },
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the table or check it; return the exit status."""
    return write_or_check("SageMaker's instance types", TABLE_PATH, WHEELS, build_table, arguments)


if __name__ == "__main__":
    sys.exit(main())
