"""Processing jobs that really run: inputs, outputs, configuration, message, and how they end."""

from __future__ import annotations

import json

import pytest
from runners_here import ON_EVERY_RUNNER, ON_ONE, RUNNERS, WHERE_ISOLATED
from waiting import PATIENCE

GROUP = "/aws/sagemaker/ProcessingJobs"

WAIT = "while :; do sleep 0.05; done"


def s3_input(name, uri, path, **members):
    return {"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", **members}}


def s3_output(name, uri, path, mode="EndOfJob"):
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


@ON_EVERY_RUNNER
def test_inputs_are_there_outputs_are_uploaded_and_the_message_is_shown(start_processing, aws):
    aws.put(**{"in/a": "1", "in/sub/b": "2", "code/run.sh": "echo from the code; exit 0"})
    script = """
        cd /opt/ml/processing; sh input/code/run.sh; cat input/data/a input/data/sub/b > out/sum
        mkdir out/deep; printf deep > out/deep/x; ln -s sum out/link; printf 'two parts' > /opt/ml/output/message
    """
    job = start_processing(
        script,
        ProcessingInputs=[
            s3_input("data", aws.uri("in"), "/opt/ml/processing/input/data"),
            s3_input("code", aws.uri("code/run.sh"), "/opt/ml/processing/input/code"),
        ],
        ProcessingOutputConfig={"Outputs": [s3_output("out", aws.uri("result"), "/opt/ml/processing/out")]},
    ).wait()
    assert (job.status, job.end) == ("Completed", {"exit_message": "two parts"})
    assert job.statuses == ["Starting", "Downloading", "Training", "Uploading"]
    assert {key: aws.get(key) for key in aws.keys("result/")} == {"result/deep/x": b"deep", "result/sum": b"12"}
    [(stream, lines)] = aws.lines(GROUP, job.name).items()
    assert stream.startswith(f"{job.name}/algo-1-")
    assert lines == ["from the code"]


@ON_EVERY_RUNNER
def test_failure_shows_exit_code_and_message_and_uploads_nothing(start_processing, aws):
    script = "printf half > /opt/ml/processing/out/a; head -c 2000 /dev/zero | tr '\\0' m > /opt/ml/output/message; exit 9"
    outputs = {"Outputs": [s3_output("out", aws.uri("result"), "/opt/ml/processing/out")]}
    job = start_processing(script, ProcessingOutputConfig=outputs).wait()
    assert job.status == "Failed"
    assert job.end["failure_reason"] == "AlgorithmError: See job logs for more information, exit code: 9"
    assert job.end["exit_message"] == "m" * 1024
    assert aws.keys("result/") == []


@ON_ONE
def test_configuration_files_and_variables(start_processing, aws):
    shown = "cat processingjobconfig.json; echo; cat resourceconfig.json; echo; echo $MINE $AWS_REGION"
    script = f"cd /opt/ml/config; {shown}"
    job = start_processing(script, Environment={"MINE": "yes"}).wait()
    [[configuration, hosts, variables]] = aws.lines(GROUP, job.name).values()
    described = json.loads(configuration)
    assert (described["ProcessingJobName"], described["ProcessingJobArn"]) == (job.name, job.arn)
    assert described["AppSpecification"] == job.request["AppSpecification"]
    assert json.loads(hosts) == {"current_host": "algo-1", "hosts": ["algo-1"]}
    assert variables == "yes us-east-1"


@ON_EVERY_RUNNER
def test_entrypoint_and_arguments_as_docker_takes_them(start_processing, aws, image_folder):
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write('ENTRYPOINT ["echo", "entry"]\nCMD ["by", "default"]\n')
    members = [
        {},
        {"ContainerArguments": ["given"]},
        {"ContainerEntrypoint": ["echo", "other"]},
        {"ContainerEntrypoint": ["echo"], "ContainerArguments": ["both", "two words"]},
    ]
    jobs = [start_processing(None, AppSpecification={"ImageUri": "process:1", **each}).wait() for each in members]
    assert [job.status for job in jobs] == ["Completed"] * 4
    lines = [line for job in jobs for lines in aws.lines(GROUP, job.name).values() for line in lines]
    assert lines == ["entry by default", "entry given", "other", "both two words"]


@pytest.mark.parametrize("stop_grace", [PATIENCE])
@ON_ONE
def test_continuous_outputs_arrive_while_it_runs(start_processing, aws, until):
    outputs = {"Outputs": [s3_output("out", aws.uri("live"), "/opt/ml/processing/out", "Continuous")]}
    script = f"cd /opt/ml/processing/out; trap 'printf 2 > last; exit 0' TERM; printf 1 > first; {WAIT}"
    job = start_processing(script, ProcessingOutputConfig=outputs)
    until(lambda: aws.keys("live/") == ["live/first"])
    assert job.status is None
    job.stop_requested.set()
    assert job.wait().status == "Stopped"
    assert aws.keys("live/") == ["live/first", "live/last"]


