"""Handwritten digits from images to an endpoint and back: every step but two is a SageMaker job or resource.

Everything that a run makes is named after the run: the run's id, a UUID, is a valid name of a model and of an
endpoint. KFP replaces the placeholder of the id only where it is the whole value of an input, so that names are passed
as they are, and locations, which have the id inside, are made by the step ``plan``.
"""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Metrics, Output
from kfp_sagemaker.v1 import (
    batch_transform,
    delete_endpoint,
    endpoint,
    hyperparameter_tuning,
    model,
    process,
    train,
)

RUN_ID = dsl.PIPELINE_JOB_ID_PLACEHOLDER
METRIC_DEFINITIONS = {
    "train:accuracy": "train:accuracy=([0-9.]+);",
    "validation:accuracy": "validation:accuracy=([0-9.]+);",
}


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3"])
def plan(run_id: str, location: str, region: str, instance_type: str) -> NamedTuple(
    "Plan",
    [
        ("splits", list),
        ("channels", list),
        ("models", str),
        ("variants", list),
        ("test_images", str),
        ("predictions", str),
    ],
):  # fmt: skip
    """Where the run keeps its data in S3, and the requests' parts that hold those places."""
    import boto3

    session = boto3.session.Session(region_name=region or None)
    if not location:  # the bucket that the SageMaker SDK takes
        account = session.client("sts").get_caller_identity()["Account"]
        location = f"s3://sagemaker-{session.region_name}-{account}/digits"
    base = f"{location.rstrip('/')}/{run_id}"
    splits = [
        {
            "OutputName": name,
            "S3Output": {
                "S3Uri": f"{base}/{name}",
                "LocalPath": f"/opt/ml/processing/output/{name}",
                "S3UploadMode": "EndOfJob",
            },
        }
        for name in ("train", "validation", "test")
    ]
    channels = [
        {
            "ChannelName": name,
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{base}/{name}/"}},
        }
        for name in ("train", "validation")
    ]
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": run_id,
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
    }
    return (splits, channels, f"{base}/models", [variant], f"{base}/test/digits.csv", f"{base}/predictions")


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3"])
def evaluate(endpoint_name: str, images: str, predictions: str, region: str, metrics: Output[Metrics]) -> NamedTuple(
    "Evaluation", [("accuracy", float), ("transform_accuracy", float)]
):  # fmt: skip
    """The share of the images whose digit is told rightly: by the endpoint, and in the output of the batch transform.

    ``images`` is a CSV file in S3, digit and pixels; ``predictions`` the place of lines of the digit and the one told.
    """
    import boto3

    session = boto3.session.Session(region_name=region or None)

    def read(uri: str) -> list[str]:
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode().split()

    rows = [line.split(",", 1) for line in read(images)]
    runtime = session.client("sagemaker-runtime")
    told = []
    for start in range(0, len(rows), 100):
        body = "\n".join(pixels for _, pixels in rows[start : start + 100])
        answer = runtime.invoke_endpoint(EndpointName=endpoint_name, ContentType="text/csv", Body=body)
        told += answer["Body"].read().decode().split()
    accuracy = sum(digit == expected for digit, (expected, _) in zip(told, rows, strict=True)) / len(rows)
    pairs = [line.split(",") for line in read(f"{predictions}/{images.rpartition('/')[2]}.out")]
    transform_accuracy = sum(digit == expected for expected, digit in pairs) / len(rows)
    metrics.log_metric("accuracy", accuracy)
    metrics.log_metric("transform_accuracy", transform_accuracy)
    metrics.log_metric("images", len(rows))
    print(f"on {len(rows)} images that training has not seen:")
    print(f"accuracy {accuracy:.3f} of the endpoint, {transform_accuracy:.3f} of the batch transform")
    return (accuracy, transform_accuracy)


@dsl.pipeline(name="digits", description="A classifier of handwritten digits: tuned, trained, deployed, tested, taken down.")
def digits(
    role: str = "arn:aws:iam::123456789012:role/SageMakerExecution",
    image: str = "digits-sample:1",
    location: str = "",
    region: str = "",
    instance_type: str = "ml.m5.large",
):
    """Run the sample.

    Args:
        role: ARN of the IAM role of the jobs. The default is one that only a local SageMaker has.
        image: URI of the image built from ``container/``, in ECR for a run on AWS.
        location: ``s3://`` location for the runs' data; empty: ``digits`` in the account's default SageMaker bucket.
        region: AWS region; empty: that of the pod.
        instance_type: ML instance type of the jobs and the endpoint.
    """
    take_down = delete_endpoint(
        endpoint_name=RUN_ID, delete_endpoint_config=True, delete_models=True, region=region
    ).set_display_name("take down")
    with dsl.ExitHandler(take_down):
        planned = plan(run_id=RUN_ID, location=location, region=region, instance_type=instance_type)
        planned.set_caching_options(False)
        split = process(
            role=role,
            image=image,
            container_entrypoint=["split"],
            container_arguments=["--test", "0.2"],
            output_config=planned.outputs["splits"],
            instance_type=instance_type,
            max_run_time=3600,
            region=region,
        )
        tuned = hyperparameter_tuning(
            role=role,
            image=image,
            channels=planned.outputs["channels"],
            output_location=planned.outputs["models"],
            metric_definitions=METRIC_DEFINITIONS,
            metric_name="validation:accuracy",
            metric_type="Maximize",
            continuous_parameters=[
                {"Name": "C", "MinValue": "0.1", "MaxValue": "100", "ScalingType": "Logarithmic"},
                {"Name": "gamma", "MinValue": "0.0001", "MaxValue": "0.01", "ScalingType": "Logarithmic"},
            ],
            max_num_jobs=4,
            max_parallel_jobs=2,
            instance_type=instance_type,
            max_run_time=3600,
            region=region,
        ).after(split)
        trained = train(
            role=role,
            image=image,
            channels=planned.outputs["channels"],
            model_artifact_path=planned.outputs["models"],
            hyperparameters=tuned.outputs["best_hyperparameters"],
            metric_definitions=METRIC_DEFINITIONS,
            instance_type=instance_type,
            max_run_time=3600,
            region=region,
        )
        registered = model(
            model_name=RUN_ID,
            role=role,
            image=image,
            model_artifact_url=trained.outputs["model_artifact_url"],
            region=region,
        )
        deployed = endpoint(
            endpoint_name=RUN_ID, production_variants=planned.outputs["variants"], region=region
        ).after(registered)
        # Of each line the digit is not sent to the model; a line of the output is the digit and the model's answer.
        transformed = batch_transform(
            model_name=registered.outputs["model_name"],
            input_location=planned.outputs["test_images"],
            output_location=planned.outputs["predictions"],
            content_type="text/csv",
            accept="text/csv",
            split_type="Line",
            assemble_with="Line",
            batch_strategy="MultiRecord",
            input_filter="$[1:]",
            join_source="Input",
            output_filter="$[0,-1]",
            instance_type=instance_type,
            region=region,
        )
        evaluate(
            endpoint_name=deployed.outputs["endpoint_name"],
            images=planned.outputs["test_images"],
            predictions=transformed.outputs["output_location"],
            region=region,
        ).set_caching_options(False)
        split.set_display_name("split")
        tuned.set_display_name("tune")
        trained.set_display_name("train")
        registered.set_display_name("register")
        deployed.set_display_name("deploy")
        transformed.set_display_name("transform")
