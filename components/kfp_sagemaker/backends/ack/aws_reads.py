"""What a step on this back end reads from AWS itself, where the pod has credentials: logs, and what no status tells.

The client of SageMaker's API is imported here and when it is needed, since most steps on this back end never do.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from kfp_sagemaker.errors import RequestRefused
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.service_model import model

if TYPE_CHECKING:
    from kfp_sagemaker.backends.boto3.backend import Boto3Backend


class AwsReads:
    """AWS as the pod itself may read it; the controller's credentials are not at hand."""

    def __init__(self, settings: StepSettings) -> None:
        self._settings = settings
        self._made: Boto3Backend | None = None

    def backend(self, region: str) -> Boto3Backend:
        """The other back end, for ``region`` (empty: the environment's). Raises RequestRefused without credentials."""
        if self._made is None:
            if model.session().get_credentials() is None:
                raise RequestRefused("this pod has no AWS credentials")
            from kfp_sagemaker.backends.boto3.backend import Boto3Backend

            self._made = Boto3Backend(dataclasses.replace(self._settings, region=region or self._settings.region))
        return self._made
