"""S3, CloudWatch Logs, STS and IAM behind the same URL."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.scripted import ScriptedExecution

BUCKET = "sagemaker-us-east-1-123456789012"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_s3_keeps_objects_for_a_client_that_has_only_the_variables(
    local: LocalSageMaker, monkeypatch: pytest.MonkeyPatch, host: str, tmp_path: Any
) -> None:
    for name, value in local.environment().items():
        monkeypatch.setenv(name, value.replace("127.0.0.1", host))
    s3 = boto3.Session().client("s3")
    bucket = f"objects-{host.replace('.', '-')}"  # moto's buckets belong to the process, with what other servers keep there
    s3.create_bucket(Bucket=bucket)
    large = tmp_path / "large"
    large.write_bytes(bytes(range(256)) * 40_000)

    s3.put_object(Bucket=bucket, Key="dir/é key", Body=b"hello", Metadata={"run_id": "1"})
    s3.upload_file(str(large), bucket, "large", Config=TransferConfig(multipart_threshold=5 << 20))

    assert s3.get_object(Bucket=bucket, Key="dir/é key")["Body"].read() == b"hello"
    assert s3.head_object(Bucket=bucket, Key="dir/é key")["Metadata"] == {"run_id": "1"}
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == large.read_bytes()
    assert s3.get_object(Bucket=bucket, Key="large", Range="bytes=1-3")["Body"].read() == b"\x01\x02\x03"
    assert {item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]} == {"dir/é key", "large"}


@pytest.mark.parametrize("signature_version", ["s3", "s3v4"])
def test_a_presigned_url_works(local: LocalSageMaker, client: Callable[..., Any], signature_version: str) -> None:
    s3 = client(local, "s3", signature_version=signature_version)
    s3.put_object(Bucket=BUCKET, Key="signed", Body=b"1")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "signed"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"1"


def test_logs_are_kept(local: LocalSageMaker, client: Callable[..., Any]) -> None:
    logs = client(local, "logs")
    stream = {"logGroupName": "/of/this/test", "logStreamName": "job/algo-1-1"}
    logs.create_log_group(logGroupName=stream["logGroupName"])
    logs.create_log_stream(**stream)
    now = round(time.time() * 1000)  # the service refuses what is long past or to come
    logs.put_log_events(**stream, logEvents=[{"timestamp": now + n, "message": f"line {n}"} for n in range(3)])

    events = logs.get_log_events(**stream, startFromHead=True)["events"]

    assert [event["message"] for event in events] == ["line 0", "line 1", "line 2"]


def test_calls_for_other_regions_are_of_the_one_that_is_played(local: LocalSageMaker) -> None:
    """A job's logs are found by who asked another region for the job; so are secrets."""

    def client_in(region: str, service: str) -> Any:
        return boto3.Session().client(service, endpoint_url=local.url, region_name=region, aws_access_key_id="x",
                                      aws_secret_access_key="y")  # fmt: skip

    client_in("eu-west-1", "logs").create_log_group(logGroupName="/of/another/region")
    (group,) = client_in("us-east-1", "logs").describe_log_groups(logGroupNamePrefix="/of/another/region")["logGroups"]
    assert group["arn"].startswith(f"arn:aws:logs:{local.region}:")
    arn = client_in("eu-west-1", "secretsmanager").create_secret(Name="of-another-region", SecretString="s")["ARN"]
    assert client_in(local.region, "secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "s"
    bucket = {"Bucket": "in-another-region", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    client_in("eu-west-1", "s3").create_bucket(**bucket)
    assert client_in("us-east-1", "s3").get_bucket_location(Bucket="in-another-region")["LocationConstraint"] == "eu-west-1"


@pytest.mark.parametrize("account_id", ["123456789012", "210987654321"])
def test_the_account_is_the_one_of_the_settings(
    client: Callable[..., Any], make_request: Callable[..., Any], account_id: str
) -> None:
    with start(Settings(account_id=account_id, region="eu-west-1"), ScriptedExecution()) as local:
        assert client(local, "sts").get_caller_identity()["Account"] == account_id
        arn = client(local).create_model(**make_request("Model", "m"))["ModelArn"]
        assert arn == f"arn:aws:sagemaker:eu-west-1:{account_id}:model/m"
        assert client(local, "s3").list_objects_v2(Bucket=f"sagemaker-eu-west-1-{account_id}")["KeyCount"] == 0


def test_roles_can_be_made_and_assumed(local: LocalSageMaker, client: Callable[..., Any]) -> None:
    role = client(local, "iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]
    assumed = client(local, "sts").assume_role(RoleArn=role["Arn"], RoleSessionName="step")
    keys = assumed["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1")
    config = Config(retries={"total_max_attempts": 1})
    identity = session.client("sts", endpoint_url=local.url, config=config).get_caller_identity()
    assert identity["Arn"] == "arn:aws:sts::123456789012:assumed-role/r/step"


def test_what_the_services_hold_goes_with_the_server() -> None:
    """Run in a process of its own, since moto's state is the process's and this module's server holds it."""
    program = (
        "import boto3\n"
        "from sagemaker_local import Settings, start\n"
        "from sagemaker_local.scripted import ScriptedExecution\n"
        "for _ in range(2):\n"
        "    with start(Settings(), ScriptedExecution()) as local:\n"
        "        s3 = boto3.client('s3', endpoint_url=local.url, region_name='us-east-1',"
        " aws_access_key_id='a', aws_secret_access_key='b')\n"
        f"        print(s3.list_objects_v2(Bucket='{BUCKET}')['KeyCount'])\n"
        f"        s3.put_object(Bucket='{BUCKET}', Key='k', Body=b'')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]
