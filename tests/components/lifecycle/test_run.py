"""How long transient trouble is ridden out: as long as what the step makes may go on."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.lifecycle.run import patience_seconds
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.labeling_job import LABELING_JOB
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.resources.training_job import TRAINING_JOB

HOUR = 3600


@pytest.mark.parametrize(("resource", "request_", "hours"), [
    (TRAINING_JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": 24 * HOUR}}, 25),
    (TRAINING_JOB, {"StoppingCondition": {"MaxRuntimeInSeconds": 24 * HOUR, "MaxWaitTimeInSeconds": 48 * HOUR}}, 49),
    # People work at it for days, and no request says how many.
    (LABELING_JOB, {}, 30 * 24 + 1),
    (ENDPOINT, {}, 4),
    (MODEL, {}, 0.25),
])
def test_patience_seconds(resource: Resource, request_: dict[str, Any], hours: float) -> None:
    assert patience_seconds(resource, request_) == hours * HOUR
