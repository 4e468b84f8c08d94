"""A converted pipeline as Python that is true: it is compiled, and compared with the pipeline that it is to be."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.back_ends.python.normal_form import difference, normal_form
from kfp_sagemaker_converter.back_ends.python.older_ir import in_todays_words
from kfp_sagemaker_converter.back_ends.python.writer import MAIN, source_of
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.kfp_v2.read import read_ir
from kfp_sagemaker_converter.front_ends.kfp_v2.source import compiled
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText, read
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.rules import python_source as rules
from kfp_sagemaker_converter.source import Location

FILE_NAME = "pipeline.py"


def python_source(text: str, settings: Iterable[str], at: Location) -> tuple[str, Diagnostic | None]:
    """The source of the converted pipeline in ``text``, or nothing and why.

    ``settings`` are the names of the parameters that the converter added. Takes as long as kfp does to compile it, some
    seconds.
    """
    names = frozenset(settings)
    try:
        pipeline = pipeline_of(text, "pipeline.yaml")
        source = source_of(pipeline)
        wanted = normal_form(pipeline, names)
    except Refused as refused:
        return "", rules.no_words_in_python(at, "", f"a pipeline that is not read ({refused.diagnostics[0].sentence})")
    except RecursionError:
        return "", rules.no_words_in_python(at, "", "such deep nesting")
    except (CannotSay, LookupError) as error:  # the latter: a reference to what is not there
        return "", rules.no_words_in_python(at, "", str(error))
    try:
        made = normal_form(_compiled(source), names)
    except Refused as refused:
        return "", rules.python_does_not_compile(at, "", _complaint(refused))
    except RecursionError:
        return "", rules.no_words_in_python(at, "", "such deep nesting")
    where = difference(wanted, made)
    return ("", rules.python_differs(at, "", where)) if where else (source, None)


def _complaint(refused: Refused) -> str:
    """What the compiler said, or that its time was up."""
    return refused.diagnostics[0].sentence.removeprefix("The source does not compile: ").rstrip(".")


def _compiled(source: str) -> Pipeline:
    with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
        path = Path(folder) / FILE_NAME
        path.write_text(source, encoding="utf-8")
        return pipeline_of(compiled(path, MAIN, FILE_NAME).text, FILE_NAME)


def pipeline_of(text: str, name: str) -> Pipeline:
    """The pipeline in IR, as it is written as source and compared."""
    written = read(text, name)
    ir, *more = written.documents
    return read_ir(StructuredText(name, (in_todays_words(ir), *more), {}))[0].pipeline
