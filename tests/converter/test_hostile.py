"""Input that means harm, or is only large: clear words, bounded work, and what is data stays data."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import yaml
from golden import CONFIGURATION, ir, names
from hypothesis import given, settings
from hypothesis import strategies as st
from kfp_sagemaker.container_step.encoding import decode
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, Severity
from kfp_sagemaker_converter.front_ends.component_yaml.library import ComponentFile, library
from kfp_sagemaker_converter.output_folder import files_of
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.renderers.text import text
from small_pipelines import as_json, as_yaml, container, pipeline, step, task

NASTY = "'; touch /tmp/x; $(id) `id` ${HOME} $$ {{$}} \" \\ \u2028 \x85 \U0001f600 | * <b> #\n---\n..."


def converted(words: Any) -> Conversion:
    return convert(as_yaml(words), "hostile.yaml", CONFIGURATION, Choice(ALL))


def test_text_of_a_step_arrives_as_it_was() -> None:
    words = pipeline(executors={"exec-train": container(NASTY, command=["sh", "-c", NASTY, "x" * 1_000_000], args=[NASTY])})
    conversion = converted(words)
    packed = yaml.safe_load(conversion.text)["deploymentSpec"]["executors"]["exec-train"]["container"]["args"][-1]
    spec = decode(packed)
    assert spec.command == ("sh", "-c", NASTY, "x" * 1_000_000)
    assert spec.args == (NASTY,)


def test_names_of_any_kind_pass_through_every_file() -> None:
    name = f"n{NASTY}"
    inputs = {"parameters": {name: {"parameterType": "STRING"}}}
    words = pipeline(
        components={f"comp-{name}": step("x", label=name, inputDefinitions=inputs)},
        executors={name: container()},
        tasks={name: task("x", componentRef={"name": f"comp-{name}"})},
        pipelineInfo={"name": name, "description": NASTY},
    )
    words["root"]["inputDefinitions"] = {"parameters": {name: {"parameterType": "STRING", "defaultValue": NASTY}}}
    conversion = converted(words)
    assert list(yaml.safe_load_all(conversion.text)) == list(conversion.documents)
    shown = text(conversion.report)
    assert all(character.isprintable() or character == "\n" for character in shown)
    paths = set(files_of(conversion))
    assert paths == {
        "pipeline.yaml", "report.json", "report.md", "images.txt", "TODO.md", "iam/pod.json", "iam/job.json",
        "iam/job-trust.json",
    }  # fmt: skip


def test_names_that_collide_with_the_converters_own() -> None:
    labels = ["exec-x", "exec-x-1", "exec-x-2", "exec-x-1-sagemaker"]
    parameters = {f"sagemaker_{name}": {"parameterType": "STRING"} for name in ("role", "role_2", "region", "instance_type")}
    words = pipeline(
        components={
            "comp-a": step("a", label="exec-x", inputDefinitions={"parameters": parameters}),
            "comp-b": step("b", label="exec-x"),
            "comp-c": step("c", label="exec-x-1"),
        },
        executors={label: container() for label in labels},
        tasks={"a": task("a"), "b": task("b"), "c": task("c")},
    )
    conversion = converted(words)
    components = conversion.documents[0]["components"]
    assert len({one["executorLabel"] for one in components.values()}) == 3
    assert "sagemaker_role_3" in components["comp-a"]["inputDefinitions"]["parameters"]
    assert parameters.items() <= components["comp-a"]["inputDefinitions"]["parameters"].items()


def test_ten_megabytes_of_source() -> None:
    source = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz \n", k=10_000_000))
    conversion = convert(as_json(pipeline(executors={"exec-train": container(args=[source])})), "large.json", CONFIGURATION)
    (bundle,) = conversion.bundles
    assert decode(bundle.content.decode()).args == (source,)
    assert len(conversion.text) < 20_000


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\x00",
        "{",
        "- " * 50_000,
        '{"pipelineSpec": ' * 90 + "1" + "}" * 90,
        "pipelineInfo: &a {name: *a}\nroot: {}",
        "pipelineInfo: {name: x}\nroot: {dag: {tasks: {t: {componentRef: {name: root}}}}}",
        "pipelineInfo: {name: x}\nroot: {dag: {tasks: [1, 2]}}",
        "pipelineInfo: {name: x}\nroot: null\ncomponents: null\ndeploymentSpec: null",
        "pipelineInfo: {name: x}\ndeploymentSpec: {executors: [1]}\nroot: {}",
        "pipelineInfo: {name: x}\ndeploymentSpec: {executors: {a: {container: {image: [1]}}}}\nroot: {}",
        "pipelineInfo: {name: x}\nroot: {dag: {tasks: {t: {parameterIterator: {items: {raw: '[[['}}}}}}",
        "pipelineInfo: {name: x}\nroot: {}\n---\nplatforms: {kubernetes: {deploymentSpec: {executors: {a: [1], b: {c: d}}}}}",
        "pipelineInfo: {name: x}\nroot: {}\n---\nplatforms: [1]",
        "1: 2\npipelineInfo: {3: 4}\nroot: {5: 6}",
    ],
)
def test_odd_shapes_end_in_words_not_in_tracebacks(content: str) -> None:
    conversion = convert(content, "odd.yaml", CONFIGURATION, Choice(ALL))
    assert conversion.report.diagnostics
    assert bool(conversion.documents) is (conversion.report.exit_status != EXIT_ERROR)


@pytest.mark.parametrize(
    "text",
    [
        "{{$.inputs.parameters['", '{{$.inputs.parameters["', "{{$.inputs.parameters['a']", "{{$", "$(", "$(A)",
        '{"IfPresent": {"InputName": ', '{"Concat": ["', "s3://", "\n ", "a/",
    ],
)  # fmt: skip
def test_no_text_makes_a_search_long(text: str) -> None:
    """A search that is more than linear would take hours on these."""
    many = text * 100_000
    running = container(many, command=["sh", "-c", many], args=[many], env=[{"name": "A", "value": many}],
                        resources={"resourceCpuLimit": many, "resourceMemoryLimit": many, "resourceType": many})
    inputs = {"parameters": {"x": {"runtimeValue": {"constant": many}}}}
    conversion = converted(pipeline(executors={"exec-train": running}, tasks={"train": task("train", inputs=inputs)}))
    assert "KSC901" not in {one.code for one in conversion.report.diagnostics}


def test_components_that_stand_in_each_other_are_looked_at_once() -> None:
    """Forty levels of two uses each: 2 to the power of 40, were each use looked at."""
    components: dict[str, Any] = {
        f"comp-{level}": {"dag": {"tasks": {side: task(f"{level + 1}") for side in ("left", "right")}}} for level in range(40)
    }
    conversion = converted(pipeline({**components, "comp-40": step("40", label="exec-train")}, tasks={"first": task("0")}))
    assert [one.name for one in conversion.report.moved] == ["exec-train"]


def test_a_component_within_itself_is_looked_at_once() -> None:
    components = {"comp-a": {"dag": {"tasks": {"a": task("a"), "train": task("train")}}}, "comp-train": step("train")}
    assert converted(pipeline(components, tasks={"a": task("a")})).report.moved


def test_graphs_that_use_each_other_twice_are_refused_before_they_are_millions() -> None:
    files = [yaml.safe_dump({"name": "leaf", "implementation": {"container": {"image": "a", "command": ["b"]}}})]
    for level in range(15):
        reference = {"componentRef": {"digest": ComponentFile("", files[-1]).digest}}
        graph = {"tasks": {"left": reference, "right": reference}}
        files.append(yaml.safe_dump({"name": f"level {level}", "implementation": {"graph": graph}}))
    given = library([ComponentFile(f"{number}.yaml", text) for number, text in enumerate(files)], {})
    assert convert(files[5], "few.yaml", CONFIGURATION, library=given).documents
    (found,) = convert(files[-1], "many.yaml", CONFIGURATION, library=given).report.diagnostics
    assert found.code == "KSC102"
    assert "more than 1,000 components, each use counted" in found.sentence


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in items for found in _paths(inner, (*path, key)))]


PIPELINES = {name: next(iter(yaml.safe_load_all(ir(name)))) for name in names()}
PATHS = {name: _paths(words)[1:] for name, words in PIPELINES.items()}


@settings(max_examples=60)
@given(st.data())
def test_a_pipeline_with_any_part_replaced_is_converted_or_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(PIPELINES)))
    path = data.draw(st.sampled_from(PATHS[name]))
    words = json.loads(json.dumps(PIPELINES[name]))
    inner = words
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = data.draw(st.sampled_from([None, "", "text", -1, 1.5, True, [], [1], {}, {"": 1}, {"x": {"y": []}}]))
    conversion = convert(as_json(words), "changed.json", CONFIGURATION, Choice(ALL))
    assert conversion.report.diagnostics
    assert "KSC901" not in {one.code for one in conversion.report.diagnostics}


PLATFORM = list(yaml.safe_load_all(ir("settings")))[1]


@settings(max_examples=60)
@given(st.sampled_from(_paths(PLATFORM)[1:]), st.sampled_from([None, "", "text", -1, True, [], [1], {}, {"x": {"y": []}}]))
def test_so_is_one_with_any_part_of_its_platform_document_replaced(path: tuple[Any, ...], value: Any) -> None:
    platform = json.loads(json.dumps(PLATFORM))
    inner = platform
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    conversion = convert(as_yaml(PIPELINES["settings"], platform), "changed.yaml", CONFIGURATION, Choice(ALL))
    refused = {one.code for one in conversion.report.diagnostics if one.severity is Severity.ERROR}
    assert bool(conversion.documents) is not bool(refused)
    assert refused <= {"KSC208"}
