"""All components by their id. A new component is one line here.

``v1/train`` calls the SageMaker API; ``v2/flat/train`` is the same face on custom resources of the ACK controller;
``v2/TrainingJob`` is the face of a custom resource.
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import TYPE_CHECKING

from kfp_sagemaker.errors import InvalidInput, Violation

if TYPE_CHECKING:
    from kfp_sagemaker.faces.face import Face

#: Component id to module and attribute; imported when asked for, since a step needs only its own.
_FACES = {
    "v1/batch_transform": ("batch_transform", "BATCH_TRANSFORM"),
    "v1/data_quality_job_definition": ("job_definitions", "DATA_QUALITY_JOB_DEFINITION"),
    "v1/delete_endpoint": ("delete_endpoint", "DELETE_ENDPOINT"),
    "v1/delete_model": ("deletions", "DELETE_MODEL"),
    "v1/delete_monitoring_schedule": ("deletions", "DELETE_MONITORING_SCHEDULE"),
    "v1/deploy": ("deploy", "DEPLOY"),
    "v1/endpoint": ("endpoint", "ENDPOINT_FACE"),
    "v1/endpoint_config": ("endpoint_config", "ENDPOINT_CONFIG_FACE"),
    "v1/ground_truth": ("ground_truth", "GROUND_TRUTH"),
    "v1/hyperparameter_tuning": ("hyperparameter_tuning", "HYPERPARAMETER_TUNING"),
    "v1/model": ("model", "MODEL_FACE"),
    "v1/model_bias_job_definition": ("job_definitions", "MODEL_BIAS_JOB_DEFINITION"),
    "v1/model_explainability_job_definition": ("job_definitions", "MODEL_EXPLAINABILITY_JOB_DEFINITION"),
    "v1/model_quality_job_definition": ("job_definitions", "MODEL_QUALITY_JOB_DEFINITION"),
    "v1/monitoring_schedule": ("monitoring_schedule", "MONITORING_SCHEDULE_FACE"),
    "v1/process": ("process", "PROCESS"),
    "v1/train": ("train", "TRAIN"),
    "v1/workteam": ("workteam", "WORKTEAM_FACE"),
}
#: The controller has no such kind.
_NOT_ON_ACK = frozenset({"v1/workteam"})
_KINDS = (
    "DataQualityJobDefinition", "Endpoint", "EndpointConfig", "FeatureGroup", "HyperParameterTuningJob", "InferenceComponent",
    "LabelingJob", "Model", "ModelBiasJobDefinition", "ModelExplainabilityJobDefinition", "ModelPackage", "ModelPackageGroup",
    "ModelQualityJobDefinition", "Modelv2", "MonitoringSchedule", "Pipeline", "PipelineExecution", "ProcessingJob",
    "TrainingJob", "TransformJob",
)
_CUSTOM_RESOURCES = tuple(f"v2/{kind}" for kind in _KINDS)
_FLAT = {component.replace("v1/", "v2/flat/"): component for component in _FACES if component not in _NOT_ON_ACK}


def op_name(component: str) -> str:
    """The op of a component: ``train`` for ``v1/train``, ``training_job`` for ``v2/TrainingJob``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", component.rpartition("/")[2]).lower()


def package_of(component: str) -> str:
    """The package that has the op of a component, below kfp_sagemaker: ``v1``, ``v2``, ``v2.flat``."""
    return component.rpartition("/")[0].replace("/", ".")


def component_ids(package: str = "") -> tuple[str, ...]:
    """Ids of all components, or of those of a package (``v1``, ``v2``, ``v2.flat``); sorted, package by package."""
    all_ids = (*_FACES, *_CUSTOM_RESOURCES, *_FLAT)
    return tuple(component for component in all_ids if package_of(component) == package) if package else all_ids


@functools.cache
def find_face(component: str) -> Face:
    """The face of a component. Raises InvalidInput for an id that there is not."""
    if component in _FACES:
        module, attribute = _FACES[component]
        face: Face = getattr(importlib.import_module(f"kfp_sagemaker.faces.{module}"), attribute)
        return face
    if component in _FLAT:
        from kfp_sagemaker.faces.on_ack import on_ack

        return on_ack(find_face(_FLAT[component]), component)
    if component in _CUSTOM_RESOURCES:
        from kfp_sagemaker.faces.custom_resource import custom_resource_face
        from kfp_sagemaker.faces.custom_resource_kinds import KINDS

        kind = KINDS[component]
        return custom_resource_face(component, kind, find_face(kind.v1) if kind.v1 else None)
    raise InvalidInput("component", [Violation(component, f"no such component; there are {', '.join(component_ids())}")])
