"""Built-in algorithm names resolve to the training images that SageMaker's own SDK names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kfp_sagemaker.faces.algorithm_images import ALGORITHM_ALIASES, algorithm_images, resolve_algorithm

SDK_SAMPLE = json.loads((Path(__file__).parents[2] / "data" / "algorithm_image_uris.json").read_text(encoding="utf-8"))["uris"]
SDK_URIS = [(algorithm, region, uri) for algorithm, by_region in SDK_SAMPLE.items() for region, uri in by_region.items()]
IMAGES = algorithm_images()


@pytest.mark.parametrize(("algorithm", "region", "uri"), SDK_URIS)
def test_a_canonical_name_gives_the_image_of_the_sdk(algorithm: str, region: str, uri: str) -> None:
    assert resolve_algorithm(algorithm, region) == uri


def test_the_sample_of_the_sdk_has_every_algorithm() -> None:
    assert set(SDK_SAMPLE) == set(IMAGES.algorithms)


@pytest.mark.parametrize(
    ("alias", "repository_and_tag"),
    [
        ("blazingtext", "blazingtext:1"),
        ("deepar forecasting", "forecasting-deepar:1"),
        ("factorization machines", "factorization-machines:1"),
        ("image classification", "image-classification:1"),
        ("ip insights", "ipinsights:1"),
        ("k-means", "kmeans:1"),
        ("k-nearest neighbors", "knn:1"),
        ("k-nn", "knn:1"),
        ("lda", "lda:1"),
        ("linear learner", "linear-learner:1"),
        ("neural topic model", "ntm:1"),
        ("object2vec", "object2vec:1"),
        ("object detection", "object-detection:1"),
        ("pca", "pca:1"),
        ("random cut forest", "randomcutforest:1"),
        ("semantic segmentation", "semantic-segmentation:1"),
        ("sequence to sequence", "seq2seq:1"),
        ("seq2seq modeling", "seq2seq:1"),
        ("xgboost", "sagemaker-xgboost:3.2-0"),
    ],
)
def test_an_alias_gives_the_image_of_its_algorithm(alias: str, repository_and_tag: str) -> None:
    uri = resolve_algorithm(alias, "us-west-2")
    assert uri is not None
    assert uri.endswith(f".dkr.ecr.us-west-2.amazonaws.com/{repository_and_tag}")
    assert uri == resolve_algorithm(ALGORITHM_ALIASES[alias], "us-west-2")


def test_there_are_nineteen_aliases_and_each_algorithm_has_one() -> None:
    assert len(ALGORITHM_ALIASES) == 19
    assert set(ALGORITHM_ALIASES.values()) == set(IMAGES.algorithms)


@pytest.mark.parametrize("name", ["seq2seq modeling", "Seq2Seq Modeling", "  sequence to sequence\n", "seq2seq", " SEQ2SEQ "])
def test_letter_case_and_blanks_around_a_name_do_not_matter(name: str) -> None:
    assert resolve_algorithm(name, "us-west-2") == "433757028032.dkr.ecr.us-west-2.amazonaws.com/seq2seq:1"


@pytest.mark.parametrize(
    "name",
    [
        "first-algorithm",
        "",
        "seq2seq-modeling",
        "xgboost:1.7-1",
        "image-classification-neo",
        "arn:aws:sagemaker:us-west-2:123456789012:algorithm/pca",
    ],
)
@pytest.mark.parametrize("region", ["us-west-2", "xx-nowhere-1"])
def test_a_name_that_is_no_built_in_has_no_image_whatever_the_region(name: str, region: str) -> None:
    assert resolve_algorithm(name, region) is None


@pytest.mark.parametrize(
    ("region", "uri"),
    [
        ("eu-west-1", "438346466558.dkr.ecr.eu-west-1.amazonaws.com/pca:1"),
        ("cn-north-1", "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn/pca:1"),
        ("us-gov-west-1", "226302683700.dkr.ecr.us-gov-west-1.amazonaws.com/pca:1"),
        ("us-iso-east-1", "490574956308.dkr.ecr.us-iso-east-1.c2s.ic.gov/pca:1"),
        ("us-isob-east-1", "765400339828.dkr.ecr.us-isob-east-1.sc2s.sgov.gov/pca:1"),
        ("us-isof-south-1", "124985052026.dkr.ecr.us-isof-south-1.csp.hci.ic.gov/pca:1"),
    ],
)
def test_each_partition_has_its_own_domain(region: str, uri: str) -> None:
    assert resolve_algorithm("pca", region) == uri


@pytest.mark.parametrize(
    ("name", "region", "advice"),
    [
        ("LDA", "eu-north-1", "The nearest that have one: eu-central-1, eu-west-1, eu-west-2. Others: ap-northeast-1, "),
        ("lda", "us-gov-east-1", "The nearest that have one: us-gov-west-1. Others: ap-northeast-1, "),
        ("lda", "sa-east-1", "Regions that have one: ap-northeast-1, ap-northeast-2, ap-south-1, "),
        ("lda", "", "Regions that have one: ap-northeast-1, "),
    ],
)
def test_a_region_without_an_image_is_refused_with_the_regions_that_have_one(name: str, region: str, advice: str) -> None:
    with pytest.raises(ValueError, match=f"^The built-in algorithm lda has no training image in region '{region}'") as refusal:
        resolve_algorithm(name, region)
    message = str(refusal.value)
    assert advice in message
    assert all(other in message for other in IMAGES.algorithms["lda"].accounts)
    assert message.endswith("or give the image input instead of algorithm_name.")


@pytest.mark.parametrize("algorithm", sorted(IMAGES.algorithms))
def test_every_region_of_an_algorithm_has_a_whole_uri(algorithm: str) -> None:
    accounts = IMAGES.algorithms[algorithm].accounts
    assert {"us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1"} <= set(accounts)
    for region in accounts:
        uri = resolve_algorithm(algorithm, region)
        assert uri is not None
        assert re.fullmatch(rf"[0-9]{{12}}\.dkr\.ecr\.{region}\.[a-z0-9.]+/[a-z0-9-]+:[0-9.-]+", uri), uri


def test_resolving_imports_no_aws_library() -> None:
    code = (
        "import sys; from kfp_sagemaker.faces.algorithm_images import algorithm_images, resolve_algorithm;"
        "read_on_import = algorithm_images.cache_info().currsize; resolve_algorithm('pca', 'us-west-2');"
        "print(read_on_import, sorted({'boto3', 'botocore', 'sagemaker'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "0 []\n"
