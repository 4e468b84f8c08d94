"""Outputs that a Python step leaves at a path of its own choice (``artifact.set_path``), which is known once it has ended.

KFP's launcher uploads them from there to the artifact's URI. A job uploads one directory, so a small program around the step's
own copies them to where that URI is in the job. The image has Python, since KFP's executor runs in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kfp_sagemaker.container_step.step_spec import StepSpec

_EXECUTOR = "kfp.dsl.executor_main"
_CHOICE = re.compile(r"\.set_path\(|\bcustom_path\s*=[^=]")

#: Passes signals on, as the step's program is no longer the first process; then copies what the executor output names.
_PROGRAM = r"""import json, os, shutil, signal, subprocess, sys
step, early = None, []
signal.signal(signal.SIGTERM, lambda number, _: step.send_signal(number) if step else early.append(number))
step = subprocess.Popen(sys.argv[2:])
for number in early:
    step.send_signal(number)
status = step.wait()
if status == 0 and os.path.exists(sys.argv[1]):
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
sys.exit(status if status >= 0 else 128 - status)
"""


def chooses_paths(spec: StepSpec) -> bool:
    """Whether the source of a Python step gives artifacts paths of their own."""
    return any(_EXECUTOR in word for word in spec.command) and any(map(_CHOICE.search, spec.command))


def copying(words: Sequence[str], executor_input: Mapping[str, Any]) -> tuple[str, ...]:
    """The command that runs ``words`` and copies afterwards; ``executor_input`` is that of the program in the job."""
    return ("python3", "-c", _PROGRAM, str(executor_input["outputs"]["outputFile"]), *words)
