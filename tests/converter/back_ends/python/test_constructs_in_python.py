"""Each construct of KFP's DSL: compiled, written as source, and compiled again it is the same, with its steps moved, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import source_of_blocks
import source_of_interfaces
from golden import CONFIGURATION
from kfp_sagemaker.kfp_compiler import without_heading
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.conversion import convert
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.source import Location

#: What the source of a pipeline shows, by its name.
SHOWS: dict[str, list[str]] = {
    "if_of_inputs": ["""with dsl.If(a == "it's"):""", 'with dsl.If(a != "say \\"x\\" \\\\ back"):', 'with dsl.If(a == "b"):',
                     "with dsl.If(n == -1):", "with dsl.If(r < 0.5):", "with dsl.If(ok == True):", "with dsl.If(r > 0):",
                     "with dsl.If(r >= -1):", "with dsl.If(n < 0.5):"],
    "if_of_two_values": ['with dsl.If(text.outputs["Output"] == a, name="the same"):'],
    "if_elif_without_else": ["with dsl.If(n > 3):", "with dsl.Elif(n > 2):"],
    "branches_in_branches": ["with dsl.Elif(n == 2):", "with dsl.Else():", "with dsl.If(n < 2):"],
    "one_of_is_returned": ['with dsl.Else(name="small"):', "return one_of",
                           'one_of = dsl.OneOf(text.outputs["Output"], text_2.outputs["Output"], text_3.outputs["Output"])'],
    "one_of_is_used_in_another_order": ["use = use_step(data=one_of)", "text_3 = text_step(words=one_of_2)",
                                        "text_4 = text_step(words=one_of_3)"],
    "one_of_in_a_branch": ["text_3 = text_step(words=one_of)", 'with dsl.If(one_of_2 == "x"):', "return one_of_2"],
    "loops_over_constants": ['with dsl.ParallelFor([1, 2], name="numbers", parallelism=2) as item_2:',
                             'words=getattr(item_6, "class")', "d=item_7.a"],
    "loops_over_mappings_of_several_types": ['with dsl.ParallelFor([{"title": "x", "count": 1, "more": {"a": 1}}, {"title": '],
    "loops_at_run_time": ["def pipeline(maps: List[Dict[str, int]], plain: list, words: list):", 'words=f"x{item_3}y"',
                          "with dsl.If(item_2.b == 1):", "n=item_2.c",
                          'mappings_step.component_spec.outputs["Output"].type = "List[dict]"  # for loops over it'],
    "members_of_items": ["def pipeline(maps: List[Dict[str, int]], n: int, words: List[dict]):",
                         'with dsl.Elif(item_2.kind == "b"):'],
    "loops_in_loops": ["def pipeline(lists: List[List[int]], maps: List[Dict[str, List[int]]]):",
                       "with dsl.ParallelFor(item_5.a) as item_6:"],
    "loops_over_artifacts": ["def pipeline(datas: dsl.Input[List[dsl.Dataset]]):", "with dsl.ParallelFor(datas) as item:"],
    "text_in_blocks_in_blocks": ["{item} {item_2} {n}"],
    "collected": ["-> list:", 'total = total_step(ns=dsl.Collected(number.outputs["Output"]))',
                  'return dsl.Collected(number.outputs["Output"])'],
    "collected_artifacts": ["-> List[dsl.Dataset]:"],
    "collected_in_blocks": ['ns=dsl.Collected(number.outputs["Output"])'],
    "exit_handlers": ['with dsl.ExitHandler(notify, name="whatever happens"):', "with dsl.ExitHandler(text):"],
    "after_an_exit_handler": ["with dsl.ExitHandler(notify) as exit_handler_1:", "text_2.after(exit_handler_1)"],
    "after_blocks_and_in_blocks": ["number_2.after(number)", "number_4.after(number_3)", "text.after(number_5)"],
    "after_failures": ["text_2.ignore_upstream_failure()", "notify.after(text)", "notify_2.after(number)"],
    "settings_in_blocks": ["kubernetes.use_secret_as_env(number, secret_name=name,",
                           'kubernetes.mount_pvc(number_2, pvc_name=text.outputs["Output"], mount_path="/x")'],
    "nested": ['@dsl.pipeline(name="inner-text")', 'def inner_text_pipeline(a: str = "x") -> str:',
               "def inner_mappings_pipeline() -> List[dict]:", 'inner_text_2.set_display_name("Second")',
               "inner_text_2.set_retry(2,",
               'OutputsOf_inner_blocks_pipeline = NamedTuple("Outputs", [("n", int), ("data", dsl.Dataset)])'],
    "nested_twice": ["inner_of_inner = inner_of_inner_pipeline(n=n)", "inner_of_inner_2 = inner_of_inner_pipeline()"],
    "nested_lists": ["def inner_collected_pipeline(ns: List[int]) -> OutputsOf_inner_collected_pipeline:"],
    "nested_exit_handlers": ["with dsl.ExitHandler(inner_text):", "with dsl.ExitHandler(notify):"],
    "told": ['set_retry(3, backoff_duration="10s", backoff_factor=2, backoff_max_duration="100s")', 'set_display_name("A b")',
             'set_caching_options(True, cache_key="k")', "set_retry(1"],
    "defaults": ['s: str = "a \\"b\\" \\\\ \\n {x}"', "i: int = 3", "f: float = 2.0", "b: bool = False", 'e: str = ""',
                 'many: list = [1, "a", {"b": [2.5]}]', 'd: dict = {"a": {"b": [1]}}', "nothing: dict = {}",
                 "o: Optional[str] = None", "n: Optional[int] = None", "m: Optional[dict] = None"],
    "artifacts": ["models: dsl.Input[List[dsl.Model]]", "o: Optional[dsl.Input[dsl.Artifact]] = None"],
    "described": ['description="What it does."', 'a: str,  # The first, as "text".', "n: int = 3,  # How many."],
    "outputs": ['return OutputsOf_pipeline(a=several.outputs["a"]', 'measure = measure_step(model=several.outputs["model"])'],
    "types_of_others": ["class Google_VertexModel(dsl.Artifact):", 'schema_version = "0.0.3"',
                        "artifact_class=Google_VertexModel"],
    "importers": ['metadata={"k": f"{key}", f"{text.outputs[\'Output\']}": ', "reimport=True", "artifact_uri=item,",
                  "text_2.after(importer)"],
    "names_of_python": ["def pipeline(components: str, dict: str, list: str, str: str):", "words=list"],
    "names_of_its_steps": ["text_step_2 = components.load_component_from_text(", "text = text_step_2(words=pipeline)"],
    "many_of_one_component": ["text_2 = text_step(", "text_4 = text_step("],
    "values_in_text": ["words=f\"{a}-{n} {{x}}\"", 'd={"a": [f"{text.outputs[\'Output\']}", f"x {n}"], "b": {"c": f"{n}"}}'],
    "values_of_the_run": ['words="{{$.pipeline_job_name}}"'],
    "optional_inputs_of_containers": ["shell = shell_step(a=a)", 'shell_2 = shell_step(a="x", n=3)'],
    "passed_on": [
        "start_elsewhere_step.component_spec.task_config_passthroughs = ["
        "dsl.TaskConfigPassthrough(dsl.TaskConfigField.RESOURCES), "
        "dsl.TaskConfigPassthrough(dsl.TaskConfigField.ENV, apply_to_task=True)]",
    ],
}  # fmt: skip


def pipelines() -> Iterator[Callable[..., Any]]:
    """The pipelines of ``source_of_blocks`` and ``source_of_interfaces``."""
    for module in (source_of_blocks, source_of_interfaces):
        for one in vars(module).values():
            if getattr(one, "__module__", "") == module.__name__ and type(one) is type(pipelines):
                yield one


def compiled(pipeline: Callable[..., Any], folder: Path) -> str:
    from kfp import dsl
    from kfp.compiler import Compiler

    path = folder / f"{pipeline.__name__}.yaml"
    Compiler().compile(dsl.pipeline(pipeline), str(path))
    return without_heading(path.read_text(encoding="utf-8"))


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize("pipeline", list(pipelines()), ids=lambda one: one.__name__)
def test_is_the_same_again(pipeline: Callable[..., Any], tmp_path: Path) -> None:
    source, found = python_source(compiled(pipeline, tmp_path), (), Location("pipeline.yaml"))
    assert found is None, found
    in_one_line = re.sub(r"\n +", " ", source)
    missing = [line for line in SHOWS[pipeline.__name__] if line not in source and line not in in_one_line]
    assert missing == [], source[source.index("@dsl.pipeline") :]


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize("pipeline", list(pipelines()), ids=lambda one: one.__name__)
def test_is_the_same_when_its_steps_move(pipeline: Callable[..., Any], tmp_path: Path) -> None:
    converted = convert(compiled(pipeline, tmp_path), "pipeline.yaml", CONFIGURATION, Choice(ALL))
    _, found = python_source(converted.text, converted.report.added_parameters, Location("pipeline.yaml"))
    assert found is None, found


def test_a_component_is_loaded_once_however_often_it_is_used(tmp_path: Path) -> None:
    source, _ = python_source(compiled(source_of_interfaces.many_of_one_component, tmp_path), (), Location("pipeline.yaml"))
    assert source.count("components.load_component_from_text(") == 2


def test_every_construct_shows_something() -> None:
    assert {one.__name__ for one in pipelines()} == SHOWS.keys()
