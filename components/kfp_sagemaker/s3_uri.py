"""The parts of an ``s3://`` URI. Checks none: whether a URI is one is for those who take it as an input."""

from __future__ import annotations


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI; the key is empty for a bucket alone."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
