"""IR is read with all that it has, whatever it is wrapped in and however it is spelt."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from golden import ir, names
from kfp_sagemaker_converter.detect import detect
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import (
    ComponentInput,
    Constant,
    Container,
    FinalStatus,
    Format,
    Importer,
    Loop,
    OutputKind,
    Resources,
    Retry,
    TaskOutput,
)
from small_pipelines import as_json, as_yaml, container, document, kubernetes, pipeline, step, task


def golden(name: str) -> Any:
    return read_ir(read(ir(name), name))[0].pipeline


def test_a_straight_pipeline() -> None:
    read_ = golden("straight")
    assert (read_.name, read_.description) == ("straight", "Data, model and metrics, one after another.")
    assert read_.root.inputs.parameters["rows"].default == 3
    train = read_.root.dag.tasks["train"]
    assert train.retry == Retry(2, "30s", 2.0, "3600s")
    assert train.cached is False
    assert train.display_name == "Train it"
    assert train.inputs["data"].source == TaskOutput("make", "data")
    assert read_.root.dag.tasks["make"].inputs["rows"].source == ComponentInput("rows")
    (output,) = read_.root.dag.outputs
    assert (output.kind, output.sources) == (OutputKind.TASK, (TaskOutput("train", "Output"),))
    executor = read_.executors["exec-train"]
    assert isinstance(executor, Container)
    assert executor.image == "python:3.11"
    assert executor.location.line > 0


def test_branches_have_conditions_and_an_output_of_one_of_them() -> None:
    read_ = golden("branches")
    inner = read_.components["comp-condition-branches-1"]
    assert [bool(task.condition) for task in inner.dag.tasks.values()] == [True, True, True]
    (output,) = inner.dag.outputs
    assert (output.kind, len(output.sources)) == (OutputKind.ONE_OF, 3)


def test_loops() -> None:
    static = golden("static-loop").root.dag.tasks["for-loop-2"]
    assert static.loop == Loop("pipelinechannel--loop-item-param-1", [{"rows": 1}, {"rows": 2}], "", 2)
    at_run_time = golden("runtime-loop").root.dag.tasks["for-loop-1"]
    assert at_run_time.loop.items_input == "pipelinechannel--list-of-Output"
    assert at_run_time.loop.items is None


def test_exit_handler() -> None:
    notify = golden("exit-handler").root.dag.tasks["notify"]
    assert notify.after_failure
    assert notify.inputs["status"].source == FinalStatus("exit-handler-1")


def test_importer_and_resources() -> None:
    assert golden("imports").executors["exec-importer"].uri == "gs://bucket/data"
    assert isinstance(golden("imports").executors["exec-importer-2"], Importer)
    executors = golden("resources").executors
    assert executors["exec-make"].resources == Resources(cpu_request="500m", cpu_limit="2", memory_limit="6G")
    assert executors["exec-train"].resources == Resources(accelerator_type="nvidia.com/gpu", accelerator_count="1")
    assert executors["exec-train-2"].resources.at_run_time
    assert executors["exec-say"].env == (("LEVEL", "debug"),)


def test_numbers_of_older_resources_have_their_units() -> None:
    given = {"cpuLimit": 3.5, "memoryLimit": 15.0, "accelerator": {"type": "nvidia-tesla-t4", "count": "2"}}
    read_ = document(pipeline(executors={"exec-train": container(resources=given)})).pipeline
    executor = read_.executors["exec-train"]
    assert isinstance(executor, Container)
    assert executor.resources == Resources("", "3.5", "", "15G", "nvidia-tesla-t4", "2")


def test_platform_settings_have_their_lines() -> None:
    platform = golden("settings").platforms["kubernetes"]
    assert {one.name for one in platform.settings["exec-make"]} == {
        "activeDeadlineSeconds", "configMapAsEnv", "nodeSelector", "podMetadata",
    }  # fmt: skip
    assert all(one.location.line > 250 for settings in platform.settings.values() for one in settings)


WRAPPINGS = {
    "yaml": lambda words: as_yaml(words),
    "json": as_json,
    "indented json": lambda words: json.dumps(words, indent="\t"),
    "PipelineVersion": lambda words: as_yaml(
        {"apiVersion": "pipelines.kubeflow.org/v2beta1", "kind": "PipelineVersion", "spec": {"pipelineSpec": words}}
    ),
    "Vertex job": lambda words: as_json({"displayName": "x", "pipelineSpec": words, "runtimeConfig": {}}),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("name", names())
def test_the_same_whatever_it_is_wrapped_in(name: str, wrapping: str) -> None:
    words = next(iter(yaml.safe_load_all(ir(name))))
    read_, findings = read_ir(read(WRAPPINGS[wrapping](words), "x"))
    assert read_.pipeline.words == words
    assert not findings


@pytest.mark.parametrize("platform_first", [False, True])
def test_a_platform_document_may_come_first(platform_first: bool) -> None:
    """KFP's API server takes the two in any order."""
    platform = kubernetes({"exec-train": {"activeDeadlineSeconds": "60"}})
    documents = [pipeline(), platform][:: -1 if platform_first else 1]
    read_, found = read_ir(read(as_yaml(*documents), "x.yaml"))
    assert found == []
    assert [one.name for one in read_.pipeline.platforms["kubernetes"].settings["exec-train"]] == ["activeDeadlineSeconds"]


