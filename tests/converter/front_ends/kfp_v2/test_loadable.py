"""IR that is a PipelineSpec and yet loads in no kfp is refused, with all that is wrong; kfp itself says which is which."""

from __future__ import annotations

from typing import Any

import kfp.components
import pytest
from kfp_sagemaker_converter.diagnostics import Refused
from small_pipelines import DATASET, as_yaml, document, pipeline, step

ROOT = pipeline()["root"]


def taking(name: str = "inputDefinitions", **definitions: Any) -> dict[str, Any]:
    """A pipeline with these inputs."""
    return pipeline(root={name: definitions, **ROOT})


def artifact(**schema: Any) -> dict[str, Any]:
    return taking(artifacts={"data": {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1", **schema}}})


def of_its_own_name() -> dict[str, Any]:
    """A pipeline that is called as its component, whose interface kfp then takes for the pipeline's."""
    inputs = {"parameters": {"rows": {"parameterType": "PARAMETER_TYPE_ENUM_UNSPECIFIED"}}}
    return pipeline({"comp-train": step("train", inputDefinitions=inputs)}, pipelineInfo={"name": "Train"})


def loads(words: dict[str, Any]) -> bool:
    try:
        kfp.components.load_component_from_text(as_yaml(words))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (pipeline(deploymentSpec={}), "deploymentSpec: executors is missing"),
        (pipeline(deploymentSpec={"executors": []}), "deploymentSpec: executors is no mapping"),
        (pipeline(deploymentSpec={"executors": None}), "deploymentSpec: executors is missing"),
        (taking(parameters={"rows": {}}), "root.inputDefinitions.parameters.rows: parameterType is missing"),
        (taking(parameters={"rows": {"parameterType": "PARAMETER_TYPE_ENUM_UNSPECIFIED"}}),
         "root.inputDefinitions.parameters.rows: 'PARAMETER_TYPE_ENUM_UNSPECIFIED' is no parameterType"),
        (taking(parameters={"rows": {"parameterType": -1}}), "root.inputDefinitions.parameters.rows: -1 is no parameterType"),
        (taking("outputDefinitions", parameters={"rows": {}}),
         "root.outputDefinitions.parameters.rows: parameterType is missing"),
        (of_its_own_name(),
         "components.comp-train.inputDefinitions.parameters.rows: 'PARAMETER_TYPE_ENUM_UNSPECIFIED' is no parameterType"),
        (artifact(schemaTitle="Dataset"),
         "root.inputDefinitions.artifacts.data.artifactType: 'Dataset' is no schemaTitle such as system.Dataset"),
        (artifact(schemaTitle="ours.Dataset"),
         "root.inputDefinitions.artifacts.data.artifactType: 'ours.Dataset' is no schemaTitle such as system.Dataset"),
        (artifact(schemaVersion="1"),
         "root.inputDefinitions.artifacts.data.artifactType: '1' is no schemaVersion such as 0.0.1"),
        (taking(artifacts={"data": {"artifactType": {"schemaTitle": "system.Dataset"}}}),
         "root.inputDefinitions.artifacts.data.artifactType: schemaVersion is missing"),
    ],
)  # fmt: skip
def test_what_kfp_does_not_load_is_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        document(words)
    (found,) = refused.value.diagnostics
    assert (found.code, found.sentence) == ("KSC201", f"This IR is no PipelineSpec: {said}.")
    assert not loads(words)


@pytest.mark.parametrize(
    "words",
    [
        pipeline(deploymentSpec={"executors": {}}),
        taking(parameters={"rows": {"parameterType": "TASK_FINAL_STATUS"}}),
        artifact(schemaTitle="google.VertexModel", schemaVersion="1.2.a"),
        artifact(schemaVersion=""),
        # What stands inside the pipeline, kfp's loader leaves to the cluster.
        pipeline({"comp-train": step("train", inputDefinitions={"parameters": {"rows": {}}})}),
        pipeline({"comp-train": step("train", outputDefinitions={"artifacts": {"data": {"artifactType": {
            "schemaTitle": "ours.Dataset"}}}})}),
    ],
)  # fmt: skip
def test_what_it_loads_is_not(words: dict[str, Any]) -> None:
    assert document(words)
    assert loads(words)


@pytest.mark.parametrize(
    "words",
    [
        taking(parameters={"rows": {"parameterType": 2}}),
        taking(parameters={"rows": {"parameterType": "NUMBER_INTEGER", "isOptional": False, "defaultValue": 3}}),
        taking(artifacts={"data": {}}),
    ],
)
def test_what_the_proto_allows_in_other_words_is_written_in_those_that_kfp_loads(words: dict[str, Any]) -> None:
    assert not loads(words)
    assert loads(document(words).pipeline.words)


@pytest.mark.parametrize("written", [1.5, True])
def test_what_only_the_parser_takes_for_a_type_is_refused(written: Any) -> None:
    with pytest.raises(Refused, match=r"root\.inputDefinitions\.parameters\.rows\.parameterType"):
        document(taking(parameters={"rows": {"parameterType": written}}))


def test_all_is_said_at_once_where_it_stands() -> None:
    data = {"artifactType": {"schemaTitle": "x"}}
    words = taking(parameters={"rows": {}, "columns": {}}, artifacts={"data": data, "more": DATASET})
    with pytest.raises(Refused) as refused:
        document(words)
    lines = as_yaml(words).splitlines()
    where = [lines[one.location.line - 1].strip() for one in refused.value.diagnostics]
    assert where == ["rows: {}", "columns: {}", "data:", "data:"]
