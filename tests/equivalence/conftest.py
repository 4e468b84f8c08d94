"""The local SageMaker that all runs of a test process share, and the IR of the pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cases import Case
from runs import Lab, compiled, opened_lab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, container_runner: str) -> Iterator[Lab]:
    with opened_lab(tmp_path_factory.mktemp("equivalence"), container_runner) as opened:
        yield opened


@pytest.fixture
def ir_of(tmp_path: Path) -> Callable[[Case], Path]:
    """Compile the pipeline of a case."""
    return lambda case: compiled(case.source, case.pipeline, tmp_path)