def test_of_two_platform_documents_before_a_pipeline_none_is_lost() -> None:
    platform = kubernetes({"exec-train": {"activeDeadlineSeconds": "60"}})
    for documents in ([platform, platform, pipeline()], [platform, pipeline(), platform]):
        with pytest.raises(Refused, match="second of its pipeline"):
            read_ir(read(as_yaml(*documents), "x.yaml"))


SETTINGS = {"exec-train": {"activeDeadlineSeconds": "60"}}
CAMEL = {"pipelineSpec": pipeline(), "platformSpec": kubernetes(SETTINGS)}
SNAKE = {"pipeline_spec": pipeline(), "platform_spec": kubernetes(SETTINGS)}


@pytest.mark.parametrize(
    "wrapper",
    [
        {"kind": "PipelineVersion", "spec": CAMEL}, CAMEL, SNAKE, {"pipeline_version_id": "1", "pipeline_spec": SNAKE},
        {"pipelineVersionId": "1", "pipelineSpec": CAMEL},
    ],
)  # fmt: skip
def test_a_wrapper_may_bring_the_platform_document(wrapper: dict[str, Any]) -> None:
    assert detect(as_yaml(wrapper), "x.yaml").format is Format.KFP_V2_IR
    read_ = document(wrapper)
    assert read_.pipeline.platforms["kubernetes"].settings["exec-train"][0].value == "60"


@pytest.mark.parametrize("more", [{"runtime_config": {"parameters": {"x": 1}}}, {"run_id": "1"}, {"trigger": {}}])
def test_a_run_of_the_kfp_api_is_not_taken_for_its_pipeline(more: dict[str, Any]) -> None:
    """It has values, a root or a schedule of its own."""
    assert detect(as_yaml({"pipeline_spec": pipeline(), **more}), "x.yaml").format is Format.UNKNOWN


def test_values_of_a_vertex_job_are_defaults() -> None:
    words = pipeline()
    words["root"]["inputDefinitions"] = {"parameters": {"rounds": {"parameterType": "NUMBER_INTEGER"}}}
    job = {"pipelineSpec": words, "runtimeConfig": {"parameterValues": {"rounds": 7, "nobody": 1}}}
    read_, findings = read_ir(read(as_json(job), "job.json"))
    assert read_.pipeline.root.inputs.parameters["rounds"].default == 7
    assert [one.code for one in findings] == ["KSC205", "KSC206"]


def test_other_settings_of_a_vertex_job_are_told() -> None:
    job = {
        "pipelineSpec": pipeline(), "name": "projects/1", "labels": {}, "serviceAccount": "a@b", "network": "n",
        "runtimeConfig": {"gcsOutputDirectory": "gs://b", "failurePolicy": "FAIL_FAST"},
    }  # fmt: skip
    _, (found,) = read_ir(read(as_json(job), "job.json"))
    assert (found.code, found.sentence) == (
        "KSC211", "The Vertex job's settings serviceAccount, network, runtimeConfig.failurePolicy are left out."
    )  # fmt: skip


def test_tasks_that_wait_for_each_other_are_refused() -> None:
    waiting = {"a": task("train", dependentTasks=["b"]), "b": task("train", dependentTasks=["c"]),
               "c": task("train", dependentTasks=["a"])}
    _, findings = read_ir(read(as_yaml(pipeline(tasks=waiting)), "x.yaml"))
    (found,) = [one for one in findings if one.code == "KSC201"]
    assert "wait for each other" in found.sentence


