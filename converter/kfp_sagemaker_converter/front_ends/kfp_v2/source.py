"""KFP 2 DSL source: compiled by the installed kfp in a process of its own.

Compiling runs the user's code. The process gets no credentials: only what a program needs from the environment, and a home
directory that is empty. It ends after ``LONGEST`` seconds with all that it started.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from kfp_sagemaker.kfp_compiler import LONGEST, compile_source

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

_KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH")


def compiled(path: Path, function: str = "", name: str = "", longest: float = LONGEST) -> tuple[str, Diagnostic]:
    """The IR that a source file compiles to, and the word that its code ran.

    ``function`` picks the pipeline of a file that has several; ``name`` is the file's in messages; ``longest`` is in seconds.

    Raises:
        Refused: it does not compile, or not in time.
    """
    name = name or str(path)
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    made = compile_source(path, function, environment, longest)
    if made.timed_out:
        raise Refused([rules.compiles_too_long(Location(name), name, longest)])
    if not made.text:
        raise Refused([rules.does_not_compile(Location(name, made.line_in(path)), name, made.complaint)])
    return made.text, rules.code_ran(Location(name), name)


def line_of_step(source: str, step: str) -> int:
    """The line of the function that a step was made from, by kfp's naming of components; 0 when there is none."""
    name = step.removeprefix("exec-").removeprefix("comp-")
    for candidate in (name, re.sub(r"-\d+\Z", "", name)):
        if candidate:
            match = re.search(rf"^[ \t]*(?:async )?def {re.escape(candidate.replace('-', '_'))}\b", source, re.MULTILINE)
            if match:
                return source.count("\n", 0, match.start()) + 1
    return 0
