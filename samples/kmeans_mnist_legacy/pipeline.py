"""MNIST with k-means, the shape of AWS's tutorial pipeline, on the components that succeed the ones it was written for.

Tuning, training with the best hyperparameters, a model, a batch transform and an endpoint, all by the inputs that the older
components had, with the values that the tutorial gives. What a KFP 2 pipeline needs that the older one did not have is
told in the README.
"""

import os
from typing import NamedTuple

from kfp import components, dsl
from kfp.dsl import Metrics, Output
from kfp_sagemaker import spec_path

# A folder that `kfp-sagemaker specs` wrote, for a cluster; else the installed component.yaml files.
SPECS = os.environ.get("SPECS") or spec_path("v1/train").parents[2]

sagemaker_hpo_op = components.load_component_from_file(f"{SPECS}/v1/hyperparameter_tuning/component.yaml")
sagemaker_train_op = components.load_component_from_file(f"{SPECS}/v1/train/component.yaml")
sagemaker_model_op = components.load_component_from_file(f"{SPECS}/v1/model/component.yaml")
sagemaker_batch_transform_op = components.load_component_from_file(f"{SPECS}/v1/batch_transform/component.yaml")
sagemaker_deploy_op = components.load_component_from_file(f"{SPECS}/v1/deploy/component.yaml")
sagemaker_delete_endpoint_op = components.load_component_from_file(f"{SPECS}/v1/delete_endpoint/component.yaml")

