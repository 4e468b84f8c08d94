"""Tells by its content what a file is, and for what is not converted, what to give instead.

Names and suffixes count only where the content leaves a choice: a short YAML file may be Python too. Nothing is executed.
"""

from __future__ import annotations

from kfp_sagemaker.kfp_compiler import without_heading

from kfp_sagemaker_converter.detect.detected import CONVERTED, GIVE, Detected
from kfp_sagemaker_converter.detect.documents import DOCUMENTS, unknown
from kfp_sagemaker_converter.detect.python_source import imports, of_source
from kfp_sagemaker_converter.diagnostics import Refused
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Format
from kfp_sagemaker_converter.rules import reading as rules

__all__ = ["CONVERTED", "Detected", "detect"]

_JINJA = ("{{-", "{%", "{{ .", "{{.")


def detect(content: str, file: str) -> Detected:
    """What ``content`` is; ``file`` is its name, for messages and where the content could be two things.

    Raises:
        Refused: it is neither YAML, JSON nor Python 3, with the place where it breaks off; or it exceeds a bound.
    """
    if file.endswith(".py"):
        return of_source(content, file)
    try:
        text = read(without_heading(content), file)
    except Refused as refused:
        # Without a telling name, Python is what parses as Python and imports something.
        if not file.endswith((".yaml", ".yml", ".json")) and imports(content):
            return of_source(content, file)
        raise _hinted(refused, content, file) from None
    if not any(isinstance(document, dict | list) for document in text.documents):
        if imports(content):
            return of_source(content, file)
        return Detected(Format.UNKNOWN, "no YAML mapping" if text.documents else "an empty file", GIVE, text)
    for format_, recognised, what, instead in DOCUMENTS:
        for document in text.documents:
            if isinstance(document, dict) and recognised(document):
                return Detected(format_, what, instead, text)
    return Detected(Format.UNKNOWN, unknown(text.documents), GIVE, text)


def _hinted(refused: Refused, content: str, file: str) -> Refused:
    """The refusal, which says where it sees it that the text is a template, or a merge that git left undone."""
    if any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in content.splitlines()):
        hint = "it has conflict markers of git"
    elif any(mark in content for mark in _JINJA):
        hint = "it looks like a template"
    else:
        return refused
    found = [
        rules.not_readable(one.location, file, f"{hint}; {one.sentence.partition(': ')[2].rstrip('.')}")
        if one.code == rules.not_readable.code else one
        for one in refused.diagnostics
    ]  # fmt: skip
    return Refused(found)
