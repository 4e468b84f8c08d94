"""Training jobs that really run: what their container finds, what becomes of what it leaves, and how they end.

Spot instances and warm pools: test_spot_and_warm_pools; the kinds of input and output data: test_training_data.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from runners_here import ON_EVERY_RUNNER, ON_ONE, WHERE_ISOLATED
from sagemaker_local.events import JobFaults
from waiting import PATIENCE

CHECKOUT = Path(__file__).parents[3]
GROUP = "/aws/sagemaker/TrainingJobs"

HANDLER_RUNS = pytest.mark.parametrize("stop_grace", [PATIENCE])

WAIT = "while :; do sleep 0.05; done"


@ON_EVERY_RUNNER
def test_a_job_completes_with_its_files_and_lines_as_reported(start_training, aws):
    script = "echo out; echo err >&2; printf weights > /opt/ml/model/w; mkdir /opt/ml/model/d; printf 2 > /opt/ml/model/d/x"
    job = start_training(script).wait()
    assert (job.status, job.end.get("failure_reason")) == ("Completed", None)
    assert job.statuses == ["Starting", "Downloading", "Training", "Uploading"]
    artifact = f"out/{job.name}/output/model.tar.gz"
    assert job.end["describe"]["ModelArtifacts"] == {"S3ModelArtifacts": aws.uri(artifact)}
    assert aws.unpacked(artifact) == {"w": b"weights", "d/x": b"2"}
    assert aws.keys("out/") == [artifact], "no output.tar.gz without output data"
    [(stream, lines)] = aws.lines(GROUP, job.name).items()
    assert re.fullmatch(rf"{job.name}/algo-1-\d+", stream)
    assert sorted(lines) == ["err", "out"]


@WHERE_ISOLATED
def test_the_container_sees_opt_ml_and_not_the_checkout(start_training, aws, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    hidden = f"{CHECKOUT}/pyproject.toml {CHECKOUT}/emulator {Path.home()}/.profile"
    script = f"ls -d {hidden} 2>/dev/null; ls /opt/ml; exit 23"
    job = start_training(script).wait()
    assert job.status == "Failed"
    assert job.end["failure_reason"] == "AlgorithmError: , exit code: 23"
    [lines] = aws.lines(GROUP, job.name).values()
    assert lines == ["checkpoints", "input", "model", "output"]


@ON_EVERY_RUNNER
def test_hyperparameters_channels_hosts_and_variables(start_training, aws, channel):
    aws.put(**{"data/a.csv": "1", "data/sub/b.csv": "2", "database/c.csv": "not of this prefix"})
    variables = "$TRAINING_JOB_NAME $TRAINING_JOB_ARN $MINE"
    script = f"cd /opt/ml; cp -r input/data input/config model/; printf '%s|' {variables} > model/env"
    job = start_training(
        script,
        HyperParameters={"epochs": "3", "name": "a b"},
        InputDataConfig=[channel("train", aws.uri("data/"), ContentType="text/csv")],
        Environment={"MINE": "yes"},
    ).wait()
    assert job.status == "Completed", job.end
    files = aws.unpacked(f"out/{job.name}/output/model.tar.gz")
    assert (files["data/train/a.csv"], files["data/train/sub/b.csv"]) == (b"1", b"2")
    assert not [name for name in files if name.endswith("c.csv")]
    assert json.loads(files["config/hyperparameters.json"]) == {"epochs": "3", "name": "a b"}
    assert json.loads(files["config/inputdataconfig.json"]) == {
        "train": {
            "ContentType": "text/csv",
            "RecordWrapperType": "None",
            "S3DistributionType": "FullyReplicated",
            "TrainingInputMode": "File",
        }
    }
    hosts = json.loads(files["config/resourceconfig.json"])
    assert (hosts["current_host"], hosts["hosts"]) == ("algo-1", ["algo-1"])
    assert files["env"].decode() == f"{job.name}|{job.arn}|yes|"


@ON_EVERY_RUNNER
def test_without_entrypoint_the_image_is_started_with_train(start_training, aws, image_folder):
    program = image_folder / "program"
    program.write_text("#!/bin/sh\necho started with $@\n")
    program.chmod(0o755)
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write('COPY program /program\nENTRYPOINT ["/program"]\n')
    job = start_training(None).wait()
    assert job.status == "Completed", job.end
    assert list(aws.lines(GROUP, job.name).values()) == [["started with train"]]


@ON_EVERY_RUNNER
def test_the_failure_file_becomes_the_reason(start_training, aws):
    script = "head -c 3000 /dev/zero | tr '\\0' x > /opt/ml/output/failure; printf kept > /opt/ml/output/data/log; exit 3"
    job = start_training(script).wait()
    assert job.status == "Failed"
    assert job.end["failure_reason"] == f"AlgorithmError: {'x' * 1024}, exit code: 3"
    assert job.statuses == ["Starting", "Downloading", "Training", "Uploading"]
    assert "ModelArtifacts" not in job.end["describe"]
    assert aws.unpacked(f"out/{job.name}/output/output.tar.gz") == {"log": b"kept"}


@HANDLER_RUNS
@ON_EVERY_RUNNER
def test_lines_are_in_the_log_while_it_runs_and_stop_runs_its_handler(start_training, aws, until):
    script = f"trap 'echo caught; printf saved > /opt/ml/model/w; exit 1' TERM; echo ready; {WAIT}"
    job = start_training(script)
    until(lambda: aws.lines(GROUP, job.name))
    assert job.status is None
    job.stop_requested.set()
    job.wait()
    assert (job.status, job.end["secondary_status"]) == ("Stopped", "Stopped")
    assert list(aws.lines(GROUP, job.name).values()) == [["ready", "caught"]]
    assert aws.unpacked(f"out/{job.name}/output/model.tar.gz") == {"w": b"saved"}


@WHERE_ISOLATED
def test_without_a_handler_it_is_killed_after_the_grace(start_training, aws, until):
    job = start_training(f"printf half > /opt/ml/model/w; echo ready; {WAIT}")
    until(lambda: aws.lines(GROUP, job.name))
    job.stop_requested.set()
    job.wait()
    assert job.status == "Stopped"
    assert aws.unpacked(job.end["describe"]["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(aws.uri(""))) == {"w": b"half"}


@HANDLER_RUNS
@ON_ONE
def test_max_runtime_ends_it_as_stopped_with_its_model(start_training, aws, until, leap):
    script = f"trap 'printf late > /opt/ml/model/w; exit 0' TERM; echo ready; {WAIT}"
    job = start_training(script, StoppingCondition={"MaxRuntimeInSeconds": 3600})
    until(lambda: aws.lines(GROUP, job.name))
    assert job.statuses[-1] == "Training"
    leap(3600)
    job.wait()
    assert (job.status, job.end["secondary_status"]) == ("Stopped", "MaxRuntimeExceeded")
    assert job.statuses[-2:] == ["Stopping", "Uploading"]
    assert aws.unpacked(f"out/{job.name}/output/model.tar.gz") == {"w": b"late"}


@WHERE_ISOLATED
def test_two_instances_are_started_together_and_one_failure_fails_the_job(start_training, aws, channel):
    aws.put(**{f"parts/{name}": name for name in "abc"})
    script = """
        printf '%s %s' $(uname -n) "$(ls /opt/ml/input/data/train | tr '\\n' ' ')" > /opt/ml/model/$(uname -n)
        [ $(uname -n) = algo-2 ] && { echo second >&2; exit 5; }; while :; do sleep 0.05; done
    """
    sharded = channel("train", aws.uri("parts/"), S3DataSource={"S3DataDistributionType": "ShardedByS3Key"})
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}
    failed = start_training(script, InputDataConfig=[sharded], ResourceConfig=resources).wait()
    assert (failed.status, failed.end["failure_reason"]) == ("Failed", "AlgorithmError: , exit code: 5")
    good = start_training(script.replace("exit 5", "exit 0").replace("while :", "while false"),
                          InputDataConfig=[sharded], ResourceConfig=resources).wait()  # fmt: skip
    assert good.status == "Completed", good.end
    files = aws.unpacked(f"out/{good.name}/output/model.tar.gz")
    assert files == {"algo-1": b"algo-1 a c ", "algo-2": b"algo-2 b "}
    assert sorted(stream.split("/")[1][:6] for stream in aws.lines(GROUP, good.name)) == ["algo-2"]


@ON_ONE
def test_network_isolation_takes_the_network_but_not_the_data(start_training, aws, channel):
    aws.put(**{"data/a": "1"})
    script = "cat /opt/ml/input/data/train/a; echo; tail -n +3 /proc/net/dev | grep -c eth0; echo ${AWS_ENDPOINT_URL:-none}"
    job = start_training(script, EnableNetworkIsolation=True, InputDataConfig=[channel("train", aws.uri("data/"))]).wait()
    assert job.status == "Completed", job.end
    assert list(aws.lines(GROUP, job.name).values()) == [["1", "0", "none"]]


@ON_ONE
def test_metrics_are_the_last_values_of_the_lines(start_training):
    definitions = [
        {"Name": "loss", "Regex": "loss=([0-9.e-]+)"},
        {"Name": "accuracy", "Regex": "acc: ([0-9.]+)%"},
        {"Name": "absent", "Regex": "absent=(.*)"},
    ]
    script = "echo loss=0.5 acc: 10%; echo loss=2.5e-1 >&2; echo acc: 97.5% acc: 98%; echo loss=."
    job = start_training(script, AlgorithmSpecification={"MetricDefinitions": definitions}).wait()
    metrics = {entry["MetricName"]: entry["Value"] for entry in job.end["describe"]["FinalMetricDataList"]}
    assert metrics == {"loss": 0.25, "accuracy": 98.0}


@ON_ONE
def test_a_regex_that_is_none_fails_the_job(start_training):
    job = start_training(AlgorithmSpecification={"MetricDefinitions": [{"Name": "loss", "Regex": "("}]}).wait()
    assert job.status == "Failed"
    assert "MetricDefinition loss" in job.end["failure_reason"]


@ON_ONE
def test_faults_fail_a_job_and_slow_its_statuses_until_it_is_stopped(start_training, aws, until):
    failed = start_training(faults=JobFaults(fail_with="InternalServerError: by script")).wait()
    assert (failed.status, failed.end["failure_reason"]) == ("Failed", "InternalServerError: by script")
    late = start_training("printf w > /opt/ml/model/w", JobFaults("InternalServerError: late", fail_after_upload=True)).wait()
    assert (late.status, late.end["failure_reason"]) == ("Failed", "InternalServerError: late")
    assert aws.unpacked(f"out/{late.name}/output/model.tar.gz") == {"w": b"w"}
    slow = start_training(faults=JobFaults(slow={"Downloading": 600}))
    until(lambda: slow.statuses == ["Starting", "Downloading"])
    slow.stop_requested.set()
    assert slow.wait().status == "Stopped"


@ON_ONE
def test_an_unusable_dockerfile_names_file_and_line(start_training, image_folder):
    with (image_folder / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("COPY --from=build /a /b\n")
    job = start_training().wait()
    assert job.status == "Failed"
    assert "Dockerfile" in job.end["failure_reason"]


@ON_ONE
def test_closing_ends_what_runs(start_training, execution, aws, until):
    job = start_training(f"echo ready; {WAIT}")
    until(lambda: aws.lines(GROUP, job.name))
    execution.close()
    assert job.status == "Stopped"


@pytest.mark.parametrize("runner", ["process"])
def test_plain_processes_run_one_job_at_a_time_with_one_instance(start_training, aws, until):
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}
    assert "InstanceCount 2" in start_training(ResourceConfig=resources).wait().end["failure_reason"]
    first = start_training(f"trap 'exit 0' TERM; {WAIT}")
    until(lambda: "Training" in first.statuses)
    second = start_training("echo $SAGEMAKER_BASE_DIR")
    third = start_training("true")
    third.stop_requested.set()
    assert third.wait().status == "Stopped"
    assert second.statuses == []
    first.stop_requested.set()
    first.wait()
    assert second.wait().status == "Completed"
