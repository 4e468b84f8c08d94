"""The runners that work on this machine, tried once when the tests are collected; the summary names the others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sagemaker_local.runners import usable_runners

REASONS: Mapping[str, str | None] = usable_runners()

RUNNERS = [name for name, reason in REASONS.items() if reason is None]
"""All that work."""

ISOLATING = [name for name in RUNNERS if name != "process"]
"""Those that hide this machine from a job."""

ONE = ISOLATING[-1:]
"""For what does not depend on the runner."""

ON_EVERY_RUNNER = pytest.mark.parametrize("runner", RUNNERS)
WHERE_ISOLATED = pytest.mark.parametrize("runner", ISOLATING)
ON_ONE = pytest.mark.parametrize("runner", ONE)
