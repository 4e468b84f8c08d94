"""Other versions of kfp than the installed one, each in a virtual environment of its own (scripts/kfp-version)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).parent / "kfp_versions" / "work.py"
#: The oldest first.
VERSIONS = tuple(sorted(path.stem for path in PROGRAM.parent.glob("*.txt")))
OLDEST = VERSIONS[0]
#: What the oldest says of pipelines that need a newer one, and which: KSC209, and "As Python" in docs/converter.md.
NEWER = {
    "TASK_CONFIG": "2.15",
    "use_secret_as_env() got an unexpected keyword argument 'optional'": "2.15",
    "use_config_map_as_env() got an unexpected keyword argument 'optional'": "2.15",
    "unexpected keyword argument 'sub_path'": "2.16",
    "no attribute 'set_security_context'": "2.16",
    "unexpected keyword argument 'ttl_seconds_after_finished'": "2.17",
    "KeyError: 'exit-handler-1'": "2.17",  # a task after an exit handler
}


@dataclass(frozen=True)
class Asked:
    """What work.py is to ``do`` with a ``text``."""

    do: str
    text: str


@dataclass(frozen=True)
class Done:
    """What became of it: the ``problem``, empty when there was none, and the text that was made."""

    problem: str
    text: str


#: Texts that the oldest was given; once is enough.
given_to_the_oldest: set[str] = set()


@cache
def python_with(version: str) -> str:
    """The path of a Python that has this kfp; installed if need be."""
    script = ROOT / "scripts" / "kfp-version"
    made = subprocess.run([script, sys.executable, version], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def with_kfp(version: str, asked: Mapping[str, Asked]) -> dict[str, Done]:
    """What kfp of a version makes of all that is asked, by name, in one process."""
    roots = os.pathsep.join(str(ROOT / one) for one in ("components", "converter", "tests/converter"))
    done = subprocess.run(
        [python_with(version), PROGRAM], input=json.dumps({name: one.__dict__ for name, one in asked.items()}),
        env={**os.environ, "PYTHONPATH": roots}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    if version == OLDEST:
        given_to_the_oldest.update(one.text for one in asked.values())
    return {name: Done(**one) for name, one in json.loads(done.stdout).items()}


def problems(done: Mapping[str, Done]) -> dict[str, str]:
    """Those with a problem."""
    return {name: one.problem for name, one in done.items() if one.problem}
