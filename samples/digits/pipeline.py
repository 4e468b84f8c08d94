"""Handwritten digits from images to an endpoint and back: every step but two is a SageMaker job or resource.

Everything that a run makes is named after the run: the run's id, a UUID, is a valid name of a model and of an
endpoint. KFP replaces the placeholder of the id only where it is the whole value of an input, so that names are passed
as they are, and locations, which have the id inside, are made by the step ``plan``.
"""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Metrics, Output
from kfp_sagemaker.v1 import delete_endpoint, endpoint, model, process, train

RUN_ID = dsl.PIPELINE_JOB_ID_PLACEHOLDER


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3"])
def plan(run_id: str, location: str, region: str, instance_type: str) -> NamedTuple(
    "Plan",
    [("splits", list), ("channels", list), ("models", str), ("variants", list), ("test_images", str)],
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
    return (splits, channels, f"{base}/models", [variant], f"{base}/test/digits.csv")


@dsl.component(base_image="python:3.11-slim", packages_to_install=["boto3"])
def evaluate(endpoint_name: str, images: str, region: str, metrics: Output[Metrics]) -> NamedTuple(
    "Evaluation", [("accuracy", float)]
):  # fmt: skip
    """The share of the images, lines of a CSV file in S3, whose digit the endpoint tells rightly."""
    import boto3

    session = boto3.session.Session(region_name=region or None)
    bucket, _, key = images.removeprefix("s3://").partition("/")
    text = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    rows = [line.split(",", 1) for line in text.splitlines()]
    runtime = session.client("sagemaker-runtime")
    told = []
    for start in range(0, len(rows), 100):
        body = "\n".join(pixels for _, pixels in rows[start : start + 100])
        answer = runtime.invoke_endpoint(EndpointName=endpoint_name, ContentType="text/csv", Body=body)
        told += answer["Body"].read().decode().split()
    accuracy = sum(digit == expected for digit, (expected, _) in zip(told, rows, strict=True)) / len(rows)
    metrics.log_metric("accuracy", accuracy)
    metrics.log_metric("images", len(rows))
    print(f"accuracy {accuracy:.3f} on {len(rows)} images that training has not seen")
    return (accuracy,)


@dsl.pipeline(name="digits", description="Trains a classifier of handwritten digits, deploys it, tests it, takes it down.")
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
        trained = train(
            role=role,
            image=image,
            channels=planned.outputs["channels"],
            model_artifact_path=planned.outputs["models"],
            hyperparameters={"C": 10, "gamma": 0.001},
            metric_definitions={
                "train:accuracy": "train:accuracy=([0-9.]+);",
                "validation:accuracy": "validation:accuracy=([0-9.]+);",
            },
            instance_type=instance_type,
            max_run_time=3600,
            region=region,
        ).after(split)
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
        evaluate(
            endpoint_name=deployed.outputs["endpoint_name"], images=planned.outputs["test_images"], region=region
        ).set_caching_options(False)
        for task, name in ((split, "split"), (trained, "train"), (registered, "register"), (deployed, "deploy")):
            task.set_display_name(name)
