"""Graphs in a component.yaml: components in the file, in other files that were given, and at places that are not here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from component_yaml import codes, component, converted, refused
from kfp_sagemaker_converter.diagnostics import Severity
from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile, library
from third_party_corpus import corpus_files

PRINT = {
    "name": "Print", "inputs": [{"name": "text", "type": "Integer"}], "outputs": [{"name": "out", "type": "String"}],
    "implementation": {"container": {"image": "a", "command": ["p", {"inputValue": "text"}, {"outputPath": "out"}]}},
}  # fmt: skip


def graph(tasks: dict[str, Any], **parts: Any) -> str:
    inputs, outputs = [{"name": "Number", "type": "Integer"}], [{"name": "Result", "type": "String"}]
    document = {"name": "Graph", "inputs": inputs, "outputs": outputs, "implementation": {"graph": {"tasks": tasks, **parts}}}
    return yaml.safe_dump(document, sort_keys=False)


def test_a_graph_of_components_in_the_file_is_a_dag() -> None:
    echo = {**PRINT, "inputs": [{"name": "text", "type": "String"}], "name": "Echo"}
    document, found = converted(graph(
        {
            "First": {"componentRef": {"spec": PRINT}, "arguments": {"text": {"graphInput": {"inputName": "Number"}}}},
            "Second": {"componentRef": {"spec": echo},
                       "arguments": {"text": {"taskOutput": {"taskId": "First", "outputName": "out"}}}},
            "Third": {"componentRef": {"spec": PRINT}, "arguments": {"text": "3"}},
        },
        outputValues={"Result": {"taskOutput": {"taskId": "Second", "outputName": "out"}}},
    ))  # fmt: skip
    assert found == []
    assert list(document.pipeline.components) == ["comp-graph", "comp-print", "comp-echo", "comp-print-2"]
    dag = document.pipeline.components["comp-graph"].words["dag"]
    assert {name: task["inputs"]["parameters"]["text"] for name, task in dag["tasks"].items()} == {
        "first": {"componentInputParameter": "number"},
        "second": {"taskOutputParameter": {"producerTask": "first", "outputParameterKey": "out"}},
        "third": {"runtimeValue": {"constant": 3}},
    }
    assert dag["tasks"]["second"]["dependentTasks"] == ["first"]
    assert dag["outputs"] == {
        "parameters": {"result": {"valueFromParameter": {"producerSubtask": "second", "outputParameterKey": "out"}}}
    }


CALL = {"componentRef": {"spec": PRINT}, "arguments": {"text": "3"}}


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        ({"retryStrategy": {"maxRetries": 2}}, {"retryPolicy": {
            "backoffDuration": "0s", "backoffFactor": 2.0, "backoffMaxDuration": "3600s", "maxRetryCount": 2}}, ""),
        ({"retryStrategy": {"maxRetries": 0}}, {}, ""),
        ({"retryStrategy": {"maxRetries": "many"}}, {}, "KSC221"),
        ({"cachingStrategy": {"maxCacheStaleness": "P0D"}}, {"cachingOptions": {}}, ""),
        ({"cachingStrategy": {"maxCacheStaleness": "PT0S"}}, {"cachingOptions": {}}, ""),
        ({"cachingStrategy": {"maxCacheStaleness": "P30D"}}, {}, "KSC230"),
        ({"odd": 1}, {}, "KSC230"),
        ([], {}, "KSC221"),
        (None, {}, ""),
    ],
)  # fmt: skip
def test_options_of_a_task_are_kept(options: Any, words: dict[str, Any], code: str) -> None:
    text = graph({"First": {**CALL, "executionOptions": options}})
    if code == "KSC221":
        assert codes(refused(text)) == [code]
        return
    document, found = converted(text)
    assert codes(found) == [code] * bool(code)
    task = document.pipeline.components["comp-graph"].words["dag"]["tasks"]["first"]
    plain = {"cachingOptions": {"enableCache": True}}
    kept = ("cachingOptions", "retryPolicy")
    assert {key: value for key, value in task.items() if key in kept} == plain | words


def test_a_condition_that_kfp_never_looked_at_is_for_a_person_to_decide() -> None:
    condition = {"==": {"op1": {"graphInput": {"inputName": "Number"}}, "op2": "3"}}
    document, found = converted(graph({"First": CALL, "Second": {**CALL, "isEnabled": condition}}))
    assert [(one.code, one.subject, one.severity) for one in found] == [("KSC232", "Second", Severity.MANUAL)]
    assert "triggerPolicy" not in document.pipeline.components["comp-graph"].words["dag"]["tasks"]["second"]


@pytest.mark.parametrize(
    ("tasks", "code", "said"),
    [
        ({"a": {"componentRef": {"url": "https://example.com/c.yaml"}}}, "KSC227", "is at https://example.com/c.yaml"),
        ({"a": {"componentRef": {"name": "train"}}}, "KSC227", "is at train"),
        ({"a": "odd"}, "KSC227", "is at an unknown place"),
        ({}, "KSC221", "its graph has no tasks"),
        ({"a": {"componentRef": {"spec": PRINT}, "arguments": {"x": 1}}}, "KSC221", "the argument x is for no input"),
        ({"a": {"componentRef": {"spec": PRINT}, "arguments": {"text": "one"}}}, "KSC221", "text comes from nowhere"),
        ({"a": {"componentRef": {"spec": PRINT}, "arguments": {"text": {"graphInput": "N"}}}}, "KSC221", "comes from nowhere"),
    ],
)
def test_a_graph_that_cannot_be_had_is_refused(tasks: dict[str, Any], code: str, said: str) -> None:
    (found,) = refused(graph(tasks))
    assert (found.code, said in found.sentence) == (code, True)
    assert found.location.line


PRINT_FILE = ComponentFile("print.yaml", yaml.safe_dump(PRINT))
URL = "https://example.com/print/component.yaml"


def test_a_reference_is_found_among_the_files_that_were_given() -> None:
    reference = {"url": URL, "digest": PRINT_FILE.digest}
    arguments = {"text": {"graphInput": {"inputName": "Number"}}}
    tasks = {name: {"componentRef": reference, "arguments": arguments} for name in ("One", "Two")}
    document, found = converted(graph(tasks), library([ComponentFile("x.yaml", "name: x"), PRINT_FILE], {}))
    assert [(one.code, one.sentence) for one in found if one.code == "KSC231"] == [
        ("KSC231", f"The component of the task {task} is that of print.yaml.") for task in tasks]
    in_the_file, _ = converted(graph({name: {"componentRef": {"spec": PRINT}, "arguments": arguments} for name in tasks}))
    assert document.pipeline.words == in_the_file.pipeline.words
    assert all(one.location.file == "component.yaml" for one in document.pipeline.executors.values())


def test_line_ends_do_not_change_a_digest() -> None:
    assert ComponentFile("a", "a: b\r\nc: d\r\n").digest == ComponentFile("a", "a: b\nc: d\n").digest


def test_a_graph_of_another_file_may_refer_to_files_too() -> None:
    inner = ComponentFile("inner.yaml", graph({"Print": {
        "componentRef": {"digest": PRINT_FILE.digest}, "arguments": {"text": {"graphInput": "Number"}}}}))
    tasks = {"Inner": {"componentRef": {"digest": inner.digest}, "arguments": {"Number": {"graphInput": "Number"}}}}
    document, found = converted(graph(tasks), library([inner, PRINT_FILE], {}))
    assert {"comp-print", "comp-graph-2"} <= set(document.pipeline.components)
    assert [(one.location.file, one.sentence.rpartition(" of ")[2]) for one in found if one.code == "KSC231"] == [
        ("component.yaml", "inner.yaml."), ("inner.yaml", "print.yaml.")]


def test_what_comes_from_a_component_that_is_missing_is_not_told_again() -> None:
    text = {"taskOutput": {"taskId": "gone", "outputName": "text"}}
    tasks = {"gone": {"componentRef": {"url": URL}}, "b": {"componentRef": {"spec": PRINT}, "arguments": {"text": text}}}
    found = refused(graph(tasks, outputValues={"Result": text}))
    assert codes(found) == ["KSC227"]


def test_what_is_wrong_in_another_file_is_told_with_that_file() -> None:
    broken = ComponentFile("broken.yaml", component(container={"command": [{"inputValue": "x"}]}))
    (found,) = [one for one in refused(graph({"a": {"componentRef": {"digest": broken.digest}}}), library([broken], {}))
                if one.code == "KSC221"]
    assert found.location.file == "broken.yaml"


def test_a_url_is_found_where_the_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "print").mkdir()
    (tmp_path / "print" / "component.yaml").write_text(PRINT_FILE.text)
    tasks = {"a": {"componentRef": {"url": URL}, "arguments": {"text": {"graphInput": "Number"}}}}
    for url, path in ((URL, tmp_path / "print" / "component.yaml"), ("https://example.com/", tmp_path)):
        document, _ = converted(graph(tasks), library([], {url: path}))
        assert "comp-print" in document.pipeline.components
    other = {"a": {"componentRef": {"url": URL, "digest": "0" * 64}}}
    (found,) = refused(graph(other), library([], {"https://example.com/": tmp_path}))
    assert found.code == "KSC227"
    assert PRINT_FILE.digest in found.sentence


@pytest.mark.parametrize(
    ("reference", "fix"),
    [
        ({"url": URL, "digest": "ab" * 32},
         f"Run again with --fetch, or give its file too, which has the SHA-256 {'ab' * 32}, or say under components: in the "
         f"configuration which file is at {URL}, or put it under componentRef.spec."),
        ({"url": URL},
         f"Run again with --fetch, or say under components: in the configuration which file is at {URL}, or put it under "
         "componentRef.spec."),
        ({"name": "train"}, "Put it under componentRef.spec."),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_to_give(reference: dict[str, str], fix: str) -> None:
    (found,) = refused(graph({"a": {"componentRef": reference}}))
    assert found.fix == fix


def test_graphs_of_other_people_are_put_together_as_far_as_their_components_are_here() -> None:
    """Digests are KFP's: those of real references are found among real files."""
    files = corpus_files("C")
    here = library((ComponentFile(one.path.name, one.content) for one in files), {})
    texts = [one.content for one in files if "digest:" in one.content and "graph:" in one.content]
    digests = [digest for text in texts for digest in re.findall(r"digest: ([0-9a-f]{64})", text)]
    assert not files or len([digest for digest in digests if digest in here.by_digest]) > 20
