"""Converted pipelines as DSL source: what is written compiles to the same pipeline, and what cannot be said is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden import CONFIGURATION, converted, names
from kfp_sagemaker_converter.back_ends.python.source import python_source
from kfp_sagemaker_converter.back_ends.python.writer import MAIN, source_of
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from kfp_sagemaker_converter.source import Location
from small_pipelines import as_yaml, container, pipeline, step, task
from third_party_corpus import NOT_HERE, corpus_files


def written(conversion: Conversion) -> tuple[str, str]:
    """The source, and the code of the diagnostic; one of them is empty."""
    source, found = python_source(conversion.text, conversion.report.added_parameters, Location("pipeline.yaml"))
    return source, found.code if found else ""


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize("name", names())
def test_golden_pipelines_are_exact(name: str) -> None:
    source, code = written(converted(name))
    assert code == ""
    assert source


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize("name", names())
def test_pipelines_that_stay_as_they_are_are_all_exact(name: str) -> None:
    conversion = convert(
        (Path(__file__).parents[2] / "data" / "ir" / f"{name}.yaml").read_text(encoding="utf-8"),
        "pipeline.yaml", CONFIGURATION, Choice(ALL, (), ("*",)),
    )  # fmt: skip
    assert not conversion.report.moved
    assert written(conversion)[1] == ""


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("branches", ['with dsl.If(is_good.outputs["Output"] == "yes"):', 'with dsl.Elif(train.outputs["Output"] > 0.1):']),
        ("branches", ["with dsl.Else():", "text=f\"maybe {least}\"", "return one_of"]),
        ("branches-of-artifacts", ["with dsl.If(rows > 5):", 'dsl.OneOf(make.outputs["data"], make_2.outputs["data"])']),
        ("static-loop", ['with dsl.ParallelFor([{"rows": 1}, {"rows": 2}], parallelism=2) as item:', "rows=item.rows"]),
        ("runtime-loop", ['with dsl.ParallelFor(list_of.outputs["Output"]) as item:', "text=item.seed"]),
        ("runtime-loop", ['dsl.Collected(make.outputs["data"])']),
        ("exit-handler", ["notify = notify_step(", 'with dsl.ExitHandler(notify, name="whatever happens"):']),
        ("nested", ['@dsl.pipeline(name="inner")', "-> dsl.Model:", ".ignore_upstream_failure()", ".after("]),
        ("imports", ["dsl.importer(", "artifact_uri=uri", "artifact_class=dsl.Dataset", "reimport=True"]),
        ("imports", ['metadata={"rows": "3"}']),
        ("straight", ['set_display_name("Train it")', 'set_retry(2, backoff_duration="30s"', "set_caching_options(False)"]),
        ("straight", ["def pipeline(", "rows: int = 3", "-> float:"]),
        ("settings", ["kubernetes.", "from kfp import components, dsl, kubernetes"]),
    ],
)
def test_reads_like_source(name: str, lines: list[str]) -> None:
    source = source_of(pipeline_of(converted(name).text))
    assert [line for line in lines if line not in re.sub(r"\n +", "\n", source)] == []


def pipeline_of(text: str) -> Pipeline:
    return read_ir(read(text, "pipeline.yaml"))[0].pipeline


@pytest.mark.usefixtures("compiling_here")
@pytest.mark.parametrize(
    "text", ['"""', "'''", "\\", "{x}", "{{", "\u2028\x85\x7f", "\U0001f600", "a\r\nb\n", "$(x) `y` %s", "ends with a quote\""]
)
def test_text_of_any_kind_is_kept(text: str) -> None:
    one = step("train", data=False, inputDefinitions={"parameters": {"text": {"parameterType": "STRING"}}})
    inputs = {"parameters": {"text": {"runtimeValue": {"constant": text}}}}
    given = task("train", inputs=inputs, cachingOptions={"enableCache": True})
    ran = container(command=["sh", "-c", text], args=[text], env=[{"name": "TEXT", "value": text}])
    whole = as_yaml(pipeline({"comp-train": one}, {"exec-train": ran}, {"train": given}))
    source, found = python_source(whole, (), Location("x"))
    assert found is None, found
    assert source


@pytest.mark.usefixtures("compiling_here")
def test_every_eighth_pipeline_of_other_people() -> None:
    files = corpus_files("B")[::8]
    if not files:
        print(NOT_HERE)
        return
    conversions = [one for one in (convert(file.content, "x.yaml", CONFIGURATION) for file in files) if one.documents]
    codes = [written(one)[1] for one in conversions]
    assert set(codes) <= {"", "KSC720", "KSC721", "KSC722"}
    assert codes.count("") >= 0.9 * len(codes), codes


def test_entry_point_is_the_pipeline() -> None:
    assert f"def {MAIN}(" in source_of(pipeline_of(converted("straight").text))
