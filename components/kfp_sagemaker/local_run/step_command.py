"""Which of three kinds a step's container is, and the command and environment of the two that this Python runs.

- a component of kfp-sagemaker (``python3 -m kfp_sagemaker ...``): this Python;
- a lightweight Python component: this Python, with its pip bootstrap left out when its packages are here;
- any other container: only with a folder that stands for its image (:mod:`.container_step`).
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

_EXECUTOR_MODULE = "kfp.dsl.executor_main"
_OPTIONS_WITH_VALUE = frozenset({"--index-url", "-i", "--extra-index-url", "--trusted-host", "--find-links", "-f"})

ANY_IMAGE = "*"
"""The entry of the image map that stands for every image without one of its own."""


@dataclass(frozen=True)
class StepCommand:
    """What to start, and the environment variables that it needs beside the step's own."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def kind_of(command: Sequence[str]) -> str:
    """``component``, ``lightweight`` or ``container``."""
    words = [word for word in command[:4] if word != "-u"]
    if len(words) >= 3 and Path(words[0]).name in {"python", "python3"} and words[1:3] == ["-m", "kfp_sagemaker"]:
        return "component"
    if len(command) > 3 and any(_EXECUTOR_MODULE in part for part in command[1:]) and command[0] == "sh":
        return "lightweight"
    return "container"


def step_command(command: Sequence[str], packages: Path) -> StepCommand:
    """The command of a ``component`` or ``lightweight`` step with this Python.

    ``packages`` is a folder of the step's own, into which packages that are missing here are installed, so that a
    run changes nothing of the user's environment.
    """
    if kind_of(command) == "component":
        return StepCommand((sys.executable, *command[1:]))
    return _lightweight(command, packages)


def missing_image(task: str, image: str) -> str:
    """What to tell about a container that nothing here can run."""
    return (
        f"step {task} runs the image {image}, which is neither a component of kfp-sagemaker nor a lightweight Python "
        f"component: give the folder of its Dockerfile with --image {image}=FOLDER"
    )


def _lightweight(command: Sequence[str], packages: Path) -> StepCommand:
    """``python3`` is found in this Python's own folder, so that the component's texts stay as they are."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = {"PATH": path}
    bootstrapped = command[0:2] == ["sh", "-c"] and "pip install" in command[2]
    if bootstrapped and _importable(command[2]):
        return StepCommand(tuple(command[3:]), environment)
    if bootstrapped:
        environment |= {"PIP_TARGET": str(packages), "PYTHONPATH": str(packages), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return StepCommand(tuple(command), environment)


def _importable(bootstrap: str) -> bool:
    """Whether all packages that a pip bootstrap installs are here in a version that it asks for.

    Any version of kfp will do: it is the one that runs the pipeline.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    for text in _requirements(bootstrap):
        try:
            requirement = Requirement(text)
            if requirement.marker is not None and not requirement.marker.evaluate():
                continue
            version = metadata.version(requirement.name)
        except (InvalidRequirement, metadata.PackageNotFoundError):
            return False
        if requirement.name != "kfp" and not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def _requirements(bootstrap: str) -> list[str]:
    found: list[str] = []
    for arguments in re.findall(r"pip install\s+(.*?)(?=&&|$)", bootstrap, flags=re.DOTALL):
        words = iter(shlex.split(arguments))
        for word in words:
            if word in _OPTIONS_WITH_VALUE:
                next(words, None)
            elif not word.startswith("-"):
                found.append(word)
    return found
