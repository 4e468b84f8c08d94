"""Fixtures of this folder, and a line of the summary with the image's size. Why nothing of it ran is told for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_engine import ComponentImage, Engine, build_component_image, engine_in_use, not_run_because

SUMMARY = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with engine_in_use() as engine:
        yield engine


@pytest.fixture(scope="session")
def image(engine: Engine, pytestconfig: pytest.Config) -> ComponentImage:
    image = build_component_image(engine)
    size, of_base = image.size(image.tag) / 1e6, image.size(image.base) / 1e6
    pytestconfig.stash[SUMMARY] = f"the component image has {size:.0f} MB, its base {image.base} {of_base:.0f} MB"
    return image


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if collection_path.name.startswith("test_") and not_run_because() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if SUMMARY in config.stash:
        terminalreporter.write_line(f"tests/image: {config.stash[SUMMARY]}")
