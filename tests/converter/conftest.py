"""What the converter's tests say when they cannot run in full."""

from __future__ import annotations

import pytest
from third_party_corpus import NOT_HERE, ROOT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ROOT.is_dir():
        terminalreporter.write_line(NOT_HERE)
