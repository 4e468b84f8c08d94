"""An API server and a controller for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import AckLab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[AckLab]:
    laboratory = AckLab(tmp_path)
    try:
        yield laboratory
    finally:
        laboratory.close()
