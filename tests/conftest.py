"""What all tests share: the runner for containers that come from a Dockerfile, and what the summary says did not run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import waiting
from docker_engine import not_run_because
from hypothesis.internal.conjecture import providers
from sagemaker_local.runners import usable_runners
from third_party_corpus import NOT_HERE, ROOT

# The same examples everywhere and every time, and no time limit for one: a loaded machine must not make a test fail. For other
# examples: pytest --hypothesis-profile=explore.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True,
                                     suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("explore", hypothesis.settings.get_profile("repeatable"), derandomize=False)
hypothesis.settings.load_profile("repeatable")


def pytest_sessionstart() -> None:
    """Since 6.131 hypothesis takes text and numbers out of the project's modules that are loaded, others in each worker."""
    if hypothesis.settings().derandomize and hasattr(providers, "Constants"):
        providers._get_local_constants = providers.Constants


#: Folders whose files take minutes.
_LONG = {"samples", "proof", "equivalence"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: of two workers that take a file after the other, none is left alone with one in the end."""
    items.sort(key=lambda item: not _LONG & set(item.path.parts))


@pytest.fixture(scope="session")
def container_runner() -> str:
    """A runner that needs no registry: a Docker engine would pull the base images of Dockerfiles."""
    reasons = usable_runners()
    return "namespaces" if None in (reasons["bubblewrap"], reasons["unshare"]) else "process"


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """Calls a function until it gives something true, and returns that (:mod:`waiting`)."""
    return waiting.until


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, reason in usable_runners().items():
        if reason is not None:
            terminalreporter.write_line(f"not run: container tests with {name}: {' '.join(reason.split())}")
    if not ROOT.is_dir():
        terminalreporter.write_line(NOT_HERE)
    reason = not_run_because()
    if reason is not None:
        terminalreporter.write_line(f"not run: tests/image: {reason}")
