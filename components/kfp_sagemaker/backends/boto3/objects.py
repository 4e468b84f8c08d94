"""S3 objects of a step, one attempt per call; what goes wrong comes in the words of ``errors``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from kfp_sagemaker.backends.boto3.clients import Clients
from kfp_sagemaker.backends.boto3.translate import translate
from kfp_sagemaker.errors import NotFound
from kfp_sagemaker.s3_uri import split_uri

_Result = TypeVar("_Result")

#: Bytes that one CopyObject takes, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
_LARGEST_COPY = 5 * 1024**3
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})


class S3Objects:
    """Puts, gets, lists, copies and deletes objects with a step's clients."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def put(self, uri: str, content: bytes) -> None:
        """Write an object."""
        bucket, key = split_uri(uri)
        self._call("PutObject", uri, lambda s3: s3.put_object(Bucket=bucket, Key=key, Body=content))

    def get(self, uri: str) -> bytes | None:
        """An object's content; None when there is none."""
        bucket, key = split_uri(uri)
        try:
            content: bytes = self._call("GetObject", uri, lambda s3: s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except NotFound:
            return None
        return content

    def keys(self, bucket: str, key: str) -> list[str]:
        """Keys of the object ``key`` and of all below it; not of those whose key only begins alike."""

        def listed(s3: Any) -> list[str]:
            # In the order of keys the object itself comes before everything that begins alike.
            first = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", []) if key else []
            found = [entry["Key"] for entry in first if entry["Key"] == key]
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{key}/" if key else ""):
                found += [entry["Key"] for entry in page.get("Contents", []) if not entry["Key"].endswith("/")]
            return found

        return self._call("ListObjectsV2", f"s3://{bucket}/{key}", listed)

    def copy(self, source: str, target: str) -> None:
        """Copy one object to another URI, without its content coming here; in parts where it has more than 5 GiB."""
        (from_bucket, from_key), (bucket, key) = split_uri(source), split_uri(target)
        place = {"Bucket": from_bucket, "Key": from_key}

        def copied(s3: Any) -> None:
            size = s3.head_object(**place)["ContentLength"]
            if size <= _LARGEST_COPY:
                s3.copy_object(Bucket=bucket, Key=key, CopySource=place)
            else:
                from s3transfer.manager import TransferManager  # Rare, and it costs.

                with TransferManager(s3) as manager:
                    manager.copy(place, bucket, key).result()

        self._call("CopyObject", target, copied)

    def delete(self, uri: str) -> None:
        """Delete an object; one that is not there is fine."""
        bucket, key = split_uri(uri)
        self._call("DeleteObject", uri, lambda s3: s3.delete_object(Bucket=bucket, Key=key))

    def _call(self, operation: str, subject: str, action: Callable[[Any], _Result]) -> _Result:
        try:
            return action(self._clients.client("s3"))
        except Exception as error:
            if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in _ABSENT:
                raise NotFound(f"there is no {subject}") from error
            raise translate(error, operation, subject, service="s3") from error
