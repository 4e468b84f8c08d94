"""The S3 operation of an HTTP request."""

from __future__ import annotations

import pytest
from sagemaker_local.s3_operations import s3_call


@pytest.mark.parametrize(
    ("method", "path", "query", "header", "operation"),
    [
        ("GET", "/", "", None, "ListBuckets"),
        ("PUT", "/b", "", None, "CreateBucket"),
        ("HEAD", "/b/", "", None, "HeadBucket"),
        ("GET", "/b", "list-type=2&prefix=x", None, "ListObjectsV2"),
        ("GET", "/b", "", None, "ListObjects"),
        ("POST", "/b", "delete", None, "DeleteObjects"),
        ("GET", "/b/k/l", "", None, "GetObject"),
        ("GET", "/b/k", "X-Amz-Signature=1", None, "GetObject"),
        ("PUT", "/b/k", "", None, "PutObject"),
        ("PUT", "/b/k", "", "HTTP_X_AMZ_COPY_SOURCE", "CopyObject"),
        ("POST", "/b/k", "uploads", None, "CreateMultipartUpload"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", None, "UploadPart"),
        ("PUT", "/b/k", "partNumber=1&uploadId=u", "HTTP_X_AMZ_COPY_SOURCE", "UploadPartCopy"),
        ("POST", "/b/k", "uploadId=u", None, "CompleteMultipartUpload"),
        ("DELETE", "/b/k", "uploadId=u", None, "AbortMultipartUpload"),
        ("DELETE", "/b/k", "", None, "DeleteObject"),
        ("PATCH", "/b/k", "", None, "PATCH"),
    ],
)
def test_an_operation_is_known_by_its_request(
    method: str, path: str, query: str, header: str | None, operation: str
) -> None:
    environ = {"QUERY_STRING": query, **({header: "x"} if header else {})}
    assert s3_call(method, path, environ)[0] == operation


def test_bucket_and_key_are_given() -> None:
    assert s3_call("GET", "/bucket/a/b c", {}) == ("GetObject", {"Bucket": "bucket", "Key": "a/b c"})
