"""The lines of what the proto refuses, by the paths in what it says: ``PipelineSpec.root.dag.tasks[train].taskInfo``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.structured_text import StructuredText
from kfp_sagemaker_converter.source import Location

#: A path after "at", as the parser says it, or at the beginning, as it is said here.
_PATHS = (
    re.compile(r"\bat \"?P(?:ipeline|latform)Spec\.([^\s\"]+)"),
    re.compile(r"no P(?:ipeline|latform)Spec: (\S+) (?:is|has)\b"),
)
_STEP = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")
#: The member of what the path leads to that is meant.
_MEMBER = re.compile(r'has no field named "([^"]+)"|repeated field (\S+) must')


def located(refused: Refused, text: StructuredText, words: Any) -> Refused:
    """The refusal with the lines of the parts of ``words`` that it is about, as far as they can be found."""
    return Refused([replace(one, location=_place(one, text, words)) for one in refused.diagnostics])


def _place(found: Diagnostic, text: StructuredText, words: Any) -> Location:
    at = found.location
    for part in _path(found.sentence):
        # Names of map entries and of fields may be written in either way; numbers are of lists.
        key: Any = int(part) if isinstance(words, list) and part.isdecimal() else part
        try:
            inner = words[key]
        except (LookupError, TypeError):
            break
        at, words = _line(text, words, key, at), inner
    member = _MEMBER.search(found.sentence)
    return _line(text, words, member[1] or member[2], at) if member else at


def _path(sentence: str) -> Iterator[str]:
    match = next((match for pattern in _PATHS if (match := pattern.search(sentence))), None)
    yield from (one[1] or one[2] for one in _STEP.finditer(match[1].rstrip("."))) if match else ()


def _line(text: StructuredText, words: Any, key: Any, otherwise: Location) -> Location:
    place = text.at(words, key)
    return place if place.line else otherwise
