"""KFP 2 DSL source: compiled by the installed kfp in a process of its own.

Compiling runs the user's code. The process gets no credentials: only what a program needs from the environment, and a home
directory that is empty. It ends after ``LONGEST`` seconds with all that it started.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from kfp_sagemaker_converter.diagnostics import Diagnostic, Refused
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

#: Seconds that compiling may take.
LONGEST = 120
_FIRST_KEY = "\ncomponents:\n"
_KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH")
#: `kfp` itself hides where an error was.
_PROGRAM = ("-c", "from kfp.cli import cli; cli.cli(obj={})", "dsl", "compile")


def compiled(path: Path, function: str = "", name: str = "", longest: float = LONGEST) -> tuple[str, Diagnostic]:
    """The IR that a source file compiles to, and the word that its code ran.

    ``function`` picks the pipeline of a file that has several; ``name`` is the file's in messages; ``longest`` is in seconds.

    Raises:
        Refused: it does not compile, or not in time.
    """
    name = name or str(path)
    with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
        output = Path(folder) / "pipeline.yaml"
        command = [sys.executable, *_PROGRAM, "--py", str(path.resolve()), "--output", str(output)]
        command += ["--function", function] if function else []
        said, timed_out = _run(command, path.resolve().parent, folder, longest)
        if timed_out:
            raise Refused([rules.compiles_too_long(Location(name), name, longest)])
        if not output.is_file():
            raise Refused([rules.does_not_compile(_line(said, path, name), name, _last_line(said))])
        return without_heading(output.read_text(encoding="utf-8")), rules.code_ran(Location(name), name)


def without_heading(text: str) -> str:
    """Compiled IR without the comments that kfp puts before it.

    A default of several lines is written there as it is (kfp 2.17), so that its second line is no comment and no YAML. Keys
    are in their order, and nothing that is indented can look like the first of them.
    """
    start = text.rfind(_FIRST_KEY)
    return text[start + 1 :] if text.startswith("#") and start >= 0 else text


def _run(command: list[str], where: Path, home: str, longest: float) -> tuple[str, bool]:
    """What the process said, and whether its time was up. It may not outlive this call, nor may its children."""
    environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
    environment |= {"HOME": home, "TMPDIR": home, "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        try:
            process.wait(longest)
            timed_out = False
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.seek(max(0, said.seek(0, os.SEEK_END) - 100_000))
        return said.read().decode("utf-8", "replace"), timed_out


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300].rstrip(".") if lines else "the compiler said nothing"


def _line(said: str, path: Path, name: str) -> Location:
    """The last line of the user's file in a traceback."""
    places = re.findall(rf'File "[^"]*{re.escape(path.name)}", line (\d+)', said)
    return Location(name, int(places[-1]) if places else 0)


def line_of_step(source: str, step: str) -> int:
    """The line of the function that a step was made from, by kfp's naming of components; 0 when there is none."""
    name = step.removeprefix("exec-").removeprefix("comp-")
    for candidate in (name, re.sub(r"-\d+\Z", "", name)):
        if candidate:
            match = re.search(rf"^[ \t]*(?:async )?def {re.escape(candidate.replace('-', '_'))}\b", source, re.MULTILINE)
            if match:
                return source.count("\n", 0, match.start()) + 1
    return 0
