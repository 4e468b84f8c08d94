"""Which runner this machine can have: the best first, and why not the better ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Literal, get_args

from sagemaker_local.runners import docker_engine, namespaces
from sagemaker_local.runners.container import Runner
from sagemaker_local.runners.docker_engine import DockerRunner
from sagemaker_local.runners.namespaces import NamespaceRunner
from sagemaker_local.runners.process import ProcessRunner

logger = logging.getLogger(__name__)

RunnerName = Literal["docker", "bubblewrap", "unshare", "process"]

RUNNER_NAMES: tuple[RunnerName, ...] = get_args(RunnerName)
"""The runners in order of preference."""

GROUPS: dict[str, tuple[RunnerName, ...]] = {"auto": RUNNER_NAMES, "namespaces": ("bubblewrap", "unshare")}

_WHY_UNUSABLE: dict[RunnerName, Callable[[], str | None]] = {
    "docker": docker_engine.why_unusable,
    "bubblewrap": lambda: namespaces.why_unusable("bubblewrap"),
    "unshare": lambda: namespaces.why_unusable("unshare"),
    "process": lambda: None,
}

_MAKE: dict[RunnerName, Callable[[], Runner]] = {
    "docker": DockerRunner,
    "bubblewrap": lambda: NamespaceRunner("bubblewrap"),
    "unshare": lambda: NamespaceRunner("unshare"),
    "process": ProcessRunner,
}


def usable_runners() -> dict[RunnerName, str | None]:
    """Every runner, and None or the reason why it cannot be used here. Tries each of them."""
    return {name: _WHY_UNUSABLE[name]() for name in RUNNER_NAMES}


def choose_runner(preference: str | None = None) -> Runner:
    """The best runner that works here among those of ``preference``: a runner's name, ``namespaces``, or ``auto`` (None).

    Logs which one was taken and why not the better ones. Raises ValueError for an unknown name, RuntimeError when none works.
    """
    wanted = preference or "auto"
    candidates = GROUPS.get(wanted) or tuple(name for name in RUNNER_NAMES if name == wanted)
    if not candidates:
        raise ValueError(f"runner {wanted!r}: expected one of {', '.join((*GROUPS, *RUNNER_NAMES))}")
    reasons: list[str] = []
    for name in candidates:
        reason = _WHY_UNUSABLE[name]()
        if reason is None:
            logger.info("containers run by %s%s", name, f" ({'; '.join(reasons)})" if reasons else "")
            return _MAKE[name]()
        reasons.append(f"not {name}: {' '.join(reason.split())}")
    raise RuntimeError(f"no runner works here ({'; '.join(reasons)})")