def test_older_ir_is_brought_up_to_date() -> None:
    given = {"runtimeValue": {"constantValue": {"intValue": "3"}}}
    words = pipeline(
        components={"comp-train": step("train", inputDefinitions={"parameters": {"rounds": {"type": "INT"}}})},
        tasks={"train": task("train", inputs={"parameters": {"rounds": given}})},
        schemaVersion="2.0.0",
    )
    read_, findings = read_ir(read(as_yaml(words), "old.yaml"))
    train = read_.pipeline.root.dag
    assert train is not None
    assert train.tasks["train"].inputs["rounds"].source == Constant(3)
    assert read_.pipeline.components["comp-train"].inputs.parameters["rounds"].type == "NUMBER_INTEGER"
    assert [one.code for one in findings] == ["KSC202"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("inputs.parameters['a-b'].string_value == 'x'", "inputs.parameter_values['a-b'] == 'x'"),
        ("inputs.parameters['a'].int_value >= 3", "int(inputs.parameter_values['a']) >= 3"),
        ("inputs.parameters['a'].double_value < inputs.parameters['b'].double_value",
         "double(inputs.parameter_values['a']) < double(inputs.parameter_values['b'])"),
        ('!(parseJson(inputs.parameters["a"].string_value)[0] == 1)', '!(parseJson(inputs.parameter_values["a"])[0] == 1)'),
    ],
)  # fmt: skip
def test_older_conditions_read_what_todays_driver_fills_in(old: str, new: str) -> None:
    words = pipeline(tasks={"train": task("train", triggerPolicy={"condition": old})})
    read_, findings = read_ir(read(as_yaml(words), "old.yaml"))
    train = read_.pipeline.root.dag
    assert train is not None
    assert train.tasks["train"].condition == new
    assert [one.code for one in findings] == ["KSC202"]
    words = pipeline(tasks={"train": task("train", triggerPolicy={"condition": new})})
    again, more = read_ir(read(as_yaml(words), "new.yaml"))
    assert again.pipeline.root.dag is not None
    assert (again.pipeline.root.dag.tasks["train"].condition, more) == (new, [])


def test_names_with_underscores_are_read_too() -> None:
    words = pipeline()
    words["root"]["dag"]["tasks"]["train"] = {"component_ref": {"name": "comp-train"}, "task_info": {"name": "train"}}
    words["pipeline_info"] = words.pop("pipelineInfo")
    words["deployment_spec"] = words.pop("deploymentSpec")
    read_ = document(words)
    assert read_.pipeline.name == "small"
    assert read_.pipeline.root.dag is not None
    assert "exec-train" in read_.pipeline.executors


def test_what_leads_nowhere_is_said_and_kept() -> None:
    inputs = {"parameters": {"x": {"componentInputParameter": "gone"}, "y": {"taskOutputParameter": {"producerTask": "lost"}}}}
    words = pipeline(
        components={"comp-train": step("train"), "comp-none": {}, "comp-lost": step("lost")},
        tasks={"train": task("train", inputs=inputs, dependentTasks=["before"]), "odd": task("nowhere")},
    )
    read_, findings = read_ir(read(as_yaml(words), "x.yaml"))
    assert read_.pipeline.words == words
    assert [one.code for one in findings].count("KSC203") == 5
    assert [one.code for one in findings].count("KSC204") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (pipeline(pipelineInfo={"title": "x"}), "KSC201"),
        (pipeline(components=[]), "KSC201"),
        (pipeline(deploymentSpec="text"), "KSC201"),
        (pipeline(root={"dag": {"tasks": {"train": 3}}}), "KSC201"),
        (pipeline(pipelineInfo={"name": ""}), "KSC207"),
    ],
)
def test_what_is_no_pipeline_is_refused(words: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        document(words)
    assert [one.code for one in refused.value.diagnostics] == [code]


def test_of_several_pipelines_none_is_taken() -> None:
    with pytest.raises(Refused, match="2 pipelines"):
        document(pipeline(), pipeline())


@pytest.mark.parametrize("words", [None, "text", [], {"container": {"image": 3}}, {"container": {"image": "x", "args": [3]}}])
def test_executors_of_another_shape_are_kept_as_they_are(words: Any) -> None:
    read_ = document(pipeline(executors={"exec-train": words}))
    assert type(read_.pipeline.executors["exec-train"]).__name__ == "Opaque"


def test_what_an_older_kfp_does_not_know_is_said() -> None:
    parameters = {
        "mode": {"parameterType": "STRING", "literals": ["fast", "exact"]},
        "config": {"parameterType": "TASK_CONFIG"},
    }
    train = step("train", inputDefinitions={"parameters": parameters}, taskConfigPassthroughs=[{"field": "RESOURCES"}])
    config = {"pipelineConfig": {"activeDeadlineSeconds": "60", "workspace": {"size": "1Gi"}}}
    _, findings = read_ir(read(as_yaml(pipeline({"comp-train": train}), {"platforms": {"kubernetes": config}}), "x.yaml"))
    assert [(one.code, one.sentence) for one in findings] == [
        ("KSC209", "The list of values of mode needs kfp 2.16 or newer."),
        ("KSC209", "The type of config, TaskConfig, needs kfp 2.15 or newer."),
        ("KSC209", "What the component takes of its TaskConfig needs kfp 2.15 or newer."),
        ("KSC209", "The setting activeDeadlineSeconds of the pipeline needs kfp 2.17 or newer."),
    ]
