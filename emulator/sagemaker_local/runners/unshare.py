"""The mount plan carried out by a small program that makes the namespaces itself, with unshare(2)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sagemaker_local.runners.mount_plan import CAPABILITIES, MountPlan
from sagemaker_local.runners.subprocess_container import Started, spawn

NAMESPACE_PROGRAM = Path(__file__).with_name("namespace_program.py")


def start_with_unshare(plan: MountPlan) -> Started:
    """Start ``plan`` and wait until its command is about to run. Raises OSError when the namespaces cannot be made."""
    plan_file = os.memfd_create("mount-plan", 0)
    status_read, status_write = os.pipe()
    try:
        os.write(plan_file, json.dumps({**asdict(plan), "capabilities": list(CAPABILITIES.values())}).encode())
        os.lseek(plan_file, 0, os.SEEK_SET)
        process = spawn(
            [sys.executable, "-I", "-S", str(NAMESPACE_PROGRAM), str(plan_file), str(status_write)],
            environment={},
            pass_fds=(plan_file, status_write),
        )
    finally:
        os.close(plan_file)
        os.close(status_write)
    with os.fdopen(status_read) as status:
        report = read_report(status)
    if "pid" not in report or "ready" not in report:
        text, _ = process.communicate()
        raise OSError(report.get("error") or text.decode(errors="replace").strip() or "it ended without a word")
    return Started(process, int(report["pid"]))


def read_report(status: Iterable[str]) -> dict[str, Any]:
    """What the program says on its way: ``pid`` and ``ready``, or ``error``, or less when it ended before.

    Two processes write, the one outside ``pid`` and the one inside the rest, so either line can be first.
    """
    report: dict[str, Any] = {}
    for line in status:
        report |= json.loads(line)
        if "error" in report or report.keys() >= {"pid", "ready"}:
            break
    return report
