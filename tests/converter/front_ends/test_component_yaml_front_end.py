"""component.yaml becomes the IR that kfp 2 makes of it; where kfp refuses or drops, it is kept or said."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from component_yaml import codes, component, converted, refused
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.model import Container, Document, Format
from third_party_corpus import corpus_files


def definitions(document: Document) -> dict[str, Any]:
    (made,) = document.pipeline.components.values()
    return dict(made.words)


@pytest.mark.parametrize(
    ("type_", "group", "schema"),
    [
        ("String", "parameters", "STRING"), ("text", "parameters", "STRING"), ("Integer", "parameters", "NUMBER_INTEGER"),
        ("Float", "parameters", "NUMBER_DOUBLE"), ("double", "parameters", "NUMBER_DOUBLE"), ("Bool", "parameters", "BOOLEAN"),
        ("JsonObject", "parameters", "STRUCT"), ("dict", "parameters", "STRUCT"), ("JsonArray", "parameters", "LIST"),
        ("List[str]", "parameters", "LIST"), ("typing.Dict[str, int]", "parameters", "STRUCT"),
        ("PipelineTaskFinalStatus", "parameters", "TASK_FINAL_STATUS"),
        ("Model", "artifacts", "system.Model"), ("dataset", "artifacts", "system.Dataset"),
        ("HTML", "artifacts", "system.HTML"),
        ("google.VertexModel", "artifacts", "google.VertexModel"),
        (None, "artifacts", "system.Artifact"), ("GCSPath", "artifacts", "system.Artifact"),
        ("aws.Model", "artifacts", "system.Artifact"), ({"JsonObject": {"a": "b"}}, "artifacts", "system.Artifact"),
    ],
)  # fmt: skip
def test_a_type(type_: Any, group: str, schema: str) -> None:
    document, found = converted(component(inputs=[{"name": "In put", **({"type": type_} if type_ else {})}]))
    assert found == []
    words = definitions(document)["inputDefinitions"][group]["in_put"]
    assert words.get("parameterType") or words["artifactType"]["schemaTitle"] == schema
    assert words.get("parameterType", schema) == schema


@pytest.mark.parametrize(
    ("type_", "default", "value"),
    [
        ("String", "a", "a"), ("String", 3, "3"), ("String", "", ""), ("Integer", "3", 3), ("Integer", 3, 3),
        ("Float", "0.5", 0.5), ("Bool", "True", True), ("Bool", "no", False),
        ("JsonObject", '{"a": 1}', {"a": 1}), ("JsonArray", "[]", []),
        ("JsonObject", {"a": 1}, {"a": 1}),
    ],
)  # fmt: skip
def test_a_default_is_of_its_type(type_: str, default: Any, value: Any) -> None:
    document, found = converted(component(inputs=[{"name": "a", "type": type_, "default": default}]))
    assert found == []
    words = definitions(document)["inputDefinitions"]["parameters"]["a"]
    assert (words["defaultValue"], words["isOptional"]) == (value, True)


@pytest.mark.parametrize(
    ("type_", "default", "code"),
    [
        ("Integer", "", "KSC225"), ("Integer", "1.5", "KSC225"), ("Bool", "perhaps", "KSC225"), ("JsonObject", "[]", "KSC225"),
        ("JsonArray", "None", "KSC225"), ("Float", "nan", "KSC225"), ("CSV", "a,b", "KSC226"),
    ],
)  # fmt: skip
def test_a_default_that_is_none_is_left_out_and_said(type_: str, default: str, code: str) -> None:
    document, found = converted(component(inputs=[{"name": "a", "type": type_, "default": default}]))
    assert codes(found) == [code]
    inputs = definitions(document)["inputDefinitions"]
    (words,) = [words for of_kind in inputs.values() for words in of_kind.values()]
    assert "defaultValue" not in words
    assert words["isOptional"] is True


IN = [{"name": "Text", "type": "String"}, {"name": "Data", "type": "Dataset", "optional": True}]
OUT = [{"name": "Score", "type": "Float"}, {"name": "Model", "type": "Model"}]


@pytest.mark.parametrize(
    ("given", "element"),
    [
        ("--flag", "--flag"),
        (1, "1"),
        (True, "true"),
        ({"inputValue": "Text"}, "{{$.inputs.parameters['text']}}"),
        ({"inputPath": "Data"}, "{{$.inputs.artifacts['data'].path}}"),
        ({"inputUri": "Data"}, "{{$.inputs.artifacts['data'].uri}}"),
        ({"outputPath": "Score"}, "{{$.outputs.parameters['score'].output_file}}"),
        ({"outputPath": "Model"}, "{{$.outputs.artifacts['model'].path}}"),
        ({"outputUri": "Model"}, "{{$.outputs.artifacts['model'].uri}}"),
        ({"executorInput": None}, "{{$}}"),
        ({"concat": ["a=", {"inputValue": "Text"}]}, '{"Concat": ["a=", "{{$.inputs.parameters[\'text\']}}"]}'),
        ({"if": {"cond": {"isPresent": "Data"}, "then": ["-d", {"inputPath": "Data"}]}},
         '{"IfPresent": {"InputName": "data", "Then": ["-d", "{{$.inputs.artifacts[\'data\'].path}}"]}}'),
        ({"if": {"cond": {"isPresent": "Data"}, "then": "a", "else": "b"}},
         '{"IfPresent": {"InputName": "data", "Then": "a", "Else": "b"}}'),
        ({"concat": ["x", {"if": {"cond": {"isPresent": "Data"}, "then": ["a", "b"]}}]},
         '{"Concat": ["x", {"IfPresent": {"InputName": "data", "Then": ["a", "b"]}}]}'),
    ],
)  # fmt: skip
def test_a_placeholder(given: Any, element: str) -> None:
    document, found = converted(component(inputs=IN, outputs=OUT, container={"args": [given]}))
    assert found == []
    (executor,) = document.pipeline.executors.values()
    assert isinstance(executor, Container)
    assert executor.args == (element,)


@pytest.mark.parametrize(("condition", "args"), [(True, ("a", "b")), ("true", ("a", "b")), (False, ()), ("false", ())])
def test_a_constant_condition_is_decided(condition: Any, args: tuple[str, ...]) -> None:
    document, _ = converted(component(container={"args": [{"if": {"cond": condition, "then": ["a", "b"]}}]}))
    (executor,) = document.pipeline.executors.values()
    assert isinstance(executor, Container)
    assert executor.args == args


def test_an_input_of_unknown_type_that_is_taken_by_value_is_text() -> None:
    inputs = [{"name": "a", "type": "GCSPath"}]
    document, found = converted(component(inputs=inputs, container={"args": [{"inputValue": "a"}]}))
    assert codes(found) == ["KSC222"]
    assert definitions(document)["inputDefinitions"] == {"parameters": {"a": {"parameterType": "STRING"}}}


def test_a_parameter_that_is_read_from_a_file_is_an_artifact() -> None:
    document, found = converted(component(inputs=[{"name": "a", "type": "String"}], container={"args": [{"inputPath": "a"}]}))
    assert codes(found) == ["KSC223"]
    assert list(definitions(document)["inputDefinitions"]) == ["artifacts"]


def test_file_outputs_are_copied_when_the_command_has_succeeded(tmp_path: Path) -> None:
    left, folder = tmp_path / "it's here.txt", tmp_path / "folder"
    folder.mkdir()
    program = ["sh", "-c", 'printf "$1" > "$2"; printf in > "$3/file"', "sh", "0.5 a"]
    text = component(outputs=OUT, container={
        "command": [*program, str(left), str(folder)], "fileOutputs": {"Score": str(left), "Model": str(folder)},
    })  # fmt: skip
    document, found = converted(text)
    assert codes(found) == ["KSC228"]
    (executor,) = document.pipeline.executors.values()
    assert isinstance(executor, Container)
    paths = {
        "{{$.outputs.parameters['score'].output_file}}": str(tmp_path / "out" / "score"),
        "{{$.outputs.artifacts['model'].path}}": str(tmp_path / "out" / "model"),
    }
    subprocess.run([paths.get(word, word) for word in executor.command], check=True)
    assert (tmp_path / "out" / "score").read_text() == "0.5 a"
    assert (tmp_path / "out" / "model" / "file").read_text() == "in"


def test_a_command_that_fails_fails_before_anything_is_copied() -> None:
    container = {"command": ["sh", "-c", "exit 7"], "fileOutputs": {"Score": "/x"}}
    document, _ = converted(component(outputs=OUT, container=container))
    (executor,) = document.pipeline.executors.values()
    assert isinstance(executor, Container)
    assert subprocess.run(executor.command, check=False).returncode == 7


@pytest.mark.parametrize(
    ("parts", "line", "said"),
    [
        ({"implementation": {}}, 2, "neither a container nor a graph"),
        ({"container": {"image": ""}}, 2, "no image"),
        ({"container": {"command": "run"}}, 5, "command is no list"),
        ({"container": {"args": [{"inputValue": "x"}]}}, 8, "inputValue names 'x', which is not among the inputs"),
        ({"container": {"args": [{"inputValue": "x", "inputPath": "y"}]}}, 8, "neither text nor one placeholder"),
        ({"container": {"args": [{"secret": "x"}]}}, 8, "no placeholder of component.yaml"),
        ({"container": {"args": [["a"]]}}, 8, "neither text nor one placeholder"),
        ({"container": {"args": [{"if": {"cond": {"inputValue": "a"}, "then": "b"}}]}}, 8, "only isPresent"),
        ({"container": {"env": ["A=1"]}}, 7, "env is no mapping"),
        ({"container": {"env": {"A": ["1"]}}}, 8, "the environment variable A is no text"),
        ({"container": {"fileOutputs": {"x": "/x"}}}, 8, "fileOutputs names 'x'"),
        ({"inputs": {"a": 1}}, 7, "inputs is no list"),
        ({"inputs": ["a"]}, 8, "inputs[0] has no name that is text"),
        ({"outputs": [{"name": "a"}, {"name": "A"}]}, 9, "A and another one are both called a in KFP 2"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_line(parts: dict[str, Any], line: int, said: str) -> None:
    (found,) = refused(component(**parts))
    assert said in found.sentence
    assert found.location.line == line


def test_all_that_is_not_valid_is_said_at_once() -> None:
    found = refused(component(inputs=["a"], container={"image": 3, "args": [{"inputValue": "x"}, {"outputPath": "y"}]}))
    assert codes(found) == ["KSC221"] * 4


def test_file_outputs_without_a_command_are_refused() -> None:
    (found,) = refused(component(outputs=OUT, container={"command": [], "fileOutputs": {"Score": "/x"}}))
    assert found.code == "KSC229"


def test_what_has_no_place_in_kfp_2_is_named() -> None:
    _, found = converted(component(owner="me", container={"resources": {"limits": {"memory": "1Gi"}}}))
    assert [one.subject for one in found if one.code == "KSC230"] == ["owner", "resources"]


def test_the_pipeline_around_a_component_passes_everything_through() -> None:
    document, _ = converted(component(inputs=IN, outputs=OUT, container={"env": {"A": 1, "B": None, "C": True}}))
    assert (document.format, document.is_component) == (Format.COMPONENT_YAML, True)
    pipeline = document.pipeline
    assert (pipeline.name, list(pipeline.components), list(pipeline.executors)) == (
        "train-model", ["comp-train-model"], ["exec-train-model"]
    )  # fmt: skip
    (task,) = pipeline.root.dag.tasks.values() if pipeline.root.dag else ()
    assert set(task.inputs) == {"text", "data"}
    assert set(pipeline.root.outputs.parameters) | set(pipeline.root.outputs.artifacts) == {"score", "model"}
    (executor,) = pipeline.executors.values()
    assert isinstance(executor, Container)
    assert executor.env == (("A", "1"), ("B", ""), ("C", "true"))
    assert executor.location.line == 2


#: Of all files, those of which kfp 2 drops something (fileOutputs, an empty else) or takes a default for what it is not.
KEPT_BETTER_THAN_BY_KFP = 7
#: kfp is slow: every fourth file is compared.
STRIDE = 4


def test_components_of_other_people_become_the_ir_that_kfp_makes() -> None:
    from google.protobuf import json_format
    from kfp import components
    from kfp.pipeline_spec import pipeline_spec_pb2

    outcome: Counter[str] = Counter()
    for file in corpus_files("C")[::STRIDE]:
        try:
            document, _ = converted(file.content)
        except Refused:
            outcome["refused"] += 1
            continue
        ours = pipeline_spec_pb2.PipelineSpec()
        json_format.ParseDict(dict(document.pipeline.words), ours)
        try:
            theirs = components.load_component_from_text(file.content).pipeline_spec
        except (TypeError, ValueError):
            outcome["only here"] += 1
            continue
        outcome["equal" if _comparable(ours) == _comparable(theirs) else "differs"] += 1
    total = sum(outcome.values())
    assert outcome["differs"] <= KEPT_BETTER_THAN_BY_KFP
    assert outcome["refused"] <= 0.1 * total
    assert outcome["equal"] >= 0.6 * total


def _comparable(spec: Any) -> Any:
    """Components and executors, without what people read."""
    from google.protobuf import json_format

    words = json_format.MessageToDict(spec)
    for made in words["components"].values():
        for group in ("inputDefinitions", "outputDefinitions"):
            for kind in made.get(group, {}).values():
                for definition in kind.values():
                    definition.pop("description", None)
    return words["components"], words["deploymentSpec"], words["root"]["dag"]["tasks"]
