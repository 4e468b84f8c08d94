"""Reads a file of component inputs: a YAML or JSON mapping of names to values."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from kfp_sagemaker.errors import InvalidInput, Violation


class _Duplicate(ValueError):
    """The same key twice in one mapping: one of the values would be lost."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which by itself lets the last of equal keys win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.tag != "tag:yaml.org,2002:merge":
                if key_node.value in seen:
                    raise _Duplicate(f"{key_node.value!r} is there twice, again in line {key_node.start_mark.line + 1}")
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def read_inputs_file(path: str) -> dict[str, Any]:
    """The inputs in the file at ``path`` (``-``: standard input). Raises InvalidInput naming the file."""
    shown = "standard input" if path == "-" else path
    try:
        text = _text(path)
        value = _parsed(text)
    except OSError as error:
        raise _refused(shown, f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()) if not isinstance(error, RecursionError) else "nested too deeply"
        raise _refused(shown, f"neither JSON nor YAML: {reason}") from None
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _refused(shown, "must be a mapping of input names to values")
    return value


def _text(path: str) -> str:
    if path != "-":
        return Path(path).read_text(encoding="utf-8")
    return sys.stdin.buffer.read().decode("utf-8")


def _parsed(text: str) -> Any:
    # JSON first: it may be indented with tabs, which YAML forbids.
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except _Duplicate:
        raise
    except ValueError:
        return yaml.load(text, _Loader)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Duplicate(f"{next(name for name in names if names.count(name) > 1)!r} is there twice in one object")
    return result


def _refused(shown: str, problem: str) -> InvalidInput:
    return InvalidInput("--inputs", [Violation(shown, problem)])