@ON_ONE
def test_max_runtime_ends_it_as_stopped(start_processing, aws, until, leap):
    script = f"printf so far > /opt/ml/output/message; echo ready; {WAIT}"
    job = start_processing(script, StoppingCondition={"MaxRuntimeInSeconds": 3600})
    until(lambda: aws.lines(GROUP, job.name))
    assert job.status is None
    leap(3600)
    job.wait()
    assert job.status == "Stopped"
    assert "MaxRuntimeInSeconds" in job.end["failure_reason"]
    assert job.end["exit_message"] == "so"


@WHERE_ISOLATED
def test_network_isolation(start_processing, aws):
    script = "tail -n +3 /proc/net/dev | grep -c eth0"
    job = start_processing(script + "; true", NetworkConfig={"EnableNetworkIsolation": True}).wait()
    assert job.status == "Completed", job.end
    assert list(aws.lines(GROUP, job.name).values()) == [["0"]]


@ON_ONE
def test_instances_share_sharded_inputs(start_processing, aws):
    aws.put(**{f"in/{name}": name for name in "abc"})
    sharded = s3_input("data", aws.uri("in/"), "/opt/ml/processing/data", S3DataDistributionType="ShardedByS3Key")
    cluster = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}
    outputs = {"Outputs": [s3_output("out", aws.uri("result"), "/opt/ml/processing/out")]}
    job = start_processing(
        "cat /opt/ml/processing/data/* > /opt/ml/processing/out/$(uname -n)",
        ProcessingInputs=[sharded],
        ProcessingResources={"ClusterConfig": cluster},
        ProcessingOutputConfig=outputs,
    ).wait()
    assert job.status == "Completed", job.end
    assert {key: aws.get(key) for key in aws.keys("result/")} == {"result/algo-1": b"ac", "result/algo-2": b"b"}


@ON_ONE
def test_what_the_program_manages_itself_is_left_to_it(start_processing, aws):
    managed = {**s3_input("data", aws.uri("not/there"), "/opt/ml/processing/data"), "AppManaged": True}
    output = {**s3_output("out", aws.uri("result"), "/opt/ml/processing/out"), "AppManaged": True}
    job = start_processing(
        "ls /opt/ml/processing", ProcessingInputs=[managed], ProcessingOutputConfig={"Outputs": [output]}
    ).wait()
    assert job.status == "Completed", job.end
    assert aws.keys() == []


@ON_ONE
def test_a_feature_store_output_is_accepted_and_the_log_says_what_is_not_done(start_processing, aws):
    output = {"OutputName": "features", "FeatureStoreOutput": {"FeatureGroupName": "users"}}
    job = start_processing(ProcessingOutputConfig={"Outputs": [output]}).wait()
    assert job.status == "Completed", job.end
    [[line]] = aws.lines(GROUP, job.name).values()
    assert "users" in line


@ON_ONE
@pytest.mark.parametrize(
    ("path", "reason"), [("/data", "must begin with /opt/ml/processing"), ("/opt/ml/processing/../x", "must begin with")]
)
def test_a_local_path_elsewhere_fails_the_job(start_processing, aws, path, reason):
    outputs = {"Outputs": [s3_output("out", aws.uri("result"), path)]}
    job = start_processing(ProcessingOutputConfig=outputs).wait()
    assert job.status == "Failed"
    assert reason in job.end["failure_reason"]


@pytest.mark.parametrize("runner", [name for name in RUNNERS if name != "docker"][:1])
def test_an_image_that_is_not_mapped_fails_the_job_and_says_how_to_map_it(aws, runner, tmp_path, make_job):
    from sagemaker_local.execution import ContainerExecution
    from sagemaker_local.runners import choose_runner

    job = make_job({"AppSpecification": {"ImageUri": "registry/none:1"}})
    execution = ContainerExecution(aws.services, choose_runner(runner), tmp_path, {})
    execution.start_job(job)
    assert job.wait().status == "Failed"
    assert job.end["failure_reason"].startswith("ClientError: the image registry/none:1 is not on this machine")
    assert "--image registry/none:1=FOLDER" in job.end["failure_reason"]
    execution.close()


@ON_EVERY_RUNNER
def test_a_job_can_call_the_local_services(start_processing, aws):
    script = "import os, urllib.request as r; print(r.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/moto-api/').status)"
    application = {"ImageUri": "process:1", "ContainerEntrypoint": ["python3", "-c", script]}
    job = start_processing(None, AppSpecification=application).wait()
    assert job.status == "Completed", job.end
    assert list(aws.lines(GROUP, job.name).values()) == [["200"]]
