"""Text that stands for a value, as people write it for inputs: JSON, else YAML."""

from __future__ import annotations

import functools
import json
from typing import Any


class DuplicateName(ValueError):
    """The same name twice in one object: one of the values would be lost."""


def parse_text(text: str) -> Any:
    """The value that ``text`` stands for.

    Raises ValueError for text that is neither JSON nor YAML, is nested too deeply to read, or has a name twice in an object.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except DuplicateName:
        raise
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:
        return _parse_yaml(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise DuplicateName(f"{next(name for name in names if names.count(name) > 1)!r} is there twice in one object")
    return result


def _no_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _parse_yaml(text: str) -> Any:
    import yaml  # Only for text that is not JSON: most steps never pay for it.

    try:
        return yaml.load(text, _unique_names_loader())
    except DuplicateName:
        raise
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        # PyYAML's own messages quote the text, which may hold secrets.
        mark = getattr(error, "problem_mark", None)
        where = f" (YAML breaks off at line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValueError(f"neither JSON nor YAML{where}") from None
    # PyYAML lets these through for a tag whose text is none of that type, such as `!!bool x`.
    except (AttributeError, LookupError, TypeError, OverflowError):
        raise ValueError("neither JSON nor YAML (a tag does not fit its value)") from None


@functools.cache
def _unique_names_loader() -> Any:
    """PyYAML's safe loader, which by itself lets the last of equal names win."""
    import yaml

    class Loader(yaml.SafeLoader):
        # Here and not in construct_mapping, since merging (`<<`) puts names beside those that override them.
        def compose_mapping_node(self, anchor: Any) -> Any:
            node = super().compose_mapping_node(anchor)
            seen = set()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    if key.value in seen:
                        raise DuplicateName(f"{key.value!r} is there twice, again in line {key.start_mark.line + 1}")
                    seen.add(key.value)
            return node

        # What is merged stands before what overrides it, and PyYAML 6.0.4 takes the former where the result is merged again.
        def flatten_mapping(self, node: Any) -> None:
            super().flatten_mapping(node)
            last = {(key.tag, key.value) if isinstance(key, yaml.ScalarNode) else id(key): pair
                    for pair in node.value for key in pair[:1]}
            node.value = list(last.values())

    return Loader
