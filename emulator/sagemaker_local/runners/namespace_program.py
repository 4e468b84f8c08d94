"""A container by unshare(2): makes the namespaces, builds the root of a mount plan, and becomes the container's command.

Run as ``python -I -S namespace_program.py PLAN_DESCRIPTOR STATUS_DESCRIPTOR``. Needs the standard library only, and imports
nothing of its package, which is not visible to it. The process itself stays outside and ends with the command's exit code; its
child is the first process inside. To the status descriptor the one outside writes the child's process id, and the child an
error or that the command is about to start: a line each, in no order. Not util-linux's ``unshare``: 2.38 reports a death by
SIGKILL as exit code 1.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import struct
import sys
import tempfile
from typing import Any

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 4096, 1 << 14, 1 << 18
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_CAPBSET_READ, PR_CAPBSET_DROP = 1, 23, 24
SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8914, 0x41
LOCKED_FLAGS = {os.ST_NOSUID: MS_NOSUID, os.ST_NODEV: MS_NODEV, os.ST_NOEXEC: MS_NOEXEC}
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

NEW_ROOT, OLD_ROOT = "/newroot", "/oldroot"

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError with libc's error when a call failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    words = (source.encode(), target.encode(), kind.encode() or None, ctypes.c_ulong(flags), options.encode() or None)
    check(libc.mount(*words), f"mount {source} on {target}")


def make_place(source: str, target: str) -> None:
    """A directory or an empty file for ``source`` to be bound on."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))


def make_read_only(target: str) -> None:
    """Remount ``target`` and what is mounted inside it read-only, keeping the flags that a user namespace may not drop."""
    with open(OLD_ROOT + "/proc/self/mountinfo", "rb") as table:
        points = [re.sub(rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), line.split(b" ")[4]) for line in table]
    for point in {os.fsdecode(point) for point in points}:
        if point == target or point.startswith(target + "/"):
            present = os.statvfs(point).f_flag
            kept = sum(flag for bit, flag in LOCKED_FLAGS.items() if present & bit)
            mount("", point, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def make_devices(target: str) -> None:
    """A /dev with the usual devices, shared memory and terminals."""
    os.makedirs(target, exist_ok=True)
    mount("tmpfs", target, "tmpfs", MS_NOSUID, "mode=755")
    for name in DEVICES:
        os.close(os.open(f"{target}/{name}", os.O_CREAT | os.O_WRONLY, 0o644))
        mount(f"{OLD_ROOT}/dev/{name}", f"{target}/{name}", flags=MS_BIND)
    for name, link in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{link}", f"{target}/{name}")
    os.mkdir(f"{target}/shm", 0o1777)
    mount("tmpfs", f"{target}/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    os.mkdir(f"{target}/pts")
    mount("devpts", f"{target}/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    os.symlink("pts/ptmx", f"{target}/ptmx")


def carry_out(step: dict[str, str]) -> None:
    """One entry of the mount plan, under the new root; sources lie under the old one."""
    kind, source, target = step["kind"], step["source"], NEW_ROOT + step["target"]
    if kind == "symlink":
        os.symlink(source, target)
    elif kind == "dev":
        make_devices(target)
    elif kind in ("bind", "read_only"):
        make_place(OLD_ROOT + source, target)
        mount(OLD_ROOT + source, target, flags=MS_BIND | MS_REC)
        if kind == "read_only":
            make_read_only(target)
    else:
        os.makedirs(target, exist_ok=True)
        if kind == "proc":
            mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        elif kind == "tmpfs":
            mode = "1777" if step["target"] in ("/tmp", "/var/tmp") else "755"
            mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={mode}")


def enter_root(mounts: list[dict[str, str]]) -> None:
    """Build the new root and make it the only one: move to an empty root that shows the old one inside, build, move again."""
    for step in mounts:
        if step["kind"] in ("bind", "read_only"):
            step["source"] = os.path.realpath(step["source"])
    base = tempfile.gettempdir()
    mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.mkdir(base + NEW_ROOT)
    os.mkdir(base + OLD_ROOT)
    check(libc.pivot_root(base.encode(), (base + OLD_ROOT).encode()), "pivot_root")
    os.chdir("/")
    mount("tmpfs", NEW_ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    for step in mounts:
        carry_out(step)
    os.chdir(NEW_ROOT)
    check(libc.pivot_root(b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "unmount the old root")
    os.chdir("/")


def loopback_up() -> None:
    """Bring the loopback interface of a new network namespace up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP_RUNNING))


def keep_capabilities(numbers: list[int]) -> None:
    """Drop every capability but these from what a program started from here can have."""
    for number in range(64):
        if number not in numbers and libc.prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1:
            check(libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), f"drop capability {number}")


def become(command: list[str], environment: dict[str, str]) -> None:
    """Replace this process by the command; exit code 127 or 126 when it cannot be executed, as a shell gives them."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and that would be inherited
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(126 if isinstance(error, PermissionError) else 127)


def make_namespaces(*, own_network: bool) -> None:
    """Leave the namespaces of this machine; as an ordinary user by way of a user namespace in which we are root."""
    user, group = os.geteuid(), os.getegid()
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (CLONE_NEWNET if own_network else 0)
    check(libc.unshare(flags | (CLONE_NEWUSER if user else 0)), "unshare")
    if user:
        for name, line in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w") as table:
                table.write(line)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)


def die_with_parent() -> None:
    """Have this process killed when the one that started it ends."""
    check(libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "prctl")


def stay_outside(child: int) -> None:
    """Wait for the first process inside, which no signal to us concerns, and end as it did."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os._exit(exit_code(os.waitpid(child, 0)[1]))


def exit_code(status: int) -> int:
    """128 + N for a death by signal N, as a shell gives it."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def main(plan_descriptor: int, status_descriptor: int) -> None:
    """Read the plan, make the namespaces, build, report, become the command."""
    os.set_inheritable(status_descriptor, False)
    with os.fdopen(plan_descriptor) as plan_file:
        plan: dict[str, Any] = json.load(plan_file)

    def report(entry: dict[str, Any]) -> None:
        os.write(status_descriptor, json.dumps(entry).encode() + b"\n")

    try:
        make_namespaces(own_network=plan["own_network"])
        die_with_parent()
        child = os.fork()
        if child:
            report({"pid": child})
            os.close(status_descriptor)
            stay_outside(child)
        die_with_parent()
        socket.sethostname(plan["hostname"])
        if plan["own_network"]:
            loopback_up()
        enter_root(plan["mounts"])
        os.chdir(plan["working_directory"])
        keep_capabilities(plan["capabilities"])
    except OSError as error:
        report({"error": f"the namespaces cannot be made: {error}"})
        os._exit(1)
    report({"ready": True})
    become(plan["command"], plan["environment"])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
