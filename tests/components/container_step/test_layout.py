"""Where a moved step's things lie; and that what a job cannot reach is refused, by name, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker.container_step.layout import Layout, lay_out
from kfp_sagemaker.container_step.step_spec import Service, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput
from kfp_sagemaker.names import identity_of

from .executor_inputs import LOCAL_ROOT, ROOT, SALT, artifact, executor_input

SPEC = StepSpec(
    "i", ("c",),
    inputs={"parameters": {"n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0},
                           "o": {"parameterType": "STRING", "isOptional": True}}},
)


def laid_out(given: dict[str, Any], mode: UriMode = UriMode.KFP, spec: StepSpec = SPEC, staging_uri: str = "") -> Layout:
    return lay_out(spec, given, mode, staging_uri)


def test_the_task_root_is_linked_to_the_output_mount() -> None:
    layout = laid_out(executor_input(output_artifacts=("model",), outputs=("loss",)))
    assert layout.task_root == ROOT
    assert layout.linked == LOCAL_ROOT
    assert layout.mounts.output == "/opt/ml/processing/output"
    assert layout.identity == identity_of(ROOT)
    outputs = layout.executor_input["outputs"]
    assert outputs["artifacts"]["model"]["artifacts"][0]["uri"] == f"{ROOT}/model"
    assert outputs["outputFile"] == f"{LOCAL_ROOT}/executor_output.json"
    assert outputs["parameters"]["loss"] == {"outputFile": f"{LOCAL_ROOT}/kfp-sagemaker.loss.parameter"}


def test_in_mode_local_artifacts_have_the_paths_of_the_mounts() -> None:
    given = executor_input(artifacts={"data": "s3://b/k/data", "own": artifact("own", "s3://b/o", customPath="/mnt/o")},
                           output_artifacts=("model",), outputs=("loss",))
    layout = laid_out(given, UriMode.LOCAL)
    job = layout.executor_input
    assert job["inputs"]["artifacts"]["data"]["artifacts"][0]["uri"] == "/opt/ml/processing/input/artifacts/k/data"
    assert "customPath" not in job["inputs"]["artifacts"]["own"]["artifacts"][0]
    assert job["outputs"]["artifacts"]["model"]["artifacts"][0]["uri"] == "/opt/ml/processing/output/model"
    assert job["outputs"]["outputFile"] == "/opt/ml/processing/output/executor_output.json"
    assert job["outputs"]["parameters"]["loss"]["outputFile"] == "/opt/ml/processing/output/kfp-sagemaker.loss.parameter"


def test_an_input_artifact_is_staged_by_bucket_and_key() -> None:
    given = executor_input(artifacts={
        "data": "s3://b/k/data/", "many": ["s3://b/1", "s3://other/2"],
        "own": artifact("own", "s3://b/o", customPath="/mnt/o")})
    layout = laid_out(given, spec=StepSpec("i", ("c",), service=Service.TRAINING))
    assert layout.slots == {"b": "artifacts", "other": "artifacts-1"}
    assert [(each.name, each.key, each.staged, each.path) for each in layout.inputs] == [
        ("data", "k/data", "/opt/ml/input/data/artifacts/k/data", "/s3/b/k/data"),
        ("many", "1", "/opt/ml/input/data/artifacts/1", "/s3/b/1"),
        ("many", "2", "/opt/ml/input/data/artifacts-1/2", "/s3/other/2"),
        ("own", "o", "/opt/ml/input/data/artifacts/o", "/mnt/o"),
    ]


def test_the_program_sees_defaults_and_hidden_inputs_and_none_of_the_settings() -> None:
    given = executor_input({"pipelinechannel--up-Output": "x", "sagemaker_role": "r", "o": None})
    values = laid_out(given).executor_input["inputs"]["parameterValues"]
    assert values == {"pipelinechannel--up-Output": "x", "n": 3.0, "o": None}
    assert given["inputs"]["parameterValues"]["sagemaker_role"] == "r"


def test_an_input_of_the_users_with_the_settings_prefix_stays() -> None:
    spec = StepSpec("i", ("c",), inputs={"parameters": {"sagemaker_color": {"parameterType": "STRING"}}})
    values = laid_out(executor_input({"sagemaker_color": "red"}), spec=spec).executor_input["inputs"]["parameterValues"]
    assert values == {"sagemaker_color": "red"}


def test_logs_that_kfp_publishes_are_not_the_programs() -> None:
    given = executor_input(output_artifacts=("executor-logs", "model"))
    given["outputs"]["artifacts"]["executor-logs"]["artifacts"][0]["uri"] = "minio://elsewhere/logs-1"
    assert set(laid_out(given).executor_input["outputs"]["artifacts"]) == {"model"}


@pytest.mark.parametrize("output_file", ["/tmp/kfp_outputs/output_metadata.json", "", "/s3/other/executor_output.json"])
def test_the_task_root_is_the_parent_of_an_artifact_wherever_the_file_is(output_file: str) -> None:
    layout = laid_out(executor_input(output_artifacts=("model",), output_file=output_file))
    assert layout.task_root == ROOT
    assert layout.executor_input["outputs"]["outputFile"] == f"{LOCAL_ROOT}/executor_output.json"


def test_identity_does_not_depend_on_what_a_retry_changes() -> None:
    first = executor_input(output_artifacts=("executor-logs",))
    second = executor_input({"x": 1}, output_artifacts=("executor-logs",))
    second["outputs"]["artifacts"]["executor-logs"]["artifacts"][0]["uri"] = f"{ROOT}/logs-1"
    assert laid_out(first).identity == laid_out(second).identity


APART = executor_input(output_artifacts=("model", "plot"))
APART["outputs"]["artifacts"]["plot"]["artifacts"][0]["uri"] = "s3://elsewhere/plot"
MINIO_FILE = f"/minio/mlpipeline/v2/artifacts/pipe/run/task/{SALT}/executor_output.json"


def test_a_step_with_parameters_only_may_be_staged_elsewhere() -> None:
    given = executor_input({"x": 1}, outputs=("y",), output_file=MINIO_FILE)
    layout = laid_out(given, staging_uri="s3://staging/steps/")
    identity = identity_of(MINIO_FILE.rpartition("/")[0])
    assert layout.task_root == f"s3://staging/steps/{identity[:32]}"
    assert layout.identity == identity
    assert layout.executor_input["outputs"]["outputFile"] == f"/s3/staging/steps/{identity[:32]}/executor_output.json"


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (executor_input(artifacts={"data": "minio://m/k"}), ["data: this input artifact is at minio://", "pipeline root"]),
        (executor_input(artifacts={"data": "gs://bucket/k"}), ["data: this input artifact is at gs://", "copy it there"]),
        (executor_input(artifacts={"data": "s3://b/../k"}), ["data: this input artifact is at s3://b/../k, whose key"]),
        (executor_input(artifacts={"data": ""}), ["data: this input artifact is at no URI"]),
        (executor_input(artifacts={"data": "s3://bucket"}), ["data: this input artifact is at s3://bucket"]),
        (executor_input(output_artifacts=("model", "plot"), root="minio://m/x", output_file=MINIO_FILE),
         ["model: this output artifact is at minio://m/x/model", "plot: this output", "defaultPipelineRoot"]),
        (executor_input({"x": 1}, output_file=MINIO_FILE), ["sagemaker_staging_uri", "/minio/mlpipeline"]),
        (executor_input(output_artifacts=("model",), root="s3://bucket"), ["a whole bucket: give the pipeline root a prefix"]),
        (executor_input({"x": 1}, output_file="/tmp/kfp_outputs/output_metadata.json"), ["sagemaker_staging_uri"]),
        (APART, ["plot: KFP put this output artifact at s3://elsewhere/plot, away from the others"]),
    ],
)
def test_what_a_job_cannot_reach_is_refused(given: dict[str, Any], problems: list[str]) -> None:
    with pytest.raises(InvalidInput, match="nothing was sent to SageMaker") as refused:
        laid_out(given)
    for problem in problems:
        assert problem in str(refused.value)
    assert refused.value.exit_status == 2
