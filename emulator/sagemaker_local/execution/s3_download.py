"""From S3 to a directory: exact prefixes, manifests, shards, gzip. Errors become the FailureReason that the service gives."""

from __future__ import annotations

import gzip
import json
import posixpath
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sagemaker_local.execution.context import JobFailed


@dataclass(frozen=True)
class S3Object:
    """An object to fetch, and its path relative to the directory that it goes to."""

    bucket: str
    key: str
    relative_path: str

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key (or prefix) of an ``s3://`` URI. Raises JobFailed."""
    parts = urlsplit(uri, allow_fragments=False)
    if parts.scheme != "s3" or not parts.netloc:
        raise JobFailed(f"ClientError: Data download failed: {uri!r} is not an s3:// URI")
    return parts.netloc, uri.partition(parts.netloc)[2].lstrip("/")


@contextmanager
def as_job_failure(action: str) -> Iterator[None]:
    """Turn errors of S3 into JobFailed: the caller's are ``ClientError: <action>: ...``, others ``InternalServerError``."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        raise JobFailed(f"ClientError: {action}: {detail.get('Message', error)} ({detail.get('Code')})") from error
    except (BotoCoreError, OSError, EOFError) as error:
        raise JobFailed(f"InternalServerError: {action}: {error}") from error


def list_prefix(s3: Any, uri: str) -> list[S3Object]:
    """The objects whose key begins with the URI's key, sorted. Markers of empty directories are left out.

    A path is relative to the prefix where it ends at a directory, else to the prefix's last directory.
    """
    bucket, prefix = split_uri(uri)
    found = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", ()):
            key = entry["Key"]
            if not key.endswith("/"):
                found.append(S3Object(bucket, key, _relative(key, prefix)))
    return found


def _relative(key: str, prefix: str) -> str:
    rest = key[len(prefix) :]
    if rest and (prefix == "" or prefix.endswith("/") or rest.startswith("/")):
        return rest.lstrip("/")
    return key[prefix.rfind("/") + 1 :]


def list_manifest(s3: Any, uri: str) -> list[S3Object]:
    """The objects that a manifest names: ``[{"prefix": "s3://..."}, "relative/path", ...]`` (S3DataSource, API reference)."""
    bucket, key = split_uri(uri)
    try:
        manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        head, *paths = manifest
        base_bucket, base_key = split_uri(head["prefix"])
        if not all(isinstance(path, str) for path in paths):
            raise TypeError("an entry is not a string")
    except (ValueError, TypeError, KeyError) as error:
        reason = f"expected [{{'prefix': 's3://...'}}, 'path', ...]: {error}"
        raise JobFailed(f"ClientError: Data download failed: the manifest {uri} cannot be used: {reason}") from error
    return [S3Object(base_bucket, posixpath.join(base_key, path) if base_key else path, path) for path in paths]


def list_source(s3: Any, uri: str, data_type: str, role: str) -> list[S3Object]:
    """The objects of an S3 data source, whose type is S3Prefix or ManifestFile. Raises JobFailed when there are none."""
    if data_type not in ("S3Prefix", "ManifestFile"):
        raise JobFailed(f"ClientError: Data download failed: S3DataType {data_type} cannot be used in File mode ({uri})")
    with as_job_failure(f"Data download failed: {uri}"):
        objects = list_prefix(s3, uri) if data_type == "S3Prefix" else list_manifest(s3, uri)
    if not objects:
        raise JobFailed(
            f'ClientError: Data download failed: No S3 objects found under S3 URL "{uri}" given in input data source. Please '
            "ensure that the bucket exists in the selected region, that objects exist under that S3 prefix, and that the "
            f'role "{role}" has "s3:ListBucket" permissions on bucket "{split_uri(uri)[0]}".'
        )
    return objects


def shard(objects: Sequence[S3Object], distribution: str, index: int, count: int) -> list[S3Object]:
    """What instance ``index`` of ``count`` gets: all, or its part for ``ShardedByS3Key``."""
    return list(objects[index::count]) if distribution == "ShardedByS3Key" else list(objects)


def download(s3: Any, objects: Sequence[S3Object], directory: Path, *, gunzip: bool = False) -> None:
    """Fetch the objects into ``directory``. Raises JobFailed, also for a path that would leave the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for entry in objects:
        target = directory / entry.relative_path
        if not target.resolve().is_relative_to(directory.resolve()):
            raise JobFailed(f"ClientError: Data download failed: {entry.uri} has a key that cannot be a path")
        with as_job_failure(f"Data download failed: {entry.uri}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(entry.bucket, entry.key, str(target))
            if gunzip:
                _gunzip(target)


def _gunzip(path: Path) -> None:
    """Replace a gzip file by what it holds, without the ending ``.gz``."""
    packed = path.with_name(path.name + ".packed")
    path.rename(packed)
    with gzip.open(packed) as source, path.with_name(path.name.removesuffix(".gz")).open("wb") as target:
        shutil.copyfileobj(source, target)
    packed.unlink()


def download_source(
    s3: Any, source: Mapping[str, Any], directory: Path, role: str, index: int, count: int, *, gunzip: bool
) -> None:
    """Fetch what an S3DataSource or ProcessingS3Input gives to instance ``index`` of ``count``."""
    objects = list_source(s3, source["S3Uri"], source.get("S3DataType", "S3Prefix"), role)
    mine = shard(objects, source.get("S3DataDistributionType", "FullyReplicated"), index, count)
    download(s3, mine, directory, gunzip=gunzip)
