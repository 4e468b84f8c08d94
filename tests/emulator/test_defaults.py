"""What Describe shows of members that the request left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sagemaker_local import defaults


@pytest.mark.parametrize(
    ("path", "request_", "filled"),
    [
        ("a", {}, {"a": 1}),
        ("a", {"a": 2}, {"a": 2}),
        ("a.b", {}, {"a": {"b": 1}}),
        ("a?.b", {}, {}),
        ("a?.b", {"a": {"c": 3}}, {"a": {"c": 3, "b": 1}}),
        ("a[].b", {}, {}),
        ("a[].b", {"a": [{}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 2}]}),
    ],
)
def test_a_path_says_what_is_filled(path: str, request_: dict[str, Any], filled: dict[str, Any]) -> None:
    defaults.fill(request_, {path: 1})
    assert request_ == filled


def test_training_job(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    request = make_request("TrainingJob", "t", InputDataConfig=[{"ChannelName": "train", "DataSource": source}])
    sagemaker.create_training_job(**request)

    described = sagemaker.describe_training_job(TrainingJobName="t")

    assert described["EnableNetworkIsolation"] is False
    assert described["EnableManagedSpotTraining"] is False
    assert described["EnableInterContainerTrafficEncryption"] is False
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert described["OutputDataConfig"] == {"S3OutputPath": "s3://bucket/out", "KmsKeyId": "", "CompressionType": "GZIP"}
    channel = described["InputDataConfig"][0]
    assert (channel["CompressionType"], channel["RecordWrapperType"]) == ("None", "None")
    assert channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"


def test_processing_job(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    place = {"S3Uri": "s3://bucket/in", "LocalPath": "/opt/ml/processing/in", "S3DataType": "S3Prefix"}
    request = make_request("ProcessingJob", "p", ProcessingInputs=[{"InputName": "in", "S3Input": place}])
    sagemaker.create_processing_job(**request)

    described = sagemaker.describe_processing_job(ProcessingJobName="p")

    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert described["ProcessingInputs"] == [
        {
            "InputName": "in",
            "AppManaged": False,
            "S3Input": {
                **place,
                "S3InputMode": "File",
                "S3DataDistributionType": "FullyReplicated",
                "S3CompressionType": "None",
            },
        }
    ]


def test_model(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_model(**make_request("Model", "single"))
    several = {"ModelName": "several", "Containers": [{"Image": "a"}, {"Image": "b"}]}
    sagemaker.create_model(**several)

    single = sagemaker.describe_model(ModelName="single")
    assert single["PrimaryContainer"]["Mode"] == "SingleModel"
    assert single["EnableNetworkIsolation"] is False
    assert sagemaker.describe_model(ModelName="several")["InferenceExecutionConfig"] == {"Mode": "Serial"}


def test_transform_job(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_transform_job(**make_request("TransformJob", "t"))

    described = sagemaker.describe_transform_job(TransformJobName="t")

    assert described["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    assert (described["TransformInput"]["CompressionType"], described["TransformInput"]["SplitType"]) == ("None", "None")
    assert (described["TransformOutput"]["AssembleWith"], described["TransformOutput"]["KmsKeyId"]) == ("None", "")


def test_job_definition(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_model_quality_job_definition(**make_request("ModelQualityJobDefinition", "q"))
    described = sagemaker.describe_model_quality_job_definition(JobDefinitionName="q")
    assert described["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_endpoint_config(sagemaker: Any) -> None:
    described = sagemaker.describe_endpoint_config(EndpointConfigName="base-config")
    assert described["ProductionVariants"][0]["InitialVariantWeight"] == 1.0
    assert described["EnableNetworkIsolation"] is False


def test_labeling_job(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_labeling_job(**make_request("LabelingJob", "l"))

    described = sagemaker.describe_labeling_job(LabelingJobName="l")

    assert described["OutputConfig"] == {"S3OutputPath": "s3://bucket/labels/", "KmsKeyId": ""}
    assert described["HumanTaskConfig"]["MaxConcurrentTaskCount"] == 1000
    assert described["HumanTaskConfig"]["TaskAvailabilityLifetimeInSeconds"] == 864000


def test_tuning_job(sagemaker: Any, make_request: Callable[..., Any]) -> None:
    sagemaker.create_hyper_parameter_tuning_job(**make_request("HyperParameterTuningJob", "h"))

    definition = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="h")["TrainingJobDefinition"]

    assert definition["EnableNetworkIsolation"] is False
    assert definition["EnableInterContainerTrafficEncryption"] is False
    assert definition["EnableManagedSpotTraining"] is False
    assert [metric["Name"] for metric in definition["AlgorithmSpecification"]["MetricDefinitions"]] == ["score"]
