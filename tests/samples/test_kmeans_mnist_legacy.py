"""The legacy sample: the tutorial's pipeline runs with the older inputs on a stand-in for the built-in k-means."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sagemaker_local
from botocore.exceptions import WaiterError
from sagemaker_local.calls import Call
from sample_runs import SAMPLES, client, compile_sample, mutations, read_object, request_of, run_sample, steps_by_name

SAMPLE = SAMPLES / "kmeans_mnist_legacy"
BUILT_IN = "174872318107.dkr.ecr.us-west-2.amazonaws.com/kmeans:1"
ROLE = "arn:aws:iam::123456789012:role/SageMakerExecution"
DATA = "s3://sagemaker-us-west-2-123456789012/mnist_kmeans_example"


@pytest.fixture(scope="module")
def sagemaker(container_runner: str) -> Iterator[sagemaker_local.LocalSageMaker]:
    settings = sagemaker_local.Settings(
        images={BUILT_IN: SAMPLE / "container"}, runner=container_runner, region="us-west-2"
    )
    with sagemaker_local.start(settings) as local:
        yield local


@dataclass(frozen=True)
class Run:
    """A run of the compiled pipeline: what its steps told, by their names, and its calls."""

    run_id: str
    steps: Mapping[str, Any]
    calls: Sequence[Call]


@pytest.fixture(scope="module")
def run(sagemaker: sagemaker_local.LocalSageMaker, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    compiled = compile_sample(SAMPLE / "pipeline.py", folder / "mnist.yaml")
    document, _ = run_sample(
        compiled, "--endpoint-url", sagemaker.url, "--region", "us-west-2", "--output", str(folder / "outputs")
    )
    return Run(document["run_id"], steps_by_name(document), tuple(sagemaker.calls))


def test_every_resource_is_made_once_and_what_lasts_is_deleted(
    run: Run, sagemaker: sagemaker_local.LocalSageMaker
) -> None:
    assert mutations(run.calls) == {
        "CreateHyperParameterTuningJob": 1,
        "CreateTrainingJob": 1,
        "CreateModel": 1,
        "CreateTransformJob": 1,
        "CreateEndpointConfig": 1,
        "CreateEndpoint": 1,
        "DeleteEndpoint": 1,
        "DeleteEndpointConfig": 1,
        "DeleteModel": 1,
    }
    api = client(sagemaker, "sagemaker")
    assert api.list_endpoints()["Endpoints"] == []
    assert api.list_endpoint_configs()["EndpointConfigs"] == []
    assert api.list_models()["Models"] == []
    assert request_of(run.calls, "CreateEndpoint")["EndpointName"] == run.run_id


def test_the_tuning_job_minimizes_a_metric_that_only_the_built_in_image_defines(
    run: Run, sagemaker: sagemaker_local.LocalSageMaker
) -> None:
    request = request_of(run.calls, "CreateHyperParameterTuningJob")
    definition = request["TrainingJobDefinition"]
    assert definition["AlgorithmSpecification"]["TrainingImage"] == BUILT_IN
    assert not definition["AlgorithmSpecification"].get("MetricDefinitions")
    name = run.steps["sagemaker-hyperparameter-tuning"]["parameters"]["hpo_job_name"]
    api = client(sagemaker, "sagemaker")
    jobs = api.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["TrainingJobSummaries"]
    values = {job["TrainingJobName"]: job["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for job in jobs}
    assert len(values) == 3
    best = api.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["BestTrainingJob"]
    assert best["TrainingJobName"] == min(values, key=lambda job: values[job])
    for job in jobs:
        assert 500 <= int(job["TunedHyperParameters"]["mini_batch_size"]) <= 600
        assert 10 <= int(job["TunedHyperParameters"]["extra_center_factor"]) <= 20
        assert job["TunedHyperParameters"]["init_method"] in {"random", "kmeans++"}


def test_training_gets_the_best_hyperparameters(
    run: Run, sagemaker: sagemaker_local.LocalSageMaker
) -> None:
    tuned = run.steps["sagemaker-hyperparameter-tuning"]["parameters"]
    best = client(sagemaker, "sagemaker").describe_training_job(TrainingJobName=tuned["best_job_name"])
    sent = request_of(run.calls, "CreateTrainingJob")["HyperParameters"]
    assert sent == {name: value for name, value in best["HyperParameters"].items() if not name.startswith("_")}
    assert sent.items() >= {"k": "10", "feature_dim": "784"}.items()
    trained = run.steps["sagemaker-training-job"]["parameters"]
    assert trained["training_image"] == BUILT_IN
    assert trained["arn"].startswith("arn:aws:sagemaker:us-west-2:")


def test_the_transform_tells_a_cluster_for_each_image_and_the_endpoint_the_same(
    run: Run, sagemaker: sagemaker_local.LocalSageMaker
) -> None:
    location = run.steps["sagemaker-batch-transformation"]["parameters"]["output_location"]
    assert location == f"{DATA}/transformed"
    lines = [json.loads(line) for line in read_object(sagemaker, f"{location}/valid.csv.out").splitlines() if line]
    assert len(lines) == 297
    assert {line["closest_cluster"] for line in lines} <= set(range(10))
    assert all(line["distance_to_cluster"] > 0 for line in lines)
    assert run.steps["assess"]["parameters"]["agreement"] == 1
    assert 0.6 < run.steps["assess"]["parameters"]["purity"] < 1


@pytest.mark.parametrize(
    ("hyperparameters", "problem"),
    [
        ({"k": "10"}, "missing: ['mini_batch_size']"),
        ({"k": "10", "mini_batch_size": "500", "clusters": "10"}, "not known: ['clusters']"),
        ({"k": "ten", "mini_batch_size": "500"}, "hyperparameter k: 'ten' is no positive integer"),
        ({"k": "10", "mini_batch_size": "500", "init_method": "best"}, "'best' is none of random, kmeans++"),
        ({"k": "10", "mini_batch_size": "500", "feature_dim": "64"}, "lines of 784 values, and feature_dim is 64"),
    ],
)
def test_the_stand_in_tells_what_is_wrong(
    run: Run, sagemaker: sagemaker_local.LocalSageMaker, hyperparameters: Mapping[str, str], problem: str
) -> None:
    sent = request_of(run.calls, "CreateTrainingJob")
    name = f"wrong-{uuid.uuid4()}"
    wrong = {**sent, "TrainingJobName": name, "HyperParameters": {"feature_dim": "784", **hyperparameters}}
    api = client(sagemaker, "sagemaker")
    api.create_training_job(**wrong)
    with pytest.raises(WaiterError):
        api.get_waiter("training_job_completed_or_stopped").wait(
            TrainingJobName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 3000}
        )
    assert problem in api.describe_training_job(TrainingJobName=name)["FailureReason"]
