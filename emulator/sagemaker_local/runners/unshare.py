"""The mount plan carried out by util-linux ``unshare`` and a small program inside the new namespaces."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sagemaker_local.runners.mount_plan import CAPABILITIES, MountPlan
from sagemaker_local.runners.subprocess_container import Spawner, Started

NAMESPACE_PROGRAM = Path(__file__).with_name("namespace_program.py")


def unshare_command(executable: str, plan: MountPlan, descriptors: tuple[int, int], *, as_root: bool) -> list[str]:
    """``unshare`` and the program that builds the root. ``descriptors``: the plan to read, the status to write."""
    return [
        "setpriv", "--pdeathsig", "KILL", "--",
        executable, "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child",
        *(["--net"] if plan.own_network else []),
        *([] if as_root else ["--user", "--map-root-user"]),
        "--", sys.executable, "-I", "-S", str(NAMESPACE_PROGRAM), *map(str, descriptors),
    ]  # fmt: skip


def start_with_unshare(spawner: Spawner, executable: str, plan: MountPlan) -> Started:
    """Start ``plan`` and wait until its command is about to run. Raises OSError when the namespaces cannot be made."""
    plan_file = os.memfd_create("mount-plan", 0)
    status_read, status_write = os.pipe()
    try:
        os.write(plan_file, json.dumps({**asdict(plan), "capabilities": list(CAPABILITIES.values())}).encode())
        os.lseek(plan_file, 0, os.SEEK_SET)
        process = spawner.popen(
            unshare_command(executable, plan, (plan_file, status_write), as_root=os.geteuid() == 0),
            environment={"PATH": os.environ.get("PATH", "")},
            pass_fds=(plan_file, status_write),
        )
    finally:
        os.close(plan_file)
        os.close(status_write)
    with os.fdopen(status_read) as status:
        report: dict[str, Any] = {}
        while not report.keys() & {"ready", "error"} and (line := status.readline()):
            report |= json.loads(line)
    if "ready" not in report:
        _, text = process.communicate()
        raise OSError(report.get("error") or text.decode(errors="replace").strip() or "unshare failed")
    return Started(process, int(report["pid"]))
