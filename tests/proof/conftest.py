"""One local SageMaker for all proofs of a process, and a laboratory in it for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from sagemaker_local import LocalSageMaker, Settings, start
from sagemaker_local.events import Execution

from .gates import Gates
from .lab import Lab, Stage


@pytest.fixture(scope="session")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="session")
def gates() -> Gates:
    return Gates()


@pytest.fixture(scope="session")
def local(stage: Stage, gates: Gates) -> Iterator[LocalSageMaker]:
    with pytest.MonkeyPatch.context() as monkeypatch, start(Settings(), cast(Execution, stage)) as running:
        gates.install(running, monkeypatch)
        yield running


@pytest.fixture
def lab(local: LocalSageMaker, stage: Stage, gates: Gates, tmp_path: Path) -> Iterator[Lab]:
    laboratory = Lab(local, stage, gates, tmp_path)
    try:
        yield laboratory
    finally:
        laboratory.close()
