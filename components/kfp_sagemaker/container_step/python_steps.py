"""The program around a step of KFP's Python executor, whose image therefore has Python.

Signals: the first process of a container gets SIGTERM and, two minutes later, the end. Of a lightweight component that is a
shell, which as the first process does not even die of it, and the function in the step never hears. Here all processes of the
step hear of it, and what their handlers do is waited for.

Links that a step leaves in its outputs: KFP's launcher uploads what they lead to, SageMaker nothing of them. They become
copies of it.

Outputs that a step leaves at a path of its own choice (``artifact.set_path``), which is known once it has ended: KFP's
launcher uploads them from there to the artifact's URI. A job uploads one directory, so they are copied to where that URI is
in the job.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kfp_sagemaker.container_step.step_spec import StepSpec

#: How a lightweight component's shell starts KFP's executor.
EXECUTOR = re.compile(r"\bpython3 -m kfp\.(?:v2\.)?(?:components|dsl)\.executor_main\b")
_CHOICE = re.compile(r"\.set_path\(|\bcustom_path\s*=[^=]")

#: Only the first process of a container makes a process group of the step: with it ends all that is in there. What is
#: orphaned becomes its child and is waited for, at once or, after a signal, before it ends.
_PROGRAM = r"""import json, os, shutil, signal, subprocess, sys
step, early, told, first = None, [], [], os.getpid() == 1
def tell(number):
    told.append(number)
    try:
        os.kill(-step.pid if first else step.pid, number)
    except ProcessLookupError:
        pass
signal.signal(signal.SIGTERM, lambda number, _: tell(number) if step else early.append(number))
step = subprocess.Popen(sys.argv[3:], preexec_fn=os.setpgrp if first else None)
for number in early:
    tell(number)
ended = None
while ended != step.pid:
    ended, how = os.wait()
status = 128 + os.WTERMSIG(how) if os.WIFSIGNALED(how) else os.WEXITSTATUS(how)
while first and told:
    try:
        os.wait()
    except ChildProcessError:
        break
if sys.argv[1] and status == 0 and os.path.exists(sys.argv[1]):
    with open(sys.argv[1], encoding="utf-8") as file:
        artifacts = json.load(file).get("artifacts") or {}
    for artifact in [artifact for listed in artifacts.values() for artifact in listed["artifacts"][:1]]:
        path, uri = artifact.get("custom_path"), artifact["uri"]
        place = "/s3/" + uri[5:] if uri.startswith("s3://") else uri
        if not path or os.path.realpath(path) == os.path.realpath(place):
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.isdir(path):
            shutil.copytree(path, place, dirs_exist_ok=True)
        elif os.path.exists(path):
            shutil.copyfile(path, place)
        else:
            print(f"kfp-sagemaker: there is nothing at {path}, which an output artifact names", file=sys.stderr)
for folder, folders, files in os.walk(sys.argv[2]) if status == 0 else ():
    for link in filter(os.path.islink, (os.path.join(folder, name) for name in [*folders, *files])):
        target, kept = os.path.realpath(link), False
        try:
            if os.path.isdir(target) and os.path.commonpath([target, os.path.realpath(folder)]) != target:
                os.unlink(link)
                kept = shutil.copytree(target, link, ignore_dangling_symlinks=True)
            elif os.path.isfile(target):
                os.unlink(link)
                kept = shutil.copy2(target, link)
        except OSError as error:
            print(f"kfp-sagemaker: {error}", file=sys.stderr)
        if not kept:
            print(f"kfp-sagemaker: {link} leads to nothing that could be kept; the output is without it", file=sys.stderr)
sys.exit(status)
"""


def runs_in_python(spec: StepSpec) -> bool:
    """Whether the step is one of KFP's Python executor, by the script of a lightweight component or started itself."""
    return is_lightweight(spec) or _has_its_source_in_the_image(spec)


def is_lightweight(spec: StepSpec) -> bool:
    """Whether the step is a lightweight component, whose shell starts KFP's executor."""
    return any(map(EXECUTOR.search, spec.command))


def _has_its_source_in_the_image(spec: StepSpec) -> bool:
    """Whether the step is a containerized Python component (``target_image``)."""
    return EXECUTOR.match(" ".join(spec.command[:3])) is not None


def chooses_paths(spec: StepSpec) -> bool:
    """Whether a Python step gives artifacts paths of their own, or may do so in a source that is not seen here."""
    return runs_in_python(spec) and (any(map(_CHOICE.search, spec.command)) or _has_its_source_in_the_image(spec))


def within_python(
    words: Sequence[str], spec: StepSpec, executor_input: Mapping[str, Any], outputs: str
) -> tuple[str, ...]:
    """The command of the program around ``words``.

    ``executor_input`` is that of the step's program in the job, ``outputs`` the directory there that is uploaded.
    """
    output = str(executor_input["outputs"]["outputFile"]) if chooses_paths(spec) else ""
    return ("python3", "-c", _PROGRAM, output, outputs, *words)
