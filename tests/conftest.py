"""What all tests share: the runner for containers that come from a Dockerfile, and what the summary says did not run."""

from __future__ import annotations

import pytest
from docker_engine import not_run_because
from sagemaker_local.runners import usable_runners


@pytest.fixture(scope="session")
def container_runner() -> str:
    """A runner that needs no registry: a Docker engine would pull the base images of Dockerfiles."""
    reasons = usable_runners()
    return "namespaces" if None in (reasons["bubblewrap"], reasons["unshare"]) else "process"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, reason in usable_runners().items():
        if reason is not None:
            terminalreporter.write_line(f"not run: container tests with {name}: {' '.join(reason.split())}")
    reason = not_run_because()
    if reason is not None:
        terminalreporter.write_line(f"not run: tests/image: {reason}")
