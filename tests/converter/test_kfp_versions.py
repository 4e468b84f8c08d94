"""What is written loads in every kfp from 2.14 on, as pipeline, as component and as Python; so does what other people wrote.

The installed kfp is in all other tests. One process a version does all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from golden import CONFIGURATION, converted, names
from kfp_sagemaker.kfp_compiler import without_heading
from kfp_sagemaker_converter.back_ends.python.normal_form import difference, normal_form
from kfp_sagemaker_converter.back_ends.python.writer import source_of
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.output_folder import files_of
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from other_kfp import OLDEST, VERSIONS, Asked, Done, problems, with_kfp
from test_converted_components import SOURCE
from third_party_corpus import corpus_files

#: Golden pipelines that Python cannot say: tests of back_ends/python.
NOT_IN_PYTHON = {"resources"}


def test_the_oldest_is_the_one_that_is_promised() -> None:
    assert OLDEST == "2.14"


def pipelines() -> dict[str, Asked]:
    return {f"pipeline {name}": Asked("load_and_compile", converted(name).text) for name in names()}


def components() -> dict[str, Asked]:
    made = {}
    for mode in (ALL, "none"):
        files = files_of(convert(SOURCE, "component.yaml", CONFIGURATION, Choice(mode)))
        for name in ("component.yaml", "pipeline.yaml"):
            made[f"component {mode} {name}"] = Asked("load_and_compile", files[name].decode())
    return made


def sources() -> dict[str, Asked]:
    return {
        f"python {name}": Asked("compile_source", source_of(pipeline_of(converted(name).text)))
        for name in names() if name not in NOT_IN_PYTHON
    }  # fmt: skip


def conversions() -> dict[str, Asked]:
    return {f"convert {name}": Asked("convert_golden", name) for name in names()}


@cache
def of_other_people() -> dict[str, Asked]:
    """Every pipeline and component of the corpus that is converted, all steps moved; nothing where the corpus is not."""
    made: dict[str, Conversion] = {}
    for file in corpus_files("BCE"):
        conversion = convert(file.content, file.path.name, CONFIGURATION, Choice(ALL))
        if conversion.documents:
            made[f"other {file.kind} {file.path.name}"] = conversion
    asked = {name: Asked("load_quickly", one.text) for name, one in made.items() if " C " not in name}
    for name, one in made.items():
        component = files_of(one).get("component.yaml")
        if component is not None:
            asked[f"{name} component.yaml"] = Asked("load_quickly", component.decode())
    return asked


GROUPS: tuple[Callable[[], dict[str, Asked]], ...] = (pipelines, components, sources, conversions, of_other_people)


@pytest.fixture(scope="module", params=VERSIONS)
def done(request: pytest.FixtureRequest) -> dict[str, Done]:
    asked: dict[str, Asked] = {}
    for group in GROUPS:
        asked |= group()
    return with_kfp(request.param, asked)


def of(done: dict[str, Done], group: str) -> dict[str, Done]:
    found = {name.removeprefix(f"{group} "): one for name, one in done.items() if name.startswith(f"{group} ")}
    assert found or group == "other"
    return found


@pytest.mark.parametrize("group", ["pipeline", "component", "other"])
def test_loads(done: dict[str, Done], group: str) -> None:
    assert problems(of(done, group)) == {}


def test_python_compiles_to_the_same_pipeline(done: dict[str, Done]) -> None:
    compiled = of(done, "python")
    assert problems(compiled) == {}
    for name, one in compiled.items():
        conversion = converted(name)
        settings = frozenset(conversion.report.added_parameters)
        wanted, made = (normal_form(pipeline_of(text), settings) for text in (conversion.text, one.text))
        assert difference(wanted, made) == "", name


def test_beside_it_the_converter_writes_the_same_bytes(done: dict[str, Done]) -> None:
    made = of(done, "convert")
    assert problems(made) == {}
    assert {name: one.text for name, one in made.items()} == {name: converted(name).text for name in made}


def pipeline_of(text: str) -> Pipeline:
    return read_ir(read(without_heading(text), "pipeline.yaml"))[0].pipeline
