"""The JSON schema of kfp-sagemaker.yaml: what it says of itself, beside what it refuses (test_read)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kfp_sagemaker_converter.configuration.validate import schema


def settings(words: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each part of a schema that describes values, with its path."""
    if isinstance(words, dict):
        if "type" in words:
            yield path, words
        for key, value in words.items():
            yield from settings(value, f"{path}/{key}")


WITH_FORM = {path: words for path, words in settings(schema()) if "pattern" in words}
WITH_EXAMPLES = {path: words for path, words in settings(schema()) if "examples" in words}


@pytest.mark.parametrize("path", WITH_FORM)
def test_what_has_to_have_a_form_shows_one_that_has_it(path: str) -> None:
    """A message about a wrong value ends with the example."""
    assert [one for one in WITH_FORM[path].get("examples", []) if re.search(WITH_FORM[path]["pattern"], one)]


@pytest.mark.parametrize("path", WITH_EXAMPLES)
def test_examples_are_valid(path: str) -> None:
    part = {**WITH_EXAMPLES[path], "$defs": schema()["$defs"]}
    for example in part["examples"]:
        Draft202012Validator(part).validate(example)
