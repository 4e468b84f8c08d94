"""Compiling without a process for each pipeline; and whatever the tests here convert loads in the oldest kfp too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from compile_here import compiled_by_tests, compiled_here, running_test
from kfp_sagemaker.kfp_compiler import without_heading
from kfp_sagemaker_converter import conversion
from kfp_sagemaker_converter.back_ends.python import source as python
from kfp_sagemaker_converter.back_ends.python.normal_form import difference, normal_form
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.structured_text import read
from other_kfp import NEWER, OLDEST, Asked, given_to_the_oldest, problems, with_kfp

#: Pipelines that tests of this process have made, with the first test that did.
_converted: dict[str, str] = {}
#: Characters of a pipeline that is read as kfp reads it; a longer one with the faster parser.
_LONG = 30_000


@pytest.fixture
def compiling_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "compiled", compiled_here)


@pytest.fixture(scope="session", autouse=True)
def everything_loads_in_the_oldest_kfp() -> Iterator[None]:
    """At the end, in one process: an error of this fixture is one of the tests that it names."""
    convert_document = conversion.convert_document

    def recorded(*arguments: Any, **more: Any) -> conversion.Conversion:
        made = convert_document(*arguments, **more)
        if made.documents:
            _converted.setdefault(made.text, running_test())
        return made

    conversion.convert_document = recorded
    yield
    conversion.convert_document = convert_document
    new = [(text, test) for text, test in _converted.items() if text not in given_to_the_oldest]
    loads = {f"{test} {number}": text for number, (text, test) in enumerate(new)}
    sources = {f"{test} {number}": (text, ir) for number, (text, (test, ir)) in enumerate(compiled_by_tests.items())}
    asked = {name: Asked("load" if len(text) < _LONG else "load_quickly", text) for name, text in loads.items()}
    asked |= {f"source of {name}": Asked("compile_source", text) for name, (text, _) in sources.items()}
    done = with_kfp(OLDEST, asked) if asked else {}
    assert {name: one for name, one in problems(done).items() if not any(word in one for word in NEWER)} == {}
    compiled = {name: (ir, done[f"source of {name}"].text) for name, (_, ir) in sources.items()}
    forms = {name: [_normal_form(ir) for ir in both] for name, both in compiled.items() if both[1]}
    different = {name: where for name, both in forms.items() if (where := difference(*both))}
    assert {name: where for name, where in different.items() if not _of_settings_in_blocks(where, sources[name][0])} == {}


def _of_settings_in_blocks(where: str, source: str) -> bool:
    """Before 2.17, kfp does not hand the values of Kubernetes settings into the block where the step is."""
    return where.endswith(".inputs") and "    kubernetes." in source


def _normal_form(ir: str) -> Any:
    return normal_form(read_ir(read(without_heading(ir), "pipeline.yaml"))[0].pipeline, frozenset())
