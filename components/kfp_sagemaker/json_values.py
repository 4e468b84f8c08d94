"""What YAML has and JSON has not, where a value is to become JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any


def not_json(words: Any) -> str:
    """Where there is an infinite number or none (``.inf``, ``.nan``), or a value of another kind; empty: nowhere."""
    try:
        json.dumps(words, allow_nan=False)
    except (ValueError, TypeError):
        return next((f"{path.lstrip('.')} is {value}, which JSON has not" for path, value in _odd(words, "")), "")
    return ""


def _odd(words: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(words, dict | list):
        for key, value in words.items() if isinstance(words, dict) else enumerate(words):
            yield from _odd(value, f"{path}.{key}" if isinstance(words, dict) else f"{path}[{key}]")
    elif not isinstance(words, str | int | float | None) or (isinstance(words, float) and not math.isfinite(words)):
        yield path, words
