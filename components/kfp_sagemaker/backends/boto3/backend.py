"""Carries calls out through boto3, one attempt each, and says what went wrong in the words of ``errors``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
)

from kfp_sagemaker.backends.backend import Changes, LogPage
from kfp_sagemaker.backends.boto3.clients import Clients
from kfp_sagemaker.backends.boto3.objects import S3Objects
from kfp_sagemaker.backends.boto3.translate import translate
from kfp_sagemaker.errors import CredentialsExpired, InvalidInput, NotFound, RequestRefused, StepError, Violation
from kfp_sagemaker.faces.common_inputs import StepSettings
from kfp_sagemaker.faces.face import Call
from kfp_sagemaker.resources.resource import Resource

#: Items of a listing that a step looks at.
_MOST_ITEMS = 1000

#: What is told of credentials that were never there.
NO_CREDENTIALS = ("no AWS credentials found ({}). Give the pod's service account an IAM role, or set AWS_ACCESS_KEY_ID and "
                  "AWS_SECRET_ACCESS_KEY")


class Boto3Backend:
    """The back end of one step (see ``backends.backend.Backend``)."""

    def __init__(self, settings: StepSettings) -> None:
        self._clients = Clients(settings)
        self._answered = False
        self.objects = S3Objects(self._clients)

    def connect(self) -> None:
        """Make the SageMaker client now. Raises InvalidInput when no region is known."""
        try:
            self._clients.client("sagemaker")
        except BotoCoreError as error:
            # Credentials that cannot be got now are for the first call to ride out.
            if not isinstance(translate(error, "connect", ""), CredentialsExpired):
                raise

    def create(self, resource: Resource, call: Call) -> None:
        """Create."""
        self._call(resource, call.operation, call.request)

    def update(self, resource: Resource, call: Call) -> None:
        """Update."""
        self._call(resource, call.operation, call.request)

    def describe(self, resource: Resource, name: str) -> Mapping[str, Any] | None:
        """Describe; None when there is none."""
        try:
            described = self._call(resource, resource.describe, {resource.name_member: name})
        except NotFound:
            return None
        return described if resource.described_member is None else described[resource.described_member]

    def stop(self, resource: Resource, name: str) -> None:
        """Ask a job to stop."""
        assert resource.stop is not None
        self._call(resource, resource.stop, {resource.name_member: name})

    def delete(self, resource: Resource, name: str) -> bool:
        """Delete; False when there was none."""
        try:
            self._call(resource, resource.delete, {resource.name_member: name})
        except NotFound:
            return False
        return True

    def changes(self, resource: Resource, name: str) -> Changes | None:
        """None: SageMaker tells of no changes."""
        return None

    def keeper(self, resource: Resource, name: str) -> Callable[[], str] | None:
        """None: a job goes on by itself."""
        return None

    def withdrawer(self) -> Callable[[], str] | None:
        """None: what SageMaker has accepted is being carried out."""
        return None

    def clean_up(self, succeeded: bool) -> None:
        """There is nothing beside the resources."""

    def look_up(self, call: Call) -> Mapping[str, Any]:
        """The answer to a call that changes nothing, all its pages in one (1000 items at most)."""
        method = xform_name(call.operation)
        try:
            client = self._clients.client(call.service)
            if not client.can_paginate(method):
                answer: Mapping[str, Any] = getattr(client, method)(**call.request)
                return answer
            pages = client.get_paginator(method).paginate(**call.request, PaginationConfig={"MaxItems": _MOST_ITEMS})
            whole: Mapping[str, Any] = pages.build_full_result()
        except Exception as error:
            raise translate(error, call.operation, "", service=call.service) from error
        return whole

    def log_streams(self, resource: Resource, name: str) -> tuple[str, ...]:
        """Streams of the job's log group whose name starts with the job's, all pages."""
        found: list[str] = []
        arguments = {"logGroupName": resource.log_group, "logStreamNamePrefix": f"{name}/"}
        while True:
            page = self._logs("DescribeLogStreams", arguments)
            found += [stream["logStreamName"] for stream in page.get("logStreams", [])]
            if not page.get("nextToken"):
                return tuple(found)
            arguments["nextToken"] = page["nextToken"]

    def log_page(self, resource: Resource, stream: str, token: str | None) -> LogPage:
        """Events of a stream, oldest first."""
        arguments = {"logGroupName": resource.log_group, "logStreamName": stream, "startFromHead": True}
        if token is not None:
            arguments["nextToken"] = token
        page = self._logs("GetLogEvents", arguments)
        return LogPage(tuple(event["message"] for event in page.get("events", [])), page.get("nextForwardToken"))

    def renew_credentials(self) -> None:
        """Look for credentials anew."""
        self._clients.renew()

    def _call(self, resource: Resource, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        subject = str(request.get(resource.name_member, ""))
        try:
            method = getattr(self._clients.client("sagemaker"), xform_name(operation))
            response: Mapping[str, Any] = method(**request)
            self._answered = True
            return response
        except (NoCredentialsError, PartialCredentialsError) as error:
            if self._answered:
                raise translate(error, operation, subject) from error
            # What never had any is not waiting for a refresh.
            raise RequestRefused(f"{operation} {subject}: {NO_CREDENTIALS.format(error)}") from error
        except EndpointConnectionError as error:
            # Waiting for a region to come up that never was would look like a step at work.
            if not self._answered and self._clients.region_may_be_misspelt():
                problem = f"not a region that botocore knows, and {error}"
                raise InvalidInput("region", [Violation("region", problem)]) from error
            raise translate(error, operation, subject) from error
        except Exception as error:
            raise translate(error, operation, subject, resource, self._caller) from error

    def _logs(self, operation: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            page: Mapping[str, Any] = getattr(self._clients.client("logs"), xform_name(operation))(**arguments)
            return page
        except Exception as error:
            if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
                return {}  # The group or stream appears with the job's first line.
            raise translate(error, operation, str(arguments["logGroupName"]), service="logs") from error

    def _caller(self) -> str:
        """ARN of the caller, for a denial that does not name it; empty when that cannot be found out either."""
        try:
            return str(self._clients.client("sts").get_caller_identity()["Arn"])
        except Exception as error:
            translated = translate(error, "GetCallerIdentity", "", service="sts")
            assert isinstance(translated, StepError)
            return ""