STATIC_PARAMETERS = {"k": "10", "feature_dim": "784"}
INTEGER_PARAMETERS = [
    {"Name": "mini_batch_size", "MinValue": "500", "MaxValue": "600"},
    {"Name": "extra_center_factor", "MinValue": "10", "MaxValue": "20", "ScalingType": "Linear"},
]
CONTINUOUS_PARAMETERS = []
CATEGORICAL_PARAMETERS = [{"Name": "init_method", "Values": ["random", "kmeans++"]}]
CHECKPOINT_CONFIG = {}


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3", "scikit-learn"])
def upload_data(bucket_name: str, region: str) -> NamedTuple(
    "Data",
    [
        ("hpo_channels", list),
        ("train_channels", list),
        ("images", str),
        ("digits", str),
        ("output_location", str),
        ("transform_location", str),
    ],
):  # fmt: skip
    """Scikit-learn's digits as rows of MNIST: CSV lines of 28 x 28 grey values from 0 to 255, in S3."""
    import boto3
    import numpy
    from sklearn.datasets import load_digits

    session = boto3.session.Session(region_name=region or None)
    if not bucket_name:  # the one that the SageMaker SDK takes
        account = session.client("sts").get_caller_identity()["Account"]
        bucket_name = f"sagemaker-{session.region_name}-{account}"
    digits = load_digits()
    order = numpy.random.default_rng(0).permutation(len(digits.images))
    larger = numpy.kron(digits.images[order], numpy.ones((1, 3, 3))) * 255 // 16
    images = numpy.pad(larger, ((0, 0), (2, 2), (2, 2))).reshape(len(order), 784).astype(int)
    valid = slice(1500, None)
    parts = {"train_data/train.csv": slice(1200), "test_data/test.csv": slice(1200, 1500), "input/valid.csv": valid}
    texts = {key: "".join(",".join(map(str, row)) + "\n" for row in images[part]) for key, part in parts.items()}
    texts["digits/valid.csv"] = "".join(f"{digit}\n" for digit in digits.target[order][valid])
    s3 = session.client("s3")
    for key, text in texts.items():
        s3.put_object(Bucket=bucket_name, Key=f"mnist_kmeans_example/{key}", Body=text.encode())
        print(f"{key}: {text.count(chr(10))} lines")
    base = f"s3://{bucket_name}/mnist_kmeans_example"
    train, test = (
        {
            "ChannelName": name,
            "DataSource": {
                "S3DataSource": {
                    "S3Uri": f"{base}/{name}_data",
                    "S3DataType": "S3Prefix",
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
            "ContentType": "text/csv;label_size=0",
            "CompressionType": "None",
            "RecordWrapperType": "None",
            "InputMode": "File",
        }
        for name in ("train", "test")
    )
    return (
        [train, test], [train], f"{base}/input/valid.csv", f"{base}/digits/valid.csv", f"{base}/output", f"{base}/transformed",
    )  # fmt: skip


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3"])
def assess(
    output_location: str, images: str, digits: str, endpoint_name: str, region: str, metrics: Output[Metrics]
) -> NamedTuple("Assessment", [("purity", float), ("agreement", float)]):  # fmt: skip
    """How pure the clusters of the transform's output are, and for how many images the endpoint tells the same.

    Purity is the share of the images whose digit is the most frequent one of their cluster.
    """
    import collections
    import json

    import boto3

    session = boto3.session.Session(region_name=region or None)

    def read(uri: str) -> list[str]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode().split("\n")

    def clusters_of(lines: list[str]) -> list[int]:
        return [int(json.loads(line)["closest_cluster"]) for line in lines if line]

    clusters = clusters_of(read(f"{output_location}/{images.rpartition('/')[2]}.out"))
    counts = collections.defaultdict(collections.Counter)
    for cluster, digit in zip(clusters, [line for line in read(digits) if line], strict=True):
        counts[cluster][digit] += 1
    purity = sum(max(each.values()) for each in counts.values()) / len(clusters)
    answer = session.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint_name, ContentType="text/csv", Accept="application/jsonlines", Body="\n".join(read(images)[:100])
    )
    told = clusters_of(answer["Body"].read().decode().split("\n"))
    agreement = sum(one == other for one, other in zip(told, clusters, strict=False)) / len(told)
    for name, value in (("purity", purity), ("agreement", agreement), ("clusters", len(counts))):
        metrics.log_metric(name, value)
    print(f"purity {purity:.3f} of {len(counts)} clusters of {len(clusters)} images; the endpoint agrees on {agreement:.0%}")
    return (purity, agreement)


@dsl.pipeline(name="mnist-classification-pipeline", description="MNIST classification using k-means in SageMaker")
def mnist_classification(
    role_arn: str = "arn:aws:iam::123456789012:role/SageMakerExecution",
    bucket_name: str = "",
    region: str = "us-west-2",
    endpoint_url: str = "",
    image: str = "174872318107.dkr.ecr.us-west-2.amazonaws.com/kmeans:1",
    training_input_mode: str = "File",
    hpo_strategy: str = "Bayesian",
    hpo_metric_name: str = "test:msd",
    hpo_metric_type: str = "Minimize",
    hpo_early_stopping_type: str = "Off",
    hpo_static_parameters: dict = STATIC_PARAMETERS,
    hpo_integer_parameters: list = INTEGER_PARAMETERS,
    hpo_continuous_parameters: list = CONTINUOUS_PARAMETERS,
    hpo_categorical_parameters: list = CATEGORICAL_PARAMETERS,
    hpo_max_num_jobs: int = 3,
    hpo_max_parallel_jobs: int = 2,
    instance_type: str = "ml.m5.2xlarge",
    instance_count: int = 1,
    volume_size: int = 50,
    max_run_time: int = 3600,
    network_isolation: bool = True,
    traffic_encryption: bool = False,
    spot_instance: bool = False,
    max_wait_time: int = 3600,
    checkpoint_config: dict = CHECKPOINT_CONFIG,
    output_encryption_key: str = "",
    deploy_instance_type: str = "ml.m5.large",
):
    """Run the sample.

    Args:
        role_arn: ARN of the IAM role of the jobs and the model. The default is one that only a local SageMaker has.
        bucket_name: Bucket for data and models, in ``region``; empty: the account's default SageMaker bucket.
        region: AWS region.
        endpoint_url: URL of the SageMaker API; empty: that of the region.
        image: URI of the built-in k-means in ``region``.
        training_input_mode: File, Pipe or FastFile.
        hpo_strategy: How the tuning job searches.
        hpo_metric_name: The tuning job's objective, one of the metrics of the built-in k-means.
        hpo_metric_type: Minimize or Maximize.
        hpo_early_stopping_type: Off or Auto.
        hpo_static_parameters: Hyperparameters that all training jobs have in common.
        hpo_integer_parameters: IntegerParameterRanges as in the API.
        hpo_continuous_parameters: ContinuousParameterRanges as in the API.
        hpo_categorical_parameters: CategoricalParameterRanges as in the API.
        hpo_max_num_jobs: Training jobs of the tuning job.
        hpo_max_parallel_jobs: Training jobs of the tuning job that run at a time.
        instance_type: ML instance type of the jobs.
        instance_count: Instances of each job.
        volume_size: Storage of each training instance in GiB.
        max_run_time: Seconds that a training job may run.
        network_isolation: Give the containers no network.
        traffic_encryption: Encrypt the traffic between instances.
        spot_instance: Train on managed spot instances.
        max_wait_time: With spot_instance: seconds for waiting and running together.
        checkpoint_config: CheckpointConfig as in the API; with spot_instance its S3Uri is required.
        output_encryption_key: KMS key for the models in S3.
        deploy_instance_type: ML instance type of the endpoint.
    """
    clean_up = sagemaker_delete_endpoint_op(
        region=region,
        endpoint_url=endpoint_url,
        endpoint_name=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
        delete_endpoint_config=True,
        delete_models=True,
    ).set_caching_options(False)

    with dsl.ExitHandler(clean_up):
        data = upload_data(bucket_name=bucket_name, region=region).set_caching_options(False)

        hpo = sagemaker_hpo_op(
            region=region,
            endpoint_url=endpoint_url,
            image=image,
            training_input_mode=training_input_mode,
            strategy=hpo_strategy,
            metric_name=hpo_metric_name,
            metric_type=hpo_metric_type,
            early_stopping_type=hpo_early_stopping_type,
            static_parameters=hpo_static_parameters,
            integer_parameters=hpo_integer_parameters,
            continuous_parameters=hpo_continuous_parameters,
            categorical_parameters=hpo_categorical_parameters,
            channels=data.outputs["hpo_channels"],
            output_location=data.outputs["output_location"],
            instance_type=instance_type,
            instance_count=instance_count,
            volume_size=volume_size,
            max_num_jobs=hpo_max_num_jobs,
            max_parallel_jobs=hpo_max_parallel_jobs,
            max_run_time=max_run_time,
            network_isolation=network_isolation,
            traffic_encryption=traffic_encryption,
            spot_instance=spot_instance,
            max_wait_time=max_wait_time,
            checkpoint_config=checkpoint_config,
            output_encryption_key=output_encryption_key,
            role=role_arn,
        )

        training = sagemaker_train_op(
            region=region,
            endpoint_url=endpoint_url,
            image=image,
            training_input_mode=training_input_mode,
            hyperparameters=hpo.outputs["best_hyperparameters"],
            channels=data.outputs["train_channels"],
            instance_type=instance_type,
            instance_count=instance_count,
            volume_size=volume_size,
            max_run_time=max_run_time,
            model_artifact_path=data.outputs["output_location"],
            network_isolation=network_isolation,
            traffic_encryption=traffic_encryption,
            spot_instance=spot_instance,
            max_wait_time=max_wait_time,
            checkpoint_config=checkpoint_config,
            output_encryption_key=output_encryption_key,
            role=role_arn,
        )

        create_model = sagemaker_model_op(
            region=region,
            endpoint_url=endpoint_url,
            model_name=training.outputs["job_name"],
            image=training.outputs["training_image"],
            model_artifact_url=training.outputs["model_artifact_url"],
            network_isolation=network_isolation,
            role=role_arn,
        ).set_caching_options(False)

        transform = sagemaker_batch_transform_op(
            region=region,
            endpoint_url=endpoint_url,
            model_name=create_model.outputs["model_name"],
            instance_type=instance_type,
            instance_count=instance_count,
            batch_strategy="MultiRecord",
            input_location=data.outputs["images"],
            data_type="S3Prefix",
            content_type="text/csv",
            split_type="Line",
            compression_type="None",
            accept="application/jsonlines",
            assemble_with="Line",
            max_concurrent=0,
            max_payload=6,
            output_location=data.outputs["transform_location"],
        ).set_caching_options(False)

        deploy = sagemaker_deploy_op(
            region=region,
            endpoint_url=endpoint_url,
            endpoint_name=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            model_name_1=create_model.outputs["model_name"],
            instance_type_1=deploy_instance_type,
        ).set_caching_options(False)

        assess(
            output_location=transform.outputs["output_location"],
            images=data.outputs["images"],
            digits=data.outputs["digits"],
            endpoint_name=deploy.outputs["endpoint_name"],
            region=region,
        ).set_caching_options(False)
