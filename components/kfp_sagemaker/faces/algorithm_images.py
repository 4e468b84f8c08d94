"""The training images of SageMaker's built-in algorithms, by the names the train and tuning components accept.

Here: the accepted names and the look-up of an image URI in the checked-in table algorithm_images.json.
Not here: how the table is made (scripts/generate_algorithm_images.py), and what a request does with the URI.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

ALGORITHM_ALIASES: dict[str, str] = {
    "blazingtext": "blazingtext",
    "deepar forecasting": "forecasting-deepar",
    "factorization machines": "factorization-machines",
    "image classification": "image-classification",
    "ip insights": "ipinsights",
    "k-means": "kmeans",
    "k-nearest neighbors": "knn",
    "k-nn": "knn",
    "lda": "lda",
    "linear learner": "linear-learner",
    "neural topic model": "ntm",
    "object2vec": "object2vec",
    "object detection": "object-detection",
    "pca": "pca",
    "random cut forest": "randomcutforest",
    "semantic segmentation": "semantic-segmentation",
    "sequence to sequence": "seq2seq",
    "seq2seq modeling": "seq2seq",
    "xgboost": "xgboost",
}
"""Names the SageMaker Components for Kubeflow Pipelines accept for a built-in algorithm, each with its canonical name."""


class AlgorithmImage(NamedTuple):
    """Where the training image of one built-in algorithm is kept."""

    repository_and_tag: str
    """For example ``sagemaker-xgboost:3.2-0``."""
    accounts: dict[str, str]
    """The 12-digit AWS account of the registry, by region."""


class AlgorithmImages(NamedTuple):
    """The checked-in table, by canonical algorithm name and by region."""

    algorithms: dict[str, AlgorithmImage]
    domain_suffixes: dict[str, str]
    """The domain suffix of AWS in each region, such as ``amazonaws.com`` or ``amazonaws.com.cn``."""


@cache
def algorithm_images() -> AlgorithmImages:
    """Read the table; the file is opened on the first call only."""
    table = json.loads(Path(__file__).with_name("algorithm_images.json").read_text(encoding="utf-8"))
    algorithms = {
        algorithm: AlgorithmImage(repository_and_tag, registry["accounts"])
        for registry in table["registries"]
        for algorithm, repository_and_tag in registry["algorithms"].items()
    }
    return AlgorithmImages(algorithms, table["domain_suffixes"])


def resolve_algorithm(name: str, region: str) -> str | None:
    """Return the training image URI of a built-in algorithm in ``region``, or None when ``name`` is not a built-in.

    ``name`` is an alias or a canonical name; letter case and blanks around it do not matter. A name that gives None is
    that of an algorithm resource of the account or of AWS Marketplace, to be sent as AlgorithmName as it was given.

    Raises ValueError when the algorithm has no image in ``region``; the message names the regions that have one.
    """
    wanted = name.strip().lower()
    images = algorithm_images()
    algorithm = ALGORITHM_ALIASES.get(wanted, wanted)
    image = images.algorithms.get(algorithm)
    if image is None:
        return None
    account = image.accounts.get(region)
    if account is None:
        raise ValueError(_no_image_message(algorithm, region, sorted(image.accounts)))
    return f"{account}.dkr.ecr.{region}.{images.domain_suffixes[region]}/{image.repository_and_tag}"


def _no_image_message(algorithm: str, region: str, regions: list[str]) -> str:
    nearest = [other for other in regions if _area(other) == _area(region)]
    farther = [other for other in regions if other not in nearest]
    nearest_sentence = f" The nearest that have one: {', '.join(nearest)}." if nearest else ""
    farther_sentence = f" {'Others' if nearest else 'Regions that have one'}: {', '.join(farther)}." if farther else ""
    return (
        f"The built-in algorithm {algorithm} has no training image in region {region!r}.{nearest_sentence}{farther_sentence}"
        " Use one of these regions, or give the image input instead of algorithm_name."
    )


def _area(region: str) -> str:
    """Return the geographical part of a region code: ``eu`` of ``eu-north-1``, ``us-gov`` of ``us-gov-west-1``."""
    return region.rsplit("-", 2)[0]
