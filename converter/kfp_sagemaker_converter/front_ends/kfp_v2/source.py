"""KFP 2 DSL source: compiled by the installed kfp in a process of its own.

Compiling runs the user's code. The process gets no credentials: only what a program needs from the environment, and a home
directory that is empty. It ends after ``LONGEST`` seconds with all that it started.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from kfp_sagemaker.kfp_compiler import LONGEST, TaskCalls, compile_source

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.rules import compiling as rules
from kfp_sagemaker_converter.source import Location

_KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH")


class WithoutPipeline(Refused):
    """Source has no pipeline, and not just one component: a module that pipelines import, it may be."""


@dataclass(frozen=True)
class CompiledSource:
    """The IR that a source file compiles to, the word that its code ran, and the calls that made its tasks."""

    text: str
    ran: Diagnostic
    calls: TaskCalls = field(default_factory=TaskCalls)


def compiled(path: Path, function: str = "", name: str = "", longest: float = LONGEST) -> CompiledSource:
    """Compile a source file.

    ``function`` picks the pipeline of a file that has several; ``name`` is the file's in messages; ``longest`` is in seconds.

    Raises:
        WithoutPipeline: it has no pipeline that could be compiled.
        Refused: it does not compile, or not in time.
    """
    name = name or str(path)
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    made = compile_source(path, function, environment, longest)
    if made.timed_out:
        raise Refused([rules.compiles_too_long(Location(name), name, longest)])
    refused = WithoutPipeline if made.without_pipeline else Refused
    if made.choices:
        raise refused([rules.which_function(Location(name), name, function, made.choices)])
    if not made.text:
        raise refused([rules.does_not_compile(Location(name, made.line), name, made.complaint)])
    return CompiledSource(made.text, rules.code_ran(Location(name), name), made.calls)
