"""Every component with the least it needs, and what it makes: a new component gets all proofs by a row here.

``test_every_component_is_in_the_table`` holds the table to ``faces.registry``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.faces.face import Face
from kfp_sagemaker.faces.registry import component_ids, find_face
from kfp_sagemaker.resources.resource import Life, Resource

ROLE = "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image:1"
MODEL_URL = "s3://bucket/models/some-job/output/model.tar.gz"
MODEL, CONFIG, ENDPOINT = "ready-model", "ready-config", "ready-endpoint"


@dataclass(frozen=True)
class Component:
    """``inputs`` are the least that is valid; ``needs`` are requests to be sent before, in order.

    ``outputs`` are parameters that a successful step leaves, as patterns in which ``{name}`` is the resource's.
    ``name_input`` names the resource; ``different`` is an input value that makes another request.
    """

    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    name_input: str
    different: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def face(self) -> Face:
        return find_face(self.id)

    @property
    def resource(self) -> Resource:
        return self.face.resource

    @property
    def creates(self) -> tuple[str, ...]:
        """The Create operations of a step that finds nothing there."""
        return () if self.face.deletes else tuple(resource.create for resource in self.face.resources)

    @property
    def last(self) -> str:
        """The operation that makes (or removes) what the component is about."""
        return self.resource.delete if self.face.deletes else self.resource.create


_ARN = "arn:aws:sagemaker:us-east-1:123456789012"
_MODEL = ("CreateModel", {"ModelName": MODEL, "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}})
_VARIANT = {"VariantName": "main", "ModelName": MODEL, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
_CONFIG = ("CreateEndpointConfig", {"EndpointConfigName": CONFIG, "ProductionVariants": [_VARIANT]})
_ENDPOINT = ("CreateEndpoint", {"EndpointName": ENDPOINT, "EndpointConfigName": CONFIG})

COMPONENTS = {component.id: component for component in (
    Component(
        "v1/delete_endpoint",
        {"endpoint_name": ENDPOINT, "delete_endpoint_config": True, "delete_models": True},
        {"endpoint_name": ENDPOINT, "arn": f"{_ARN}:endpoint/{ENDPOINT}"},
        "endpoint_name",
        needs=(_MODEL, _CONFIG, _ENDPOINT),
    ),
    Component(
        "v1/endpoint",
        {"production_variants": [_VARIANT]},
        {"endpoint_name": "{name}", "arn": f"{_ARN}:endpoint/{{name}}"},
        "endpoint_name",
        {"production_variants": [{**_VARIANT, "InitialInstanceCount": 2}]},
        needs=(_MODEL,),
    ),
    Component(
        "v1/model",
        {"model_name": "the-model", "role": ROLE, "image": IMAGE, "model_artifact_url": "s3://bucket/model.tar.gz"},
        {"model_name": "{name}", "arn": f"{_ARN}:model/{{name}}"},
        "model_name",
        {"model_artifact_url": "s3://bucket/other.tar.gz"},
    ),
    Component(
        "v1/process",
        {
            "role": ROLE,
            "image": IMAGE,
            "output_config": [{"OutputName": "split", "S3Output": {
                "S3Uri": "s3://bucket/split", "LocalPath": "/opt/ml/processing/split", "S3UploadMode": "EndOfJob"}}],
        },
        {"job_name": "{name}", "arn": f"{_ARN}:processing-job/{{name}}", "output_artifacts": {"split": "s3://bucket/split"}},
        "job_name",
        {"instance_count": 2},
    ),
    Component(
        "v1/train",
        {
            "role": ROLE,
            "image": IMAGE,
            "channels": [{"ChannelName": "train", "DataSource": {
                "S3DataSource": {"S3Uri": "s3://bucket/data", "S3DataType": "S3Prefix"}}}],
            "model_artifact_path": "s3://bucket/models",
        },
        {"job_name": "{name}", "arn": f"{_ARN}:training-job/{{name}}", "training_image": IMAGE,
         "model_artifact_url": MODEL_URL},
        "job_name",
        {"hyperparameters": {"depth": 6}},
    ),
)}

#: Components by what they are about, for parametrization.
JOBS = [name for name in component_ids() if find_face(name).resource.life is Life.JOB]
RECORDS = [name for name in component_ids() if find_face(name).resource.life is Life.RECORD]
MAKERS = [name for name in component_ids() if not find_face(name).deletes]
