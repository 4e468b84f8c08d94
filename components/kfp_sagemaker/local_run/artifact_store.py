"""Copies of artifacts between S3 and the folder that a step sees as ``/s3``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kfp_sagemaker.local_run.errors import StepFailed
from kfp_sagemaker.s3_uri import split_uri


def make_bucket(client: Any, bucket: str, region: str) -> None:
    """Create the bucket; one of that name that is there already is fine."""
    options = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        client.create_bucket(Bucket=bucket, **options)
    except (client.exceptions.BucketAlreadyOwnedByYou, client.exceptions.BucketAlreadyExists):
        return


def download(client: Any, uri: str, target: Path) -> int:
    """Copy the object, or every object below the URI, to ``target``; the number of objects copied.

    A URI without objects is no error, as in KFP's launcher.

    Raises:
        StepFailed: S3 refuses.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, key = split_uri(uri)
    copied = 0
    try:
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            for item in page.get("Contents", []):
                below = item["Key"].removeprefix(key.rstrip("/"))
                if item["Key"].endswith("/") or not (below == "" or below.startswith("/")):
                    continue  # a folder's marker, or another artifact whose name begins alike
                place = target / below.lstrip("/") if below else target
                place.parent.mkdir(parents=True, exist_ok=True)
                client.download_file(bucket, item["Key"], str(place))
                copied += 1
    except (OSError, BotoCoreError, ClientError) as error:
        raise StepFailed(f"input artifact {uri} cannot be downloaded: {error}") from None
    return copied


def upload(client: Any, source: Path, uri: str) -> int:
    """Copy a file, or every file of a folder, to the URI; the number of objects written.

    Raises:
        StepFailed: S3 refuses.
    """
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, key = split_uri(uri)
    files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    try:
        for path in files:
            client.upload_file(str(path), bucket, key if path == source else f"{key}/{path.relative_to(source)}")
    except (OSError, S3UploadFailedError, BotoCoreError, ClientError) as error:
        raise StepFailed(f"output artifact {uri} cannot be uploaded: {error}") from None
    return len(files)
