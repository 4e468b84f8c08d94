"""Starting, stopping and the front door itself."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.events import JobEvents
from sagemaker_local.fault_rules import FaultScriptError, Rule
from sagemaker_local.scripted import HOLD, JobScript, ScriptedExecution, Step
from waiting import PATIENCE


def test_the_environment_leads_here(local: LocalSageMaker) -> None:
    assert local.environment() == {
        "AWS_ENDPOINT_URL": local.url,
        "AWS_ACCESS_KEY_ID": "LOCALSAGEMAKER",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
    assert local.url.startswith("http://127.0.0.1:")
    assert local.region == "us-east-1"


def test_importing_the_package_is_light() -> None:
    program = "import sys, sagemaker_local; print([m for m in ('moto', 'boto3', 'botocore', 'werkzeug') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_stop_ends_the_execution_first_and_the_server_then() -> None:
    answers: list[int] = []

    class Closing(ScriptedExecution):
        def close(self) -> None:
            with urllib.request.urlopen(f"{local.url}/_local/calls") as answer:
                answers.append(answer.status)
            super().close()

    local = start(Settings(), Closing())
    local.stop()
    local.stop()

    assert answers == [200]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{local.url}/_local/calls")


def test_a_slowed_call_does_not_hold_up_the_stop(client: Callable[..., Any]) -> None:
    local = start(Settings(), ScriptedExecution())
    local.faults.add([Rule("slow", operation="ListModels", seconds=3600)])
    outcome: list[Any] = []

    def call() -> None:
        outcome.append(client(local).list_models()["Models"])

    caller = threading.Thread(target=call)
    caller.start()
    while not local.calls:
        caller.join(0.01)
    local.stop()
    caller.join(PATIENCE)
    assert outcome == [[]]


def test_a_taken_port_is_an_error_and_leaves_nothing_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="Address already in use"):
        start(Settings(port=taken.getsockname()[1]), ScriptedExecution())


def test_an_unusable_fault_script_is_an_error(tmp_path: Path) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("- {fault: flood}")
    with pytest.raises(FaultScriptError, match="Rule 1: fault is 'flood'"):
        start(Settings(faults=script), ScriptedExecution())


def test_a_fault_script_is_in_force_from_the_start(tmp_path: Path, client: Callable[..., Any]) -> None:
    script = tmp_path / "faults.yaml"
    script.write_text("- {operation: ListModels, fault: throttle, count: 1}")
    with start(Settings(faults=script), ScriptedExecution()) as local:
        with pytest.raises(ClientError, match="ThrottlingException"):
            client(local).list_models()
        assert client(local).list_models()["Models"] == []


def test_a_data_directory_is_made_and_kept(tmp_path: Path) -> None:
    with start(Settings(data_directory=tmp_path / "a" / "b"), ScriptedExecution()):
        pass
    assert (tmp_path / "a" / "b").is_dir()


def test_calls_are_answered_side_by_side(
    client: Callable[..., Any], make_request: Callable[..., Any]
) -> None:
    execution = ScriptedExecution(jobs={"*": JobScript((Step("Training", HOLD),))})
    with start(Settings(), execution) as local:
        sagemaker = client(local)
        threads = [
            threading.Thread(target=sagemaker.create_training_job, kwargs=make_request("TrainingJob", f"job-{n}"))
            for n in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(sagemaker.list_training_jobs()["TrainingJobSummaries"]) == 5
        assert sorted(call.order for call in local.calls) == list(range(1, 7))


def test_only_one_of_two_creations_at_once_succeeds(
    local: LocalSageMaker, client: Callable[..., Any], make_request: Callable[..., Any]
) -> None:
    sagemaker = client(local)
    codes: list[str] = []

    def create() -> None:
        try:
            sagemaker.create_training_job(**make_request("TrainingJob", "racing"))
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["ResourceInUse"] * 7


def test_a_fault_of_its_own_is_a_server_error(
    client: Callable[..., Any], make_request: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(ScriptedExecution):
        def start_job(self, events: JobEvents) -> None:
            raise RuntimeError("no room")

    with start(Settings(), Broken()) as local, pytest.raises(ClientError, match="InternalFailure"):
        client(local).create_training_job(**make_request("TrainingJob", "t"))
    assert "no room" in caplog.text


def test_an_unknown_admin_path_is_not_found(local: LocalSageMaker) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{local.url}/_local/nothing")
    assert caught.value.code == 404
    assert json.load(caught.value) == {"error": "There is no GET /_local/nothing."}


def test_a_body_that_is_no_json_is_refused(local: LocalSageMaker) -> None:
    call = urllib.request.Request(local.url, b"{", {"X-Amz-Target": "SageMaker.ListModels"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(call)
    assert json.load(caught.value)["__type"] == "ValidationException"
