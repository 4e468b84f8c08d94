"""Names of tasks and components, as kfp makes them of what people write."""

from __future__ import annotations

import re
from collections.abc import Collection


def resource_name(name: str) -> str:
    """``Train Model (v2)`` is ``train-model-v2`` (``maybe_rename_for_k8s`` of kfp.dsl.utils)."""
    return re.sub("-+", "-", re.sub("[^-0-9a-z]+", "-", name.lower())).strip("-")


def unique(name: str, taken: Collection[str], prefix: str = "") -> str:
    """``name``, with the first number from 2 on that makes it different from those taken, which have ``prefix``."""
    made, number = name, 2
    while f"{prefix}{made}" in taken:
        made, number = f"{name}-{number}", number + 1
    return made
