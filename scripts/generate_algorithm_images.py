"""Generate the table of training images of SageMaker's built-in algorithms, or check that the checked-in one is current.

    python scripts/generate_algorithm_images.py           # write components/kfp_sagemaker/faces/algorithm_images.json
    python scripts/generate_algorithm_images.py --check   # exit 1 when that file is not what would be written

The facts come from the image URI data in the wheel of sagemaker-core (Apache-2.0), which pip fetches at the version and
hash pinned below; the wheel is read as a zip file, never installed or imported. The domain suffix of each region comes
from botocore's data. Which algorithms the table holds is decided by the aliases in kfp_sagemaker.faces.algorithm_images.
To move to a newer sagemaker-core, change both pins, generate, and review the difference.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

from botocore.loaders import create_loader
from botocore.regions import EndpointResolver
from kfp_sagemaker.faces import algorithm_images
from pinned_wheel import write_or_check

PINNED_PACKAGE = "sagemaker-core==2.27.0"
# The table decides whose registry a job's code comes from, so the data is pinned by content and not only by version.
SAGEMAKER_CORE_WHEEL_SHA256 = "62e5b4e2296dd26c042f28d26b9292501cdcf0c83a02656e280d61f132114312"
IMAGE_DATA_FOLDER = "sagemaker/core/image_uri_config"
TABLE_PATH = Path(algorithm_images.__file__).with_name("algorithm_images.json")


def newest_version(versions: dict[str, Any]) -> str:
    """Return the numerically greatest key of a data file's ``versions``, such as 3.2-0 out of 1, 1.7-1 and 3.2-0."""
    return max(versions, key=lambda version: [int(number) for number in re.findall(r"\d+", version)])


def training_image(algorithm: str, data: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return ``repository:tag`` and account by region of the newest training image in one algorithm's data file.

    Raises ValueError when the tag would be more than the version: the data files can make it depend on the kind of
    processor and on a Python version, and no built-in algorithm's newest image does.
    """
    for_training = data.get("training", data)
    version = newest_version(for_training["versions"])
    image = for_training["versions"][version]
    tag_parts = sorted({*image, *for_training} & {"processors", "py_versions", "container_version", "tag_prefix"})
    if tag_parts:
        raise ValueError(f"The tag of {algorithm} {version} also depends on {', '.join(tag_parts)}; not handled here.")
    return f"{image['repository']}:{version}", image["registries"]


def domain_suffix(resolver: EndpointResolver, region: str) -> str:
    """Return the domain suffix of AWS in ``region``, from the partition botocore has it in."""
    suffix = resolver.get_partition_dns_suffix(resolver.get_partition_for_region(region))
    if suffix is None:
        raise ValueError(f"botocore knows no domain suffix of region {region}.")
    return suffix


def build_table(wheel: Path) -> dict[str, Any]:
    """Return the table as it is written: algorithms that share their accounts in all regions are in one entry."""
    resolver = EndpointResolver(create_loader().load_data("endpoints"))
    registries: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(wheel) as files:
        for algorithm in sorted(set(algorithm_images.ALGORITHM_ALIASES.values())):
            data = json.loads(files.read(f"{IMAGE_DATA_FOLDER}/{algorithm}.json"))
            repository_and_tag, accounts = training_image(algorithm, data)
            entry = registries.setdefault(json.dumps(accounts, sort_keys=True), {"algorithms": {}, "accounts": accounts})
            entry["algorithms"][algorithm] = repository_and_tag
    regions = {region for entry in registries.values() for region in entry["accounts"]}
    return {
        "generated_by": "scripts/generate_algorithm_images.py",
        "source": f"image URI data of {PINNED_PACKAGE} (PyPI, Apache-2.0)",
        "domain_suffixes": {region: domain_suffix(resolver, region) for region in regions},
        "registries": list(registries.values()),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the table or check it; return the exit status."""
    what = "images of SageMaker's built-in algorithms"
    return write_or_check(what, TABLE_PATH, {PINNED_PACKAGE: SAGEMAKER_CORE_WHEEL_SHA256}, build_table, arguments)


if __name__ == "__main__":
    sys.exit(main())
