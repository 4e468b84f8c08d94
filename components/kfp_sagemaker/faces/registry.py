"""All components by their id. A new component is one line here."""

from __future__ import annotations

import importlib
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


def component_ids() -> tuple[str, ...]:
    """Ids of all components, ``v1/train`` and so on, sorted."""
    return tuple(_FACES)


def find_face(component: str) -> Face:
    """The face of a component. Raises InvalidInput for an id that there is not."""
    if component not in _FACES:
        raise InvalidInput("component", [Violation(component, f"no such component; there are {', '.join(_FACES)}")])
    module, attribute = _FACES[component]
    face: Face = getattr(importlib.import_module(f"kfp_sagemaker.faces.{module}"), attribute)
    return face
