"""Reads a file of component inputs: a YAML or JSON mapping of names to values."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.faces.structured_text import parse_text


def read_inputs_file(path: str) -> dict[str, Any]:
    """The inputs in the file at ``path`` (``-``: standard input). Raises InvalidInput naming the file."""
    shown = "standard input" if path == "-" else path
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        value = parse_text(content.decode("utf-8"))
    except OSError as error:
        raise _refused(shown, f"cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _refused(shown, str(error)) from None
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise _refused(shown, "must be a mapping of input names to values")
    return value


def _refused(shown: str, problem: str) -> InvalidInput:
    return InvalidInput("--inputs", [Violation(shown, problem)])
