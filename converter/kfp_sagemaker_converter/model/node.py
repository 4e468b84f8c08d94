"""What every part of the model has, and the words that it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kfp_sagemaker_converter.source import Location

Words: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Node:
    """What every part of a pipeline has: its place in the source, and how it was written there."""

    location: Location
    words: Words = field(default_factory=dict, repr=False)
