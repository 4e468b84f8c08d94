"""The program around a step of KFP's Python executor, whose image therefore has Python.

Signals: the first process of a container gets SIGTERM and, two minutes later, the end. Of a lightweight component that is a
shell, which as the first process does not even die of it, and the function in the step never hears. Here all processes of the
step hear of it, and what their handlers do is waited for.

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
step = subprocess.Popen(sys.argv[2:], preexec_fn=os.setpgrp if first else None)
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
sys.exit(status)
"""


def runs_in_python(spec: StepSpec) -> bool:
    """Whether the step is one of KFP's Python executor."""
    return any(map(EXECUTOR.search, spec.command))


def chooses_paths(spec: StepSpec) -> bool:
    """Whether the source of a Python step gives artifacts paths of their own."""
    return runs_in_python(spec) and any(map(_CHOICE.search, spec.command))


def within_python(words: Sequence[str], spec: StepSpec, executor_input: Mapping[str, Any]) -> tuple[str, ...]:
    """The command of the program around ``words``; ``executor_input`` is that of the step's program in the job."""
    output = str(executor_input["outputs"]["outputFile"]) if chooses_paths(spec) else ""
    return ("python3", "-c", _PROGRAM, output, *words)
