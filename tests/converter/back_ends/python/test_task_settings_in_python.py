"""What a task and a pipeline are told beside their inputs, as DSL source: each compiles to what it was, or is named."""

from __future__ import annotations

from typing import Any

import pytest
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.back_ends.python.spellings import amount, amounts
from kfp_sagemaker_converter.source import Location
from small_pipelines import DATASET, as_yaml, container, pipeline, step, task

GPU = "nvidia.com/gpu"
RETRY = {"maxRetryCount": 2, "backoffDuration": "0s", "backoffFactor": 2.0, "backoffMaxDuration": "3600s"}
CACHED = {"cachingOptions": {"enableCache": True}}
MEMORY = "{{$.inputs.parameters['pipelinechannel--memory']}}"


def written(*documents: Any) -> tuple[str, str]:
    """The source of a pipeline, and the diagnostic; one of them is empty."""
    source, found = python_source(as_yaml(*documents), (), Location("pipeline.yaml"))
    return source, found.sentence if found else ""


def told(more_of_task: dict[str, Any] | None = None, **more_of_container: Any) -> dict[str, Any]:
    """A pipeline with the parameter ``memory``, whose step ``train`` is told this."""
    ir = pipeline(
        {"comp-train": step("train", data=False)},
        {"exec-train": container(**more_of_container)},
        {"train": task("train", **{**CACHED, **(more_of_task or {})})},
    )
    ir["root"]["inputDefinitions"] = {"parameters": {"memory": {"parameterType": "STRING"}}}
    return ir


