"""A component.yaml for tests, and what the front end makes of it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.front_ends.component_yaml.library import Library
from kfp_sagemaker_converter.front_ends.component_yaml.read import read_component
from kfp_sagemaker_converter.front_ends.structured_text import read
from kfp_sagemaker_converter.model import Document


def component(**parts: Any) -> str:
    """A component.yaml; what is not given is the least that is valid."""
    container = {"image": "python:3.11", "command": ["run"], **parts.pop("container", {})}
    return yaml.safe_dump({"name": "Train model", "implementation": {"container": container}, **parts}, sort_keys=False)


def converted(text: str, library: Library = Library()) -> tuple[Document, list[Diagnostic]]:  # noqa: B008
    return read_component(read(text, "component.yaml"), library)


def codes(found: list[Diagnostic]) -> list[str]:
    return [one.code for one in found]


def refused(text: str, library: Library = Library()) -> list[Diagnostic]:  # noqa: B008
    with pytest.raises(Refused) as raised:
        converted(text, library)
    return list(raised.value.diagnostics)
