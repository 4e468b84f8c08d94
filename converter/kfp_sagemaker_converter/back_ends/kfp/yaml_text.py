"""IR as YAML text, the same bytes every time: keys in the order of the source, no aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _WithoutAliases(_DUMPER):  # type: ignore[misc]
    """kfp's loader follows aliases, people's diffs do not."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_of(documents: Iterable[Mapping[str, Any]], heading: str) -> str:
    """Documents as one text, under a comment. ``heading`` is of one or more lines."""
    comment = "".join(f"# {line}\n" for line in heading.splitlines())
    body = yaml.dump_all(documents, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True)
    return comment + str(body)
