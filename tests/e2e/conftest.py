"""The world that the tests share: started once, its logs shown when a test fails, always ended.

``E2E_CONTROLLER`` says who reconciles the custom resources: ``ack`` (ACK's controller; where it cannot be built, that is an
error) or ``stand-in`` (ours, which proves nothing of ACK's; the summary says so). ``E2E_FAULTS`` is a fault script for the
local SageMaker, as to make statuses last longer.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sagemaker_local

from . import kinds
from .cluster import ADMIN_TOKEN, Cluster
from .processes import Program
from .world import IMAGE, World

HERE = Path(__file__).parent
CONTROLLER = os.environ.get("E2E_CONTROLLER", "ack")
FAULTS = os.environ.get("E2E_FAULTS")
RESYNC = "--reconcile-resource-resync-seconds"
"""What docs/ack.md asks users to set for LabelingJob: one that is Initializing would be looked at again after ten hours."""
STAND_IN_FLAGS = ("--requeue-seconds", "1", RESYNC, "LabelingJob=1")
"""ACK's seconds are 30, a constant, and 60."""
ACK_FLAGS = ("--allow-unsafe-aws-endpoint-urls", "--enable-carm=false", "--enable-field-export-reconciler=false",
             RESYNC, "LabelingJob=60", "--log-level", "debug")
IMAGES = {IMAGE: HERE / "image", "digits-sample:1": HERE.parent.parent / "samples" / "digits" / "container"}
_logs: list[Path] = []


def pytest_configure(config: pytest.Config) -> None:
    """A SIGTERM to the tests ends what they have started, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the programs, built if need be."""
    wanted = ["--controller"] if CONTROLLER == "ack" else []
    built = subprocess.run([HERE.parent.parent / "scripts" / "e2e-tools", *wanted], capture_output=True, text=True)
    if built.returncode:
        pytest.exit(built.stderr, returncode=1)
    return Path(built.stdout.strip())


@pytest.fixture(scope="session")
def world(tools: Path, container_runner: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("e2e")
    _logs.append(directory)
    cluster = Cluster(tools, directory / "cluster")
    settings = sagemaker_local.Settings(images=IMAGES, runner=container_runner, seconds_to_settle=2.0,
                                        faults=Path(FAULTS) if FAULTS else None)
    with sagemaker_local.start(settings) as local:
        made = World(cluster, local, lambda: _controller(tools, cluster, local, directory), directory)
        try:
            cluster.start()
            made.prepare()
            kinds.prepare(made.aws(), made.aws("s3"))
            yield made
        finally:
            made.close()
            cluster.stop()


def _controller(tools: Path, cluster: Cluster, local: sagemaker_local.LocalSageMaker, directory: Path) -> Program:
    kubeconfig = cluster.kubeconfig(directory / "controller.kubeconfig", ADMIN_TOKEN)
    log = directory / "controller.log"
    keys = {"AWS_ACCESS_KEY_ID": "controller", "AWS_SECRET_ACCESS_KEY": "local", "AWS_EC2_METADATA_DISABLED": "true"}
    environment = {**os.environ, **keys, "KUBECONFIG": str(kubeconfig), "PYTHONPATH": str(HERE.parent)}
    environment.pop("AWS_CA_BUNDLE", None)  # with it, the real one does nothing
    region = ["--aws-endpoint-url", local.url, "--aws-region", local.region]
    if CONTROLLER == "stand-in":
        command = [sys.executable, "-m", "e2e.stand_in_controller", "--kubeconfig", str(kubeconfig),
                   *STAND_IN_FLAGS, *region]
    else:
        command = [str(tools / "ack-sagemaker-controller"), *region, "--aws-identity-endpoint-url", local.url, *ACK_FLAGS]
    return Program(command, log, environment)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if CONTROLLER == "stand-in":
        terminalreporter.write_line("controller: a STAND-IN, not ACK's. What passed has not been shown to work with ACK's.")
    if terminalreporter.stats.get("failed") or terminalreporter.stats.get("error"):
        for log in sorted(path for directory in _logs for path in directory.rglob("*.log")):
            terminalreporter.section(f"end of {log}")
            terminalreporter.write_line("\n".join(log.read_text(errors="replace").splitlines()[-30:]))
