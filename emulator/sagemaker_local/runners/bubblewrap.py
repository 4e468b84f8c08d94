"""The mount plan as a command line of bubblewrap (``bwrap``)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

from sagemaker_local.runners.container import NOT_STARTED
from sagemaker_local.runners.mount_plan import CAPABILITIES, MountPlan
from sagemaker_local.runners.mounts import Mount
from sagemaker_local.runners.subprocess_container import Started, spawn

_OPTIONS = {
    "read_only": "--ro-bind",
    "bind": "--bind",
    "tmpfs": "--tmpfs",
    "proc": "--proc",
    "dev": "--dev",
    "directory": "--dir",
}


def bubblewrap_options(plan: MountPlan, *, as_root: bool) -> list[str]:
    """The options of ``bwrap`` for ``plan``, without the command. ``as_root``: no user namespace is needed."""
    options = ["--die-with-parent", "--as-pid-1", "--hostname", plan.hostname]
    options += ["--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    if plan.own_network:
        options += ["--unshare-net"]
    if as_root:
        options += ["--cap-drop", "ALL", *(word for name in CAPABILITIES for word in ("--cap-add", name))]
    else:
        options += ["--unshare-user", "--uid", "0", "--gid", "0"]
    options += ["--tmpfs", "/"]
    options += [word for mount in plan.mounts for word in _mount_options(mount)]
    options += ["--clearenv", *(word for name, value in plan.environment.items() for word in ("--setenv", name, value))]
    return [*options, "--chdir", plan.working_directory]


def _mount_options(mount: Mount) -> list[str]:
    match mount.kind:
        case "symlink":
            return ["--symlink", mount.source, mount.target]
        case "bind" | "read_only":
            return [_OPTIONS[mount.kind], mount.source, mount.target]
        case _:
            return [_OPTIONS[mount.kind], mount.target]


def start_in_bubblewrap(plan: MountPlan) -> Started:
    """Start ``plan``. Raises OSError with what bwrap says when it cannot make the namespaces, or that there is none."""
    executable = shutil.which("bwrap")
    if executable is None:
        raise FileNotFoundError("bwrap is not installed (Debian, Ubuntu: apt-get install bubblewrap)")
    options = os.memfd_create("bwrap-options", 0)  # by descriptor: the environment stays out of the process list
    status_read, status_write = os.pipe()
    try:
        os.write(options, b"".join(word.encode() + b"\0" for word in bubblewrap_options(plan, as_root=os.geteuid() == 0)))
        os.lseek(options, 0, os.SEEK_SET)
        process = spawn(
            [executable, "--args", str(options), "--json-status-fd", str(status_write), "--", *plan.command],
            environment={"PATH": os.environ.get("PATH", "")},
            pass_fds=(options, status_write),
        )
    finally:
        os.close(options)
        os.close(status_write)
    status = os.fdopen(status_read)
    first = status.readline()
    if not first:
        status.close()
        raise OSError(_last_words(process))

    def exit_code(code: int) -> int:
        with status:  # it names an exit code only if the command could be executed
            executed = any("exit-code" in line for line in status)
        return code if executed or code > 128 else NOT_STARTED

    return Started(process, int(json.loads(first)["child-pid"]), exit_code)


def _last_words(process: subprocess.Popen[bytes]) -> str:
    text, _ = process.communicate()
    return text.decode(errors="replace").strip() or f"bwrap ended with exit code {process.returncode}"
