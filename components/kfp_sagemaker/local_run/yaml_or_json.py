"""Text that is YAML or JSON, as plain values.

JSON is read as JSON: YAML takes an escaped character beyond U+FFFF for two, and 1e5 for text.
"""

from __future__ import annotations

import json
from typing import Any

import yaml


def documents(text: str) -> list[Any]:
    """The documents of a text, one for JSON. Raises yaml.YAMLError for what is neither."""
    if text.lstrip().startswith(("{", "[")):
        try:
            return [json.loads(text)]
        except ValueError:
            pass  # Flow style of YAML.
    return list(yaml.safe_load_all(text))


def value(text: str) -> Any:
    """The one value of a text; None for an empty one. Raises yaml.YAMLError, also when there are several."""
    found = documents(text)
    if len(found) > 1:
        raise yaml.YAMLError("expected a single document")
    return found[0] if found else None
