"""Clients for a step: region, endpoint, credentials (assumed and refreshed where asked), one attempt per call.

boto3's clients are botocore's. They are made by botocore here, because importing boto3 itself costs a step 35 ms for what it
brings beside them (resources, S3 transfers).
"""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import InvalidRegionError

from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.service_model import model
from kfp_sagemaker.version import VERSION

#: Seconds that assumed credentials last: role chaining allows no more than an hour.
_ASSUMED_SECONDS = 3600
_DEFAULT_SESSION_NAME = "kfp-sagemaker"


class Clients:
    """Clients of one step, made when first used. Safe to use from several threads, as boto3's clients are."""

    def __init__(self, settings: StepSettings) -> None:
        self._settings = settings
        self._region = settings.region or model.session().get_config_variable("region")
        self._session = self._with_role(model.session())
        self._made: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of ``service``; the input endpoint_url is for SageMaker alone.

        Raises InvalidInput for a region that is not given or is none, and for an endpoint_url that is none.
        """
        if service not in self._made:
            if not self._region:
                raise InvalidInput("region", [Violation(
                    "region", "not given, and neither AWS_REGION, AWS_DEFAULT_REGION nor the configuration names one")])
            url = self._settings.endpoint_url if service == "sagemaker" else None
            try:
                self._made[service] = self._session.create_client(service, self._region, endpoint_url=url, config=_CONFIG)
            except InvalidRegionError:
                raise InvalidInput("region", [Violation("region", "not the name of a region", value=self._region)]) from None
            except ValueError as error:
                raise InvalidInput("endpoint_url", [Violation("endpoint_url", str(error))]) from None
        return self._made[service]

    def region_may_be_misspelt(self) -> bool:
        """Whether SageMaker's address was made from a region that botocore does not list: one that is newer, or none."""
        listed = (region for partition in self._session.get_available_partitions()
                  for region in self._session.get_available_regions("sagemaker", partition))
        return f".{self._region}." in self.client("sagemaker").meta.endpoint_url and self._region not in listed

    def renew(self) -> None:
        """Forget clients and credentials; the next client looks for credentials anew."""
        fresh = botocore.session.get_session()
        fresh.register_component("data_loader", model.session().get_component("data_loader"))
        self._session, self._made = self._with_role(fresh), {}

    def _with_role(self, core: botocore.session.Session) -> botocore.session.Session:
        """A session with the credentials of the role to assume, got with those of ``core``; ``core`` when there is none."""
        settings = self._settings
        if settings.assume_role is None:
            return core
        extra = {"RoleSessionName": settings.role_session_name or _DEFAULT_SESSION_NAME, "DurationSeconds": _ASSUMED_SECONDS}
        if settings.external_id:
            extra["ExternalId"] = settings.external_id
        assumed = botocore.session.get_session()
        assumed.register_component("data_loader", core.get_component("data_loader"))

        def sts_client(service: str, **arguments: Any) -> Any:
            return core.create_client(service, **{"region_name": self._region, **arguments})

        fetcher = AssumeRoleCredentialFetcher(
            client_creator=sts_client, source_credentials=core.get_credentials(), role_arn=settings.assume_role,
            extra_args=extra)
        # botocore has no public way to set refreshable credentials; this attribute is what its own providers fill in.
        assumed._credentials = DeferredRefreshableCredentials(  # type: ignore[attr-defined]
            refresh_using=fetcher.fetch_credentials, method="assume-role")
        return assumed


#: Retries are the engine's (lifecycle.patience), and so are the checks of parameters (service_model.validate).
_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=10,
    read_timeout=60,
    parameter_validation=False,
    user_agent_extra=f"kfp-sagemaker/{VERSION}",
    tcp_keepalive=True,
)
