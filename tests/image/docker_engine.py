"""A Docker engine for the tests of this folder, and the component image built with it.

An engine that answers is used; else one is started by ``scripts/docker-engine`` (root on Debian) and stopped by the last
session that uses it. The tests reach from containers what runs on this machine, so an engine elsewhere is no use to them.
Not here: pytest's fixtures and hooks (conftest).
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TextIO

CHECKOUT = Path(__file__).parents[2]
SCRIPT = str(CHECKOUT / "scripts" / "docker-engine")
BUILD_IMAGE = str(CHECKOUT / "scripts" / "build-image")
CACHE = CHECKOUT / ".cache" / "docker-engine"
STARTED_BY_TESTS = CACHE / "started-by-tests"

TAG = "kfp-sagemaker-under-test:latest"
LOCAL_BASE = "kfp-sagemaker-base:debian"
PUBLIC_BASE = "python:3.11-slim"


@dataclass(frozen=True)
class Engine:
    """A Docker engine that answers. In ``environment``, which is this process's and more, ``docker`` reaches it."""

    environment: Mapping[str, str] = field(repr=False)

    def run(self, *command: str, timeout: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs ``command`` to its end, at most ``timeout`` seconds; the caller looks at the exit status."""
        variables = {**self.environment, **environment}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=timeout)

    def docker(self, *arguments: str) -> str:
        """What ``docker`` prints. Raises AssertionError when it fails."""
        ended = self.run("docker", *arguments)
        assert ended.returncode == 0, f"docker {' '.join(arguments)}: {ended.stderr}"
        return ended.stdout.strip()


@dataclass(frozen=True)
class ComponentImage:
    """The image under test, ``tag``, and the image that it was built on."""

    engine: Engine
    tag: str
    base: str

    def run(self, *command: str, options: tuple[str, ...] = ("--network", "none")) -> subprocess.CompletedProcess[str]:
        """Runs ``command`` in a new container of the image, as the image's own user."""
        return self.engine.run("docker", "run", "--rm", *options, self.tag, *command)

    def size(self, image: str) -> int:
        """Bytes of ``image``."""
        return int(self.engine.docker("image", "inspect", "--format", "{{.Size}}", image))


@cache
def not_run_because() -> str | None:
    """Why these tests cannot run on this machine; None when they can."""
    if sys.platform != "linux":
        return "containers reach this machine's network only on Linux"
    status = subprocess.run([SCRIPT, "status"], capture_output=True, text=True, check=False)
    if status.returncode == 0:
        host = _exports(status.stdout)["DOCKER_HOST"]
        return None if host.startswith("unix://") else f"the Docker engine {host} is not on this machine"
    return None if status.returncode == 1 else status.stderr.strip().removeprefix("docker-engine: ")


@contextmanager
def engine_in_use() -> Iterator[Engine]:
    """An engine, used together with other sessions (pytest-xdist has several)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        if subprocess.run([SCRIPT, "status"], capture_output=True, check=False).returncode == 1:
            STARTED_BY_TESTS.touch()
        started = subprocess.run([SCRIPT, "start"], capture_output=True, text=True, check=False, timeout=300)
        assert started.returncode == 0, started.stderr
        engine = Engine({**os.environ, **_exports(started.stdout)})
        try:
            yield engine
        finally:
            if _nobody_else(users):
                _leave_tidy(engine)


def build_component_image(engine: Engine) -> ComponentImage:
    """The component image, built by ``scripts/build-image`` on a base made here, or on Docker Hub's where none can be made.

    Built once in a run: the workers of pytest-xdist, which have its id in their environment, take what the first one built.
    """
    base = LOCAL_BASE if engine.run(SCRIPT, "base-image", LOCAL_BASE, timeout=300).returncode == 0 else PUBLIC_BASE
    test_run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    with (CACHE / "built-in-run").open("a+") as built_in:
        fcntl.flock(built_in, fcntl.LOCK_EX)
        built_in.seek(0)
        there = engine.run("docker", "image", "inspect", TAG).returncode == 0
        if not (test_run and there and built_in.read() == test_run):
            built = engine.run(BUILD_IMAGE, TAG, "--base", base, timeout=600, PYTHON=sys.executable)
            assert built.returncode == 0, built.stdout + built.stderr
            built_in.truncate(0)
            built_in.write(test_run)
    return ComponentImage(engine, TAG, base)


def _nobody_else(users: TextIO) -> bool:
    """Whether this session is the last; a new one then waits until ``users`` is closed."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave_tidy(engine: Engine) -> None:
    own = STARTED_BY_TESTS.exists()
    if not own:
        engine.run("docker", "image", "rm", "--force", TAG)
    # What builds have replaced, of ours. The base stays, and in our own engine TAG, for the next session.
    engine.run("docker", "image", "prune", "--force", "--filter", "label=org.opencontainers.image.title=kfp-sagemaker")
    if own:
        subprocess.run([SCRIPT, "stop"], capture_output=True, check=True, timeout=120)
        STARTED_BY_TESTS.unlink()


def _exports(lines: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in lines.splitlines())
