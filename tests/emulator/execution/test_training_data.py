"""How data gets into a training job and out of it: channels, file systems, pipes, plain and packed results."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from runners_here import ON_ONE

GROUP = "/aws/sagemaker/TrainingJobs"


@ON_ONE
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"CompressionType": "Gzip"}, "a.txt"),
        ({"InputMode": "FastFile"}, "a.txt.gz"),
        ({"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "manifest"}}, "sub/a.txt.gz"),
    ],
    ids=["gzip", "FastFile", "manifest"],
)
def test_channel_kinds(start_training, aws, channel, members, expected):
    packed = gzip.compress(b"content")
    manifest = json.dumps([{"prefix": aws.uri("files/")}, "sub/a.txt.gz"])
    aws.put(**{"files/sub/a.txt.gz": packed, "manifest": manifest})
    given = json.loads(json.dumps(members).replace('"manifest"', json.dumps(aws.uri("manifest"))))
    script = "cd /opt/ml/input/data/train; cp -r . /opt/ml/model"
    job = start_training(script, InputDataConfig=[channel("train", aws.uri("files/sub/"), **given)]).wait()
    assert job.status == "Completed", job.end
    content = b"content" if expected.endswith("txt") else packed
    assert aws.unpacked(f"out/{job.name}/output/model.tar.gz") == {expected: content}


@ON_ONE
def test_a_file_system_is_shared_with_the_job(start_training, channel, file_system):
    (file_system / "dir").mkdir()
    (file_system / "dir" / "given").write_text("given")
    script = "cd /opt/ml/input/data/train; cat given; echo written > made"
    source = {"FileSystemId": "fs-12345678", "FileSystemType": "EFS", "FileSystemAccessMode": "rw", "DirectoryPath": "/dir"}
    mounted = {"ChannelName": "train", "DataSource": {"FileSystemDataSource": source}}
    job = start_training(script, InputDataConfig=[mounted]).wait()
    assert job.status == "Completed", job.end
    assert (file_system / "dir" / "made").read_text() == "written\n"


@ON_ONE
@pytest.mark.parametrize(
    ("changed", "problem"),
    [({"FileSystemId": "fs-87654321"}, "is not known here"), ({"DirectoryPath": "/other"}, "has no directory /other")],
)
def test_a_file_system_that_is_not_there_fails_the_job(start_training, changed, problem):
    source = {"FileSystemId": "fs-12345678", "FileSystemType": "EFS", "FileSystemAccessMode": "rw", "DirectoryPath": "/"}
    mounted = {"ChannelName": "train", "DataSource": {"FileSystemDataSource": {**source, **changed}}}
    job = start_training(InputDataConfig=[mounted]).wait()
    assert job.status == "Failed"
    assert problem in job.end["failure_reason"]


@ON_ONE
def test_a_pipe_gives_the_objects_one_after_the_other_each_epoch(start_training, aws, channel):
    aws.put(**{"data/a": "one ", "data/b": "x" * 100_000})
    script = "cd /opt/ml/input/data; for epoch in 0 1; do cat train_$epoch | wc -c; done; head -c 4 train_2"
    job = start_training(script, InputDataConfig=[channel("train", aws.uri("data/"), InputMode="Pipe")]).wait()
    assert job.status == "Completed", job.end
    [lines] = aws.lines(GROUP, job.name).values()
    assert [line.strip() for line in lines] == ["100004", "100004", "one"]


@ON_ONE
def test_output_without_compression_is_plain_objects(start_training, aws):
    job = start_training(
        "printf m > /opt/ml/model/m; printf d > /opt/ml/output/data/d",
        OutputDataConfig={"S3OutputPath": aws.uri("plain/"), "CompressionType": "NONE"},
    ).wait()
    assert job.end["describe"]["ModelArtifacts"]["S3ModelArtifacts"] == aws.uri(f"plain/{job.name}/output/model/")
    assert aws.keys("plain/") == [f"plain/{job.name}/output/data/d", f"plain/{job.name}/output/model/m"]


@ON_ONE
@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("s3://no-such-bucket-here/x", r"ClientError: Data download failed: .*NoSuchBucket"),
        ("none/", r'ClientError: Data download failed: No S3 objects found under S3 URL "s3://bucket-\d+/none/"'),
    ],
)
def test_data_that_is_not_there_fails_the_job(start_training, aws, channel, uri, reason):
    job = start_training(InputDataConfig=[channel("train", uri if "//" in uri else aws.uri(uri))]).wait()
    assert job.status == "Failed"
    assert re.match(reason, job.end["failure_reason"])
    assert job.statuses == ["Starting", "Downloading"]


@ON_ONE
def test_an_output_bucket_that_is_not_there_fails_the_job(start_training):
    job = start_training(OutputDataConfig={"S3OutputPath": "s3://no-such-bucket-here/out"}).wait()
    assert job.status == "Failed"
    assert job.end["failure_reason"].startswith("ClientError: Failed to upload s3://no-such-bucket-here/out")
