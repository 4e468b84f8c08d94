"""Inputs for the example in each component's README: the least that makes a real request, checked in the tests."""

from __future__ import annotations

from typing import Any

_ROLE = "arn:aws:iam::111122223333:role/SageMakerExecution"
_IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/digits:1"

#: Inputs by component id.
EXAMPLES: dict[str, dict[str, Any]] = {
    "v1/delete_endpoint": {"endpoint_name": "digits", "delete_endpoint_config": True, "delete_models": True},
    "v1/endpoint": {
        "endpoint_name": "digits",
        "production_variants": [{
            "VariantName": "main", "ModelName": "digits-1", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
        }],
    },
    "v1/model": {
        "model_name": "digits-1",
        "role": _ROLE,
        "image": _IMAGE,
        "model_artifact_url": "s3://my-bucket/digits/model.tar.gz",
    },
    "v1/process": {
        "role": _ROLE,
        "image": _IMAGE,
        "container_arguments": ["--holdout", "0.2"],
        "input_config": [{
            "InputName": "digits",
            "S3Input": {
                "S3Uri": "s3://my-bucket/digits/", "LocalPath": "/opt/ml/processing/input/digits", "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }],
        "output_config": [{
            "OutputName": "split",
            "S3Output": {
                "S3Uri": "s3://my-bucket/split/", "LocalPath": "/opt/ml/processing/output/split", "S3UploadMode": "EndOfJob",
            },
        }],
        "instance_type": "ml.m5.large",
    },
    "v1/train": {
        "role": _ROLE,
        "image": _IMAGE,
        "channels": [{
            "ChannelName": "train",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/split/train/"}},
        }],
        "model_artifact_path": "s3://my-bucket/models/",
        "hyperparameters": {"epochs": 10, "learning_rate": 0.1},
        "instance_type": "ml.m5.large",
    },
}
