"""InvokeEndpoint of the SageMaker runtime: a request to the endpoint's container, and its errors in the service's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagemaker_local.backend import Backend
from sagemaker_local.endpoints import in_service
from sagemaker_local.errors import ServiceError
from sagemaker_local.service_model import operation_model

TARGET_VARIANT = "X-Amzn-SageMaker-Target-Variant"
INVOKED_VARIANT = "x-Amzn-Invoked-Production-Variant"


def invoke(backend: Backend, name: str, body: bytes, environ: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the container's answer. Raises ServiceError: ValidationError, ModelError, ModelNotReadyException."""
    input_shape: Any = operation_model("sagemaker-runtime", "InvokeEndpoint").input_shape
    largest = input_shape.members["Body"].metadata["max"]
    if len(body) > largest:
        raise ServiceError("ValidationError", f"The payload of {len(body)} bytes exceeds the limit of {largest} bytes.", 413)
    in_service(backend, name)
    sent = _headers(input_shape, environ)
    try:
        status, answer, received = backend.execution.invoke_endpoint(name, body, sent, sent.get(TARGET_VARIANT))
    except LookupError as error:
        variant = sent.get(TARGET_VARIANT)
        raise ServiceError("ValidationError", f"Could not find variant {variant} of endpoint {name}.") from error
    except TimeoutError as error:
        raise _model_error(backend, name, 0, "Invocation timed out while waiting for a response from container.") from error
    except ConnectionError as error:
        raise ServiceError("ModelNotReadyException", f"No container of endpoint {name} answers: {error}", 429) from error
    if status >= 400:
        raise _model_error(backend, name, status, answer.decode("utf-8", "replace"))
    return answer, dict(received)


def _headers(shape: Any, environ: Mapping[str, Any]) -> dict[str, str]:
    """The request's headers that are members of the operation: Content-Type, Accept, X-Amzn-SageMaker-*."""
    places = [member.serialization for member in shape.members.values()]
    names = [place["name"] for place in places if place.get("location") == "header"]
    keys = {name: "CONTENT_TYPE" if name == "Content-Type" else f"HTTP_{name.upper().replace('-', '_')}" for name in names}
    return {name: environ[key] for name, key in keys.items() if environ.get(key)}


def _model_error(backend: Backend, name: str, status: int, text: str) -> ServiceError:
    group = f"/aws/sagemaker/Endpoints/{name}"
    arn = f"arn:aws:logs:{backend.region}:{backend.account_id}:log-group:{group}"
    side = "client" if 400 <= status < 500 else "server"
    message = (
        f'Received {side} error ({status}) from primary with message "{text}". '
        f"See the log group {group} in CloudWatch Logs for more information."
    )
    members = {"OriginalStatusCode": status, "OriginalMessage": text, "LogStreamArn": arn}
    return ServiceError("ModelError", message, 424, members)
