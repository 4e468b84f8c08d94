"""``kfp-sagemaker plan``: requests on stdout, and nothing else; everything else on stderr."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from kfp_sagemaker.cli import main
from kfp_sagemaker.faces.registry import component_ids
from kfp_sagemaker.generate.examples import EXAMPLES

TRAIN = EXAMPLES["v1/train"]


@pytest.fixture(autouse=True)
def _no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def plan(component: str, inputs: Any, tmp_path: Path) -> Result:
    """``inputs`` is text as it is, or a mapping that becomes YAML."""
    file = tmp_path / "inputs.yaml"
    file.write_text(inputs if isinstance(inputs, str) else yaml.safe_dump(inputs))
    return CliRunner().invoke(main, ["plan", component, "--inputs", str(file)])


def planned(component: str, inputs: Any, tmp_path: Path) -> Any:
    result = plan(component, inputs, tmp_path)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


class TestRequests:
    @pytest.mark.parametrize(("component", "operations"), [
        ("v1/train", ["CreateTrainingJob"]),
        ("v1/process", ["CreateProcessingJob"]),
        ("v1/model", ["CreateModel"]),
        ("v1/endpoint", ["CreateEndpointConfig", "CreateEndpoint"]),
        ("v1/deploy", ["CreateEndpointConfig", "CreateEndpoint"]),
        ("v1/monitoring_schedule", ["CreateMonitoringSchedule"]),
        ("v1/delete_model", ["DeleteModel"]),
        ("v1/delete_endpoint", ["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]),
    ])
    def test_by_operation_in_the_order_in_which_they_are_sent(
        self, component: str, operations: list[str], tmp_path: Path
    ) -> None:
        assert list(planned(component, EXAMPLES[component], tmp_path)) == operations

    def test_the_whole_request(self, tmp_path: Path) -> None:
        request = planned("v1/train", TRAIN, tmp_path)["CreateTrainingJob"]
        name = request.pop("TrainingJobName")
        assert name.startswith("TrainingJob-")
        assert request == {
            "AlgorithmSpecification": {"TrainingImage": TRAIN["image"], "TrainingInputMode": "File"},
            "RoleArn": TRAIN["role"],
            "InputDataConfig": TRAIN["channels"],
            "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/models/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
            "HyperParameters": {"epochs": "10", "learning_rate": "0.1"},
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": False,
            "EnableManagedSpotTraining": False,
        }

    def test_the_name_is_the_same_each_time_and_another_for_another_request(self, tmp_path: Path) -> None:
        first = planned("v1/train", TRAIN, tmp_path)
        assert planned("v1/train", TRAIN, tmp_path) == first
        other = planned("v1/train", {**TRAIN, "max_run_time": 60}, tmp_path)
        assert other["CreateTrainingJob"]["TrainingJobName"] != first["CreateTrainingJob"]["TrainingJobName"]

    @pytest.mark.parametrize(("given", "seen"), [
        ({"instance_count": "2"}, 2), ({"instance_count": 2.0}, 2), ({"instance_count": " 2 "}, 2)])
    def test_numbers_may_be_text(self, given: dict[str, Any], seen: int, tmp_path: Path) -> None:
        request = planned("v1/train", {**TRAIN, **given}, tmp_path)["CreateTrainingJob"]
        assert request["ResourceConfig"]["InstanceCount"] == seen

    @pytest.mark.parametrize("text", ['{"epochs": 3, "name": "a"}', "{epochs: 3, name: a}", "epochs: 3\nname: a\n"])
    def test_objects_may_be_text_of_json_or_yaml(self, text: str, tmp_path: Path) -> None:
        request = planned("v1/train", {**TRAIN, "hyperparameters": text}, tmp_path)["CreateTrainingJob"]
        assert request["HyperParameters"] == {"epochs": "3", "name": "a"}

    def test_the_file_may_be_json_indented_with_tabs(self, tmp_path: Path) -> None:
        from_json = planned("v1/model", json.dumps(EXAMPLES["v1/model"], indent="\t"), tmp_path)
        assert from_json == planned("v1/model", EXAMPLES["v1/model"], tmp_path)

    def test_the_file_may_be_standard_input(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(main, ["plan", "v1/model", "--inputs", "-"], input=yaml.safe_dump(EXAMPLES["v1/model"]))
        assert json.loads(result.stdout) == planned("v1/model", EXAMPLES["v1/model"], tmp_path)

    @pytest.mark.parametrize(("environment", "region"), [
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-west-1"),
    ])
    def test_the_region_of_the_environment(
        self, environment: dict[str, str], region: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        inputs = {**TRAIN, "image": "", "algorithm_name": "xgboost"}
        image = planned("v1/train", inputs, tmp_path)["CreateTrainingJob"]["AlgorithmSpecification"]["TrainingImage"]
        assert f".dkr.ecr.{region}.amazonaws.com/" in image

    def test_no_automatic_tags_without_a_run(self, tmp_path: Path) -> None:
        assert "Tags" not in planned("v1/train", TRAIN, tmp_path)["CreateTrainingJob"]
        tagged = planned("v1/train", {**TRAIN, "tags": {"team": "vision"}}, tmp_path)["CreateTrainingJob"]
        assert tagged["Tags"] == [{"Key": "team", "Value": "vision"}]

    def test_names_that_are_only_known_later_are_described(self, tmp_path: Path) -> None:
        requests = planned("v1/delete_endpoint", EXAMPLES["v1/delete_endpoint"], tmp_path)
        assert requests["DeleteEndpointConfig"] == {"EndpointConfigName": "<EndpointConfigName that DescribeEndpoint tells>"}

    def test_an_endpoint_that_is_there_is_updated(self, tmp_path: Path) -> None:
        result = plan("v1/endpoint", EXAMPLES["v1/endpoint"], tmp_path)
        config = json.loads(result.stdout)["CreateEndpointConfig"]["EndpointConfigName"]
        assert "UpdateEndpoint is sent instead of CreateEndpoint" in result.stderr
        assert config in result.stderr


class TestWarnings:
    def test_an_unknown_value_of_an_enumeration(self, tmp_path: Path) -> None:
        result = plan("v1/train", {**TRAIN, "instance_type": "ml.new.large"}, tmp_path)
        assert result.exit_code == 0
        assert "warning: instance_type = 'ml.new.large'" in result.stderr
        assert json.loads(result.stdout)["CreateTrainingJob"]["ResourceConfig"]["InstanceType"] == "ml.new.large"

    def test_what_validation_warn_lets_through(self, tmp_path: Path) -> None:
        wrong = {**TRAIN, "max_run_time": 0}
        assert plan("v1/train", wrong, tmp_path).exit_code == 2
        result = plan("v1/train", {**wrong, "validation": "warn"}, tmp_path)
        assert result.exit_code == 0
        assert "warning: max_run_time = 0" in result.stderr
        assert json.loads(result.stdout)["CreateTrainingJob"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 0}


REFUSED_INPUTS = {
    "a limit": ({"max_run_time": 0}, ["max_run_time = 0", "the minimum is 1"]),
    "a pattern": ({"job_name": "my job"}, ["job_name = 'my job'", "does not match"]),
    "a type": ({"instance_count": "many"}, ["instance_count = 'many'", "expected a number"]),
    "a missing input": ({"role": None}, ["role", "required"]),
    "an unknown input": ({"imag": "x"}, ["imag", "did you mean image?"]),
    "an unknown member": ({"channels": [{"Channel": "a"}]}, ["channels", "CreateTrainingJob.InputDataConfig[0].Channel"]),
    "text that is neither JSON nor YAML": ({"hyperparameters": "{a: ["}, ["hyperparameters", "neither JSON nor YAML"]),
    "several at once": ({"max_run_time": 0, "job_name": "my job", "timeout": -1}, ["max_run_time", "job_name", "timeout"]),
    "a date": ({"hyperparameters": "{day: 2024-01-01}"}, ["hyperparameters", "date", "quotes"]),
}
REFUSED_FILES = {
    "a list": ("- role\n", "must be a mapping"),
    "a text": ("role\n", "must be a mapping"),
    "names that are no text": ("1: 2\n", "must be a mapping"),
    "bad YAML": ("role: [\n", "neither JSON nor YAML"),
    "a tag that runs code": ("role: !!python/object/apply:os.getcwd []\n", "neither JSON nor YAML"),
    "a name twice": ("role: a\nrole: b\n", "'role' is there twice"),
    "a name twice, deep": ("hyperparameters: {a: 1, a: 2}\n", "'a' is there twice"),
    "a name twice in JSON": ('{"role": "a", "role": "b"}', "'role' is there twice"),
    "deep nesting": ("[" * 10000, "nested too deeply"),
}


class TestRefusals:
    @pytest.mark.parametrize(("inputs", "told"), REFUSED_INPUTS.values(), ids=REFUSED_INPUTS)
    def test_of_inputs_name_input_value_and_limit(self, inputs: dict[str, Any], told: list[str], tmp_path: Path) -> None:
        result = plan("v1/train", {**TRAIN, **inputs}, tmp_path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert [part for part in told if part not in result.stderr] == []

    @pytest.mark.parametrize(("text", "told"), REFUSED_FILES.values(), ids=REFUSED_FILES)
    def test_of_files_name_the_file(self, text: str, told: str, tmp_path: Path) -> None:
        result = plan("v1/train", text, tmp_path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr
        assert "inputs.yaml: " in result.stderr

    @pytest.mark.parametrize(("name", "told"), [("absent.yaml", "No such file"), (".", "Is a directory")])
    def test_of_what_is_no_file(self, name: str, told: str, tmp_path: Path) -> None:
        result = CliRunner().invoke(main, ["plan", "v1/train", "--inputs", str(tmp_path / name)])
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"{tmp_path / name}: cannot be read: {told}" in result.stderr

    def test_of_text_that_is_not_utf_8(self, tmp_path: Path) -> None:
        (tmp_path / "latin.yaml").write_bytes(b"role: \xe9\n")
        result = CliRunner().invoke(main, ["plan", "v1/train", "--inputs", str(tmp_path / "latin.yaml")])
        assert (result.exit_code, result.stdout) == (2, "")
        assert "latin.yaml: " in result.stderr

    def test_of_a_component_that_there_is_not(self, tmp_path: Path) -> None:
        result = plan("v1/trian", TRAIN, tmp_path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"v1/trian: no such component; there are {', '.join(component_ids())}" in result.stderr

    def test_secrets_are_not_shown(self, tmp_path: Path) -> None:
        result = plan("v1/model", {**EXAMPLES["v1/model"], "environment": {"bad name": "hunter2"}}, tmp_path)
        assert result.exit_code == 2
        assert "environment" in result.stderr
        assert "hunter2" not in result.stderr


def test_as_a_process_without_credentials_or_network(tmp_path: Path) -> None:
    (tmp_path / "inputs.yaml").write_text(yaml.safe_dump(TRAIN))
    # Whatever connects goes to a port that nobody listens on any more, and fails.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "HTTPS_PROXY": nowhere, "AWS_ENDPOINT_URL": nowhere}
    script = "from kfp_sagemaker.cli import main; main(prog_name='kfp-sagemaker')"
    told = subprocess.run(
        [sys.executable, "-c", script, "plan", "v1/train", "--inputs", "inputs.yaml"], cwd=tmp_path, env=environment,
        capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert list(json.loads(told.stdout)) == ["CreateTrainingJob"]


class TestCustomResources:
    def test_are_printed_in_the_order_in_which_they_are_applied(self, tmp_path: Path) -> None:
        inputs = {**EXAMPLES["v1/deploy"], "region": "eu-west-1", "namespace": "ml"}
        config, served = yaml.safe_load_all(plan("v2/flat/deploy", inputs, tmp_path).stdout)

        assert (config["kind"], served["kind"]) == ("EndpointConfig", "Endpoint")
        assert served["spec"]["endpointConfigName"] == config["spec"]["endpointConfigName"]
        for each in (config, served):
            assert each["apiVersion"] == "sagemaker.services.k8s.aws/v1alpha1"
            assert each["metadata"]["namespace"] == "ml"
            assert each["metadata"]["annotations"] == {"services.k8s.aws/region": "eu-west-1"}

    def test_the_environments_region_is_the_pods_and_not_the_controllers(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        result = plan("v2/ModelPackageGroup", {"model_package_group_name": "digits"}, tmp_path)

        assert yaml.safe_load(result.stdout)["metadata"] == {"name": "digits"}

    def test_a_deletion_names_what_goes(self, tmp_path: Path) -> None:
        result = plan("v2/flat/delete_endpoint", EXAMPLES["v1/delete_endpoint"], tmp_path)

        assert list(yaml.safe_load_all(result.stdout)) == [
            {"apiVersion": "sagemaker.services.k8s.aws/v1alpha1", "kind": "Endpoint", "metadata": {"name": "digits"}}]
        assert "kubectl delete -f -" in result.stderr
        assert "deletes Model too" in result.stderr

    def test_what_cannot_be_said_is_refused_with_all_else_that_is_wrong(self, tmp_path: Path) -> None:
        inputs = {**TRAIN, "instance_count": 0, "extra_request": {"MlflowConfig": {
            "MlflowResourceArn": "arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/x"}}}
        result = plan("v2/flat/train", inputs, tmp_path)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "instance_count" in result.stderr
        assert "CreateTrainingJob.MlflowConfig: the custom resource TrainingJob" in result.stderr
        assert "v1/train calls the SageMaker API and can say it" in result.stderr