def with_inputs(*names: str) -> dict[str, Any]:
    """What kfp gives a task whose container asks for a parameter of the pipeline."""
    given = {name: {"runtimeValue": {"constant": MEMORY}} for name in names}
    return {"inputs": {"parameters": {**given, "pipelinechannel--memory": {"componentInputParameter": "memory"}}}}


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("ir", "call"),
    [
        (told({"cachingOptions": {}}), "train.set_caching_options(False)"),
        ({**told(), "root": {"dag": {"tasks": {"train": task("train")}}}}, "train.set_caching_options(False)"),
        (told({"cachingOptions": {"enableCache": True, "cacheKey": "k"}}), 'set_caching_options(True, cache_key="k")'),
        (told({"taskInfo": {"name": "Train it"}}), 'train.set_display_name("Train it")'),
        (told({"retryPolicy": RETRY}),
         'train.set_retry(2, backoff_duration="0s", backoff_factor=2, backoff_max_duration="3600s")'),
        (told(env=[{"name": "LEVEL", "value": "debug"}]), 'train.set_env_variable("LEVEL", "debug")'),
        (told(resources={"cpuLimit": 2.0, "resourceCpuLimit": "2"}), 'train.set_cpu_limit("2")'),
        (told(resources={"cpuLimit": 2.0}), 'train.set_cpu_limit("2")'),
        (told(resources={"cpuRequest": 0.5}), 'train.set_cpu_request("0.5")'),
        (told(resources={"cpuRequest": 0.5, "resourceCpuRequest": "500m"}), 'train.set_cpu_request("500m")'),
        (told(resources={"memoryLimit": 6.0}), 'train.set_memory_limit("6G")'),
        (told(resources={"memoryLimit": 4.294967296}), 'train.set_memory_limit("4Gi")'),
        (told(resources={"memoryRequest": 0.5}), 'train.set_memory_request("500M")'),
        (told(resources={"memoryRequest": 0.536870912}), 'train.set_memory_request("512Mi")'),
        (told(resources={"memoryLimit": 1.000000001}), 'train.set_memory_limit("1000000001")'),
        (told(with_inputs("memory_limit"), resources={"resourceMemoryLimit": MEMORY}), "train.set_memory_limit(memory)"),
        (told(resources={"accelerator": {"type": GPU, "count": "2"}}), 'train.set_accelerator_type("nvidia.com/gpu")'),
        (told(resources={"accelerator": {"type": GPU, "count": 2.0, "resourceType": GPU, "resourceCount": "2"}}),
         'train.set_accelerator_limit("2")'),
        (told(resources={"accelerator": {"count": "2"}}), 'train.set_accelerator_limit("2")'),
        (told(with_inputs("accelerator_count"), resources={"accelerator": {"type": GPU, "resourceCount": MEMORY}}),
         "train.set_accelerator_limit(memory)"),
    ],
)  # fmt: skip
def test_what_a_task_is_told_is_a_call(ir: dict[str, Any], call: str) -> None:
    source, problem = written(ir)
    assert problem == ""
    assert call in source


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("ir", "words"),
    [
        (told(resources={"resourceMemoryLimit": "1e3"}), "Invalid memory string"),
        (told(resources={"cpuLimit": 2.0, "resourceCpuLimit": "4"}), "container.resources.cpuLimit"),
        (told(resources={"accelerator": {"type": GPU}}), "accelerator.resourceCount"),
        (told(lifecycle={"preCacheCheck": {"command": ["true"]}}), "lifecycle of the container exec-train"),
    ],
)
def test_what_no_call_says_is_named(ir: dict[str, Any], words: str) -> None:
    source, problem = written(ir)
    assert source == ""
    assert words in problem


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"cpuLimit": 2.0}, {"cpuLimit": 2.0, "resourceCpuLimit": "2000m"}, True),
        ({"memoryLimit": 1.073741824}, {"resourceMemoryLimit": "1Gi"}, True),
        ({"resourceMemoryLimit": "1Gi"}, {"resourceMemoryLimit": "1G"}, False),
        ({"memoryLimit": 2.0, "resourceMemoryLimit": "1G"}, {"resourceMemoryLimit": "1G"}, False),
        ({"resourceMemoryLimit": MEMORY}, {"resourceMemoryLimit": MEMORY, "memoryLimit": 0.0}, True),
        ({"accelerator": {"type": "a", "count": "1"}}, {"accelerator": {"resourceType": "a", "resourceCount": "1"}}, True),
        ({"accelerator": {"type": "a", "resourceType": "b"}}, {"accelerator": {"resourceType": "b"}}, False),
    ],
)
def test_amounts_have_one_spelling(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert (amounts(one) == amounts(other)) is same


@pytest.mark.parametrize(
    ("text", "plain"), [("500m", "0.5"), ("4Gi", "4294967296"), ("1e3", "1000"), ("2k", "2000"), ("", ""), ("a lot", "a lot")]
)
def test_an_amount_in_cores_or_bytes(text: str, plain: str) -> None:
    assert amount(text) == plain


def importing(inputs: dict[str, Any] | None = None, **importer: Any) -> dict[str, Any]:
    """A pipeline that imports a dataset."""
    parameters = {"uri": {"runtimeValue": {"constant": "s3://a/b"}}, **(inputs or {})}
    interface = {
        "inputDefinitions": {"parameters": {name: {"parameterType": "STRING"} for name in parameters}},
        "outputDefinitions": {"artifacts": {"artifact": DATASET}},
    }
    words = {"artifactUri": {"constant": "s3://a/b"}, "typeSchema": DATASET["artifactType"], **importer}
    ir = pipeline(
        {"comp-importer": {"executorLabel": "exec-importer", **interface}},
        {"exec-importer": {"importer": words}},
        {"importer": task("importer", **CACHED, inputs={"parameters": parameters})},
    )
    ir["root"]["inputDefinitions"] = {"parameters": {"a": {"parameterType": "STRING"}, "b": {"parameterType": "STRING"}}}
    return ir


FIRST, SECOND = "{{$.inputs.parameters['metadata']}}", "{{$.inputs.parameters['metadata-2']}}"


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("importer", "inputs", "text"),
    [
        ({}, {}, 'importer = dsl.importer(artifact_uri="s3://a/b", artifact_class=dsl.Dataset)'),
        ({"reimport": True}, {}, "reimport=True"),
        ({"metadata": {"rows": 3.0, "of": [{"x": "y"}]}}, {}, 'metadata={"rows": 3, "of": [{"x": "y"}]}'),
        # kfp numbers inputs as it meets them.
        ({"metadata": {"x": SECOND, "y": {"z": [FIRST, "-"]}}},
         {"metadata": {"componentInputParameter": "b"}, "metadata-2": {"componentInputParameter": "a"}},
         'metadata={"y": {"z": [f"{b}", "-"]}, "x": f"{a}"}'),
    ],
)  # fmt: skip
def test_what_an_importer_is_told(importer: dict[str, Any], inputs: dict[str, Any], text: str) -> None:
    source, problem = written(importing(inputs, **importer))
    assert problem == ""
    assert text in source.replace("\n        ", " ").replace(",\n    )", ")")


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"workspace": {"size": "1Gi"}}, 'pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="1Gi"))'),
        ({"workspace": {"size": "1Gi", "kubernetes": {"pvcSpecPatch": {"accessModes": ["ReadWriteOnce"]}}}},
         'kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"accessModes": ["ReadWriteOnce"]})'),
        ({"resourceTtlOnCompletion": 1, "resourceTtlOnSuccess": 2, "resourceTtlOnFailure": 3, "activeDeadlineSeconds": 4},
         "dsl.PipelineConfig(ttl_seconds_after_finished=1, ttl_seconds_after_success=2, ttl_seconds_after_failure=3, "
         "active_deadline_seconds=4)"),
    ],
)  # fmt: skip
def test_what_a_whole_pipeline_is_told(config: dict[str, Any], text: str) -> None:
    source, problem = written(told(), {"platforms": {"kubernetes": {"pipelineConfig": config}}})
    assert problem == ""
    assert text in source


@pytest.mark.parametrize(
    ("platforms", "words"),
    [
        ({"vertex": {}}, "the platform vertex"),
        ({"kubernetes": {"config": {"a": "b"}}}, "the platform kubernetes: config"),
        ({"kubernetes": {"pipelineConfig": {"semaphore": "a"}}}, "no PlatformSpec"),
    ],
)
def test_what_no_word_says_of_a_whole_pipeline_is_named(platforms: dict[str, Any], words: str) -> None:
    source, problem = written(told(), {"platforms": platforms})
    assert source == ""
    assert words in problem
