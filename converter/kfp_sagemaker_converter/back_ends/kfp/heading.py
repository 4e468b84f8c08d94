"""The comment at the top of a converted pipeline, like the one that kfp's compiler writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def heading_of(ir: Mapping[str, Any]) -> str:
    """Name and inputs of a pipeline. Depends on nothing but the pipeline, so that a second conversion changes nothing."""
    return "\n".join(_lines(ir))


def _lines(ir: Mapping[str, Any]) -> Iterator[str]:
    yield "PIPELINE DEFINITION"
    yield f"Name: {_plain((ir.get('pipelineInfo') or {}).get('name', ''))}"
    parameters = (((ir.get("root") or {}).get("inputDefinitions") or {}).get("parameters")) or {}
    if parameters:
        yield "Inputs:"
    for name, words in parameters.items():
        default = f" [Default: {_plain(words['defaultValue'])}]" if "defaultValue" in words else ""
        yield f"   {_plain(name)}: {_plain(words.get('parameterType', ''))}{default}"


def _plain(value: Any) -> str:
    """A value as printable ASCII in one line: comments of YAML end at any line break, and control characters are no YAML."""
    text = value if isinstance(value, str) else repr(value)
    text = text if text.isprintable() and text.isascii() else ascii(text)
    return text if len(text) <= 200 else f"{text[:200]}..."
