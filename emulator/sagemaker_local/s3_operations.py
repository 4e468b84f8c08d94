"""The name of an S3 operation, found by matching a request with the service model; S3's protocol does not send it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sagemaker_local.service_model import operation_model, service_model


@dataclass(frozen=True)
class _Form:
    """What marks an operation's requests: ``depth`` is 0 for the service, 1 for a bucket, 2 for an object."""

    operation: str
    method: str
    depth: int
    query: frozenset[tuple[str, str]]
    required_query: frozenset[str]
    required_headers: frozenset[str]


def s3_call(method: str, path: str, environ: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Operation, and Bucket and Key where there are. ``METHOD`` alone where the model knows no such request."""
    bucket, _, key = path.lstrip("/").partition("/")
    parameters = {name: value for name, value in (("Bucket", bucket), ("Key", key)) if value}
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    headers = {name[5:].replace("_", "-").lower() for name in environ if name.startswith("HTTP_")}
    fitting = [
        form
        for form in _forms()
        if form.method == method
        and form.depth == len(parameters)
        and form.query <= set(query.items())
        and form.required_query <= query.keys()
        and form.required_headers <= headers
    ]
    if not fitting:
        return method, parameters
    closest = max(fitting, key=lambda form: len(form.query) + len(form.required_query) + len(form.required_headers))
    return closest.operation, parameters


@functools.cache
def _forms() -> tuple[_Form, ...]:
    return tuple(_form(name) for name in service_model("s3").operation_names)


def _form(operation: str) -> _Form:
    model = operation_model("s3", operation)
    address = urlsplit(model.http["requestUri"])
    shape: Any = model.input_shape
    required = [shape.members[name].serialization for name in shape.required_members] if shape is not None else []
    return _Form(
        operation,
        model.http["method"],
        ("{Bucket}" in address.path) + ("{Key+}" in address.path),
        frozenset(parse_qsl(address.query, keep_blank_values=True)),
        frozenset(place["name"] for place in required if place.get("location") == "querystring"),
        frozenset(place["name"].lower() for place in required if place.get("location") == "header"),
    )
