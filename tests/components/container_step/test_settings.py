"""What a step's calls to S3 need before its job is planned: constants of the settings, and what a pipeline passes."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.placeholders import Filling
from kfp_sagemaker.container_step.settings import connection
from kfp_sagemaker.container_step.step_spec import JobSettings
from kfp_sagemaker.faces.common_inputs import StepSettings

from .executor_inputs import executor_input

ROLE = "arn:aws:iam::123456789012:role/other"


@pytest.mark.parametrize(
    ("job", "passed", "expected"),
    [
        (JobSettings(), {}, StepSettings(region="of-the-pod")),
        (JobSettings(), {"sagemaker_region": ""}, StepSettings(region="of-the-pod")),
        (JobSettings(), {"sagemaker_region": "eu-west-1"}, StepSettings(region="eu-west-1")),
        (JobSettings(region="us-east-2"), {"sagemaker_region": "eu-west-1"}, StepSettings(region="us-east-2")),
        (JobSettings(more={"assume_role": ROLE, "external_id": "x"}), {},
         StepSettings(region="of-the-pod", assume_role=ROLE, external_id="x")),
        (JobSettings(more={"assume_role": "{{$.inputs.parameters['role']}}", "role_session_name": "s"}), {"role": ROLE},
         StepSettings(region="of-the-pod", assume_role=ROLE, role_session_name="s")),
        (JobSettings(more={"assume_role": "{{$.inputs.parameters['role']}}"}), {}, StepSettings(region="of-the-pod")),
    ],
)  # fmt: skip
def test_connection(job: JobSettings, passed: dict[str, Any], expected: StepSettings) -> None:
    assert connection(job, Filling(executor_input(passed)), "of-the-pod") == expected
