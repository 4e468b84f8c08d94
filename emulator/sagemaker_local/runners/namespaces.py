"""Containers in Linux namespaces, by bubblewrap or by unshare(2).

How it works: the mount plan (:mod:`.mount_plan`) is carried out by one of the two. Each container has its own
process, IPC, host name and mount namespace; a network of its own when it is isolated or serves. A container that serves
is reached through a relay process inside its network (:mod:`.port_relay`).

What it does not do: limit processor or memory, pull images, keep what a job writes outside its own directories. It is
for the jobs of the person who runs it, not a security boundary.
"""

from __future__ import annotations

import os
import posixpath
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sagemaker_local.runners.bubblewrap import start_in_bubblewrap
from sagemaker_local.runners.container import SERVING_PORT, Container, ContainerError, ContainerSpec, OnLine
from sagemaker_local.runners.dockerfile import Dockerfile
from sagemaker_local.runners.images import Image
from sagemaker_local.runners.local_image import STANDARD_PATH, THIS_MACHINE, LocalImage, open_image
from sagemaker_local.runners.mount_plan import MountPlan, plan_container
from sagemaker_local.runners.mounts import beneath
from sagemaker_local.runners.subprocess_container import Started, SubprocessContainer
from sagemaker_local.runners.unshare import start_with_unshare

PORT_RELAY = Path(__file__).with_name("port_relay.py")

Tool = Literal["bubblewrap", "unshare"]

START: dict[Tool, Callable[[MountPlan], Started]] = {
    "bubblewrap": start_in_bubblewrap,
    "unshare": start_with_unshare,
}


class NamespaceRunner:
    """A :class:`~sagemaker_local.runners.container.Runner` on one of the two tools."""

    one_job_at_a_time = False

    def __init__(self, tool: Tool) -> None:
        self.name: Tool = tool

    def start(self, spec: ContainerSpec, on_line: OnLine) -> Container:
        plan = plan_container(spec, open_image(spec.image, self.name))
        for target, source in spec.directories.items():
            if beneath(plan.working_directory, target):  # Docker makes a WORKDIR that a bound directory hides
                (source / posixpath.relpath(plan.working_directory, target)).mkdir(parents=True, exist_ok=True)
        try:
            started = START[self.name](plan)
            if spec.network != "endpoint":
                return SubprocessContainer(started, on_line)
            relay = start_relay(started.main_process)
        except OSError as error:
            raise ContainerError(f"the container {spec.name} cannot be started by {self.name}: {error}") from error
        return SubprocessContainer(started, on_line, address=relay.address, on_close=relay.close)

    def close(self) -> None:
        """It holds nothing."""


@dataclass(frozen=True)
class Relay:
    """A running relay and where it listens on this machine."""

    address: tuple[str, int]
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


def start_relay(process_inside: int) -> Relay:
    """Make the serving port of the container with ``process_inside`` reachable on a port of this machine's loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        as_user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        process = subprocess.Popen(
            [
                "nsenter", "--target", str(process_inside), *as_user, "--net", "--",
                sys.executable, "-I", "-S", str(PORT_RELAY), str(listener.fileno()), str(SERVING_PORT),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(listener.fileno(),),
            start_new_session=True,
        )  # fmt: skip
        return Relay(listener.getsockname(), process)


def why_unusable(tool: Tool) -> str | None:
    """None when a container can be run with ``tool`` here, else the reason. It runs one to find out."""
    lines: list[str] = []
    start = Dockerfile({"PATH": STANDARD_PATH}, entrypoint=("true",))
    spec = ContainerSpec("probe", "probe", Image("probe"), {}, network="none")
    try:
        started = START[tool](plan_container(spec, LocalImage(THIS_MACHINE, start)))
        container = SubprocessContainer(started, lines.append)
        code = container.wait(30)
        container.close()
    except (OSError, ContainerError) as error:
        return str(error)
    return None if code == 0 else f"a first container ended with exit code {code}: {' '.join(lines)}"
