"""What botocore raises, in the words of the engine: a table of the service's errors."""

from __future__ import annotations

import pytest
from botocore import exceptions as raised
from kfp_sagemaker.backends.boto3.translate import translate
from kfp_sagemaker.errors import (
    AccessDenied,
    AlreadyFinished,
    CapacityUnavailable,
    CredentialsExpired,
    InvalidInput,
    NameTaken,
    NotFound,
    RequestRefused,
    StepError,
    Transient,
)
from kfp_sagemaker.resources.endpoint import ENDPOINT
from kfp_sagemaker.resources.endpoint_config import ENDPOINT_CONFIG
from kfp_sagemaker.resources.model import MODEL
from kfp_sagemaker.resources.processing_job import PROCESSING_JOB
from kfp_sagemaker.resources.resource import Resource
from kfp_sagemaker.resources.training_job import TRAINING_JOB

RUNNING = "name must be unique within an AWS account and region, and a training job with this name already exists (arn)"
ROLE = "Could not assume role arn:aws:iam::1:role/new. Please ensure that the role exists."


def client_error(code: str, message: str, operation: str, status: int = 400) -> raised.ClientError:
    return raised.ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        operation)


@pytest.mark.parametrize(("operation", "resource", "code", "message", "status", "kind"), [
    ("DescribeTrainingJob", TRAINING_JOB, "ThrottlingException", "Rate exceeded", 400, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "TooManyRequestsException", "Rate exceeded", 429, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "AnythingAtAll", "who knows", 429, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "InternalFailure", "", 500, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "503", "Service Unavailable", 503, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "ServiceUnavailable", "", 400, Transient),
    ("CreateTrainingJob", TRAINING_JOB, "ValidationException", ROLE, 400, Transient),
    ("DescribeTrainingJob", TRAINING_JOB, "ExpiredTokenException", "it is expired", 400, CredentialsExpired),
    ("DescribeTrainingJob", TRAINING_JOB, "ExpiredToken", "it is expired", 403, CredentialsExpired),
    ("DescribeTrainingJob", TRAINING_JOB, "UnrecognizedClientException", "the token is invalid", 400, CredentialsExpired),
    ("DescribeTrainingJob", TRAINING_JOB, "AccessDeniedException", "no", 400, AccessDenied),
    ("CreateTrainingJob", TRAINING_JOB, "ResourceInUse", RUNNING, 400, NameTaken),
    ("CreateProcessingJob", PROCESSING_JOB, "ResourceInUse", RUNNING, 400, NameTaken),
    ("CreateModel", MODEL, "ValidationException", 'Cannot create already existing model "arn"', 400, NameTaken),
    ("CreateEndpointConfig", ENDPOINT_CONFIG, "ValidationException",
     'Cannot create already existing endpoint configuration "arn"', 400, NameTaken),
    ("CreateEndpoint", ENDPOINT, "ValidationException", 'Cannot create already existing endpoint "arn"', 400, NameTaken),
    ("DescribeTrainingJob", TRAINING_JOB, "ValidationException", "Requested resource not found.", 400, NotFound),
    ("DescribeTrainingJob", TRAINING_JOB, "ResourceNotFound", "gone", 400, NotFound),
    ("StopTrainingJob", TRAINING_JOB, "ValidationException", "Requested resource not found.", 400, NotFound),
    ("DescribeProcessingJob", PROCESSING_JOB, "ValidationException", "Could not find requested job with name: x", 400,
     NotFound),
    ("DescribeModel", MODEL, "ValidationException", 'Could not find model "arn".', 400, NotFound),
    ("DescribeEndpoint", ENDPOINT, "ValidationException", 'Could not find endpoint "arn".', 400, NotFound),
    ("DeleteEndpoint", ENDPOINT, "ValidationException", 'Could not find endpoint "arn".', 400, NotFound),
    ("CreateTrainingJob", TRAINING_JOB, "ResourceNotFound", "the algorithm is not there", 400, RequestRefused),
    ("CreateEndpointConfig", ENDPOINT_CONFIG, "ValidationException", 'Could not find model "arn".', 400, RequestRefused),
    ("StopTrainingJob", TRAINING_JOB, "ValidationException",
     "The request was rejected because the training job is in status Completed.", 400, AlreadyFinished),
    ("CreateTrainingJob", TRAINING_JOB, "ResourceLimitExceeded", "0 instances", 400, CapacityUnavailable),
    ("CreateTrainingJob", TRAINING_JOB, "ValidationException", "1 validation error detected", 400, RequestRefused),
    ("CreateTrainingJob", TRAINING_JOB, "", "", 400, RequestRefused),
])
def test_an_answer_of_the_service(
    operation: str, resource: Resource, code: str, message: str, status: int, kind: type[StepError]
) -> None:
    translated = translate(client_error(code, message, operation, status), operation, "it", resource)

    assert type(translated) is kind
    assert "it" in str(translated) or operation in str(translated)


