"""Which objects a prefix or a manifest stands for, and where each of them goes."""

from __future__ import annotations

import pytest
from sagemaker_local.execution.context import JobFailed
from sagemaker_local.execution.s3_download import S3Object, download, list_manifest, list_prefix, shard, split_uri

KEYS = ["data/", "data/a", "data/sub/b", "database", "part-1", "part-2"]


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("data/", ["a", "sub/b"]),
        ("data", ["a", "sub/b", "database"]),
        ("data/a", ["a"]),
        ("data/sub", ["b"]),
        ("part-", ["part-1", "part-2"]),
        ("", ["data/a", "data/sub/b", "database", "part-1", "part-2"]),
        ("none", []),
    ],
)
def test_paths_of_a_prefix(aws, prefix, expected):
    aws.put(**dict.fromkeys(KEYS, "x"))
    assert [entry.relative_path for entry in list_prefix(aws.s3, aws.uri(prefix))] == expected


def test_every_page_of_a_prefix_is_listed(aws):
    aws.put(**{f"many/{number:04}": "" for number in range(1005)})
    assert len(list_prefix(aws.s3, aws.uri("many/"))) == 1005


@pytest.mark.parametrize("manifest", ["not json", "{}", "[]", '["a"]', '[{"prefix": "s3://b/"}, {"source-ref": "x"}]'])
def test_a_manifest_that_is_none_is_refused(aws, manifest):
    aws.put(manifest=manifest)
    with pytest.raises(JobFailed, match=r"ClientError: .*/manifest cannot be used"):
        list_manifest(aws.s3, aws.uri("manifest"))


def test_shards_are_disjoint_and_complete():
    objects = [S3Object("b", str(number), str(number)) for number in range(5)]
    shards = [shard(objects, "ShardedByS3Key", index, 2) for index in range(2)]
    assert sorted(entry.key for part in shards for entry in part) == ["0", "1", "2", "3", "4"]
    assert [len(part) for part in shards] == [3, 2]


def test_a_key_that_would_leave_the_directory_is_refused(aws, tmp_path):
    with pytest.raises(JobFailed, match="cannot be a path"):
        download(aws.s3, [S3Object(aws.bucket, "../x", "../x")], tmp_path / "data")


@pytest.mark.parametrize(
    ("uri", "expected"), [("s3://b/k/x", ("b", "k/x")), ("s3://b", ("b", "")), ("s3://b/a#b?c", ("b", "a#b?c"))]
)
def test_uris(uri, expected):
    assert split_uri(uri) == expected


@pytest.mark.parametrize("uri", ["https://b/k", "b/k", "s3:///k"])
def test_what_is_no_s3_uri_is_refused(uri):
    with pytest.raises(JobFailed, match="is not an s3:// URI"):
        split_uri(uri)