@pytest.mark.parametrize(("error", "kind"), [
    (raised.EndpointConnectionError(endpoint_url="https://x"), Transient),
    (raised.ConnectTimeoutError(endpoint_url="https://x"), Transient),
    (raised.ReadTimeoutError(endpoint_url="https://x"), Transient),
    (raised.ConnectionClosedError(endpoint_url="https://x"), Transient),
    (raised.ProxyConnectionError(proxy_url="https://x"), Transient),
    (raised.SSLError(endpoint_url="https://x", error="bad"), Transient),
    (raised.HTTPClientError(error="reset"), Transient),
    (raised.NoCredentialsError(), CredentialsExpired),
    (raised.PartialCredentialsError(provider="env", cred_var="secret"), CredentialsExpired),
    (raised.CredentialRetrievalError(provider="iam-role", error_msg="404"), CredentialsExpired),
    (raised.NoRegionError(), InvalidInput),
    (raised.UnknownServiceError(service_name="x", known_service_names="y"), RequestRefused),
    (ValueError("Invalid endpoint: x"), RequestRefused),
], ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "")
def test_trouble_on_the_way(error: Exception, kind: type[StepError]) -> None:
    assert type(translate(error, "DescribeTrainingJob", "it", TRAINING_JOB)) is kind


def test_what_is_none_of_botocores_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        translate(ZeroDivisionError("a bug"), "DescribeTrainingJob", "it")


def test_a_role_that_is_not_ready_has_a_limit() -> None:
    error = client_error("ValidationException", ROLE, "CreateTrainingJob")

    translated = translate(error, "CreateTrainingJob", "it", TRAINING_JOB)

    assert isinstance(translated, Transient)
    assert translated.limit == 120


DENIED = ("User: arn:aws:sts::1:assumed-role/pod/session is not authorized to perform: sagemaker:CreateTrainingJob "
          "on resource: arn:aws:sagemaker:us-east-1:1:training-job/it because no identity-based policy allows it")


@pytest.mark.parametrize(("message", "caller", "text"), [
    (DENIED, None, "access denied: arn:aws:sts::1:assumed-role/pod/session may not sagemaker:CreateTrainingJob on "
                   "arn:aws:sagemaker:us-east-1:1:training-job/it."),
    ("no", "arn:aws:iam::1:user/me", "access denied: arn:aws:iam::1:user/me may not sagemaker:CreateTrainingJob on it."),
    ("no", "", "access denied: the caller may not sagemaker:CreateTrainingJob on it."),
])
def test_a_denial_names_principal_action_and_resource(message: str, caller: str | None, text: str) -> None:
    error = client_error("AccessDeniedException", message, "CreateTrainingJob")

    translated = translate(error, "CreateTrainingJob", "it", TRAINING_JOB, None if caller is None else lambda: caller)

    assert str(translated).startswith(text)
    assert translated.exit_status == 1
