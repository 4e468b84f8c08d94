"""kfp's compiler as a program: DSL source to IR in a process of its own, and the IR without what the compiler puts before it.

``local run`` and the converter read pipelines with it. Nothing of kfp is imported here.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds that compiling may take.
LONGEST = 120.0
#: Bytes that the IR may have.
LARGEST = 64_000_000
#: Files beside the source are for the source to import, not for kfp: without -P, a yaml.py there would be kfp's.
_PROGRAM = ("-P", "-m", "kfp_sagemaker.task_lines")
_MOST_SAID = 100_000
#: The variable by which what a compilation started is known.
_MARK = "KFP_SAGEMAKER_COMPILATION"
_HEADING = "# PIPELINE DEFINITION"
_FIRST_KEY = re.compile(r"^components:[ \t\r]*$", re.MULTILINE)
#: Keys that come after the first one, as kfp sorts them.
_LATER_KEYS = ("pipelineInfo", "root")


#: The largest notes that are read: the user's code could have written them.
_LONGEST_NOTES = 100_000_000


@dataclass(frozen=True)
class TaskCall:
    """The call that made a task: its line (0: not in the source file), and the pipeline that the task runs, by its number."""

    line: int
    pipeline: int | None = None


@dataclass(frozen=True)
class TaskCalls:
    """The calls in each pipeline function of a file, by the tasks' names; ``root`` is the number of the compiled one."""

    pipelines: tuple[Mapping[str, TaskCall], ...] = ()
    root: int | None = None

    def of(self, pipeline: int | None) -> Mapping[str, TaskCall]:
        """The calls of one pipeline; none of one that is not known."""
        known = pipeline is not None and 0 <= pipeline < len(self.pipelines)
        return self.pipelines[pipeline] if known and pipeline is not None else {}


@dataclass(frozen=True)
class Compiled:
    """What became of a source file: the IR (empty: there is none), or why there is none, and whether its time was up.

    ``complaint`` is one line, and ``line`` that of the source where it was (0: not known). ``calls`` is empty where they were
    not noted. ``choices`` are the names in the file of which one has to be picked: it has several pipelines, or none and
    several components, and none was named, or one that it does not have. ``without_pipeline``: there is no pipeline to pick.
    """

    text: str = ""
    complaint: str = ""
    line: int = 0
    timed_out: bool = False
    calls: TaskCalls = field(default_factory=TaskCalls)
    choices: tuple[str, ...] = ()
    without_pipeline: bool = False


@dataclass(frozen=True)
class _Notes:
    """What ``task_lines`` noted."""

    calls: TaskCalls = field(default_factory=TaskCalls)
    choices: tuple[str, ...] = ()
    without_pipeline: bool = False
    error: str = ""
    line: int = 0


def compile_source(
    source: Path, function: str = "", environment: Mapping[str, str] | None = None, longest: float = LONGEST
) -> Compiled:
    """Compile DSL source with the kfp that is installed here, which runs the user's code.

    ``function`` picks the pipeline of a file that has several. The code sees ``environment`` alone, and an empty home
    directory; without it, this process's. It ends after ``longest`` seconds with all that it started.
    """
    with tempfile.TemporaryDirectory(prefix="kfp-sagemaker-") as folder:
        output, notes = Path(folder) / "pipeline.yaml", Path(folder) / "calls.json"
        command = [sys.executable, *_PROGRAM, str(notes), "dsl", "compile"]
        command += ["--py", str(source.resolve()), "--output", str(output)]
        command += ["--function", function] if function else []
        own = dict(os.environ) if environment is None else {**environment, "HOME": folder, "TMPDIR": folder}
        said, code = _run(command, source.resolve().parent, own, longest)
        noted = _read_notes(notes)
        size = output.stat().st_size if code == 0 and output.is_file() else 0
        text = output.read_text(encoding="utf-8") if 0 < size <= LARGEST else ""
    if text:
        return Compiled(without_heading(text), calls=noted.calls)
    if size:
        return Compiled(complaint=f"the pipeline that it makes has {size:,} bytes, of {LARGEST:,} at most")
    complaint = _in_one_line(noted.error or _last_words(said, code))
    return Compiled("", complaint, noted.line, code is None, choices=noted.choices, without_pipeline=noted.without_pipeline)


def _last_words(said: str, code: int | None) -> str:
    """Of a compiler that noted nothing."""
    lines = said.split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"the compiler ended with exit status {code}, and said {f'last: {last}' if last else 'nothing'}"


def _in_one_line(text: str) -> str:
    """The text in one line, without its full stop; of a long one both ends."""
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= 300 else f"{line[:180]} ... {line[-110:]}"


def _read_notes(notes: Path) -> _Notes:
    """What ``task_lines`` noted; nothing when it is not what that writes."""
    try:
        if notes.stat().st_size > _LONGEST_NOTES:
            return _Notes()
        noted = json.loads(notes.read_text(encoding="utf-8"))
        pipelines = tuple(
            {str(task): TaskCall(int(line), None if pipeline is None else int(pipeline))
             for task, (line, pipeline) in tasks.items()}
            for tasks in noted["pipelines"]
        )  # fmt: skip
        calls = TaskCalls(pipelines, None if noted["root"] is None else int(noted["root"]))
        choices, without_pipeline = tuple(map(str, noted["choices"])), noted["without_pipeline"] is True
        return _Notes(calls, choices, without_pipeline, str(noted["error"]), int(noted["error_line"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Notes()


def without_heading(text: str) -> str:
    """Compiled IR with empty lines for the comments that kfp puts before it.

    A default of several lines is written there as it is (kfp 2.17), so that its second line is no comment, and mostly no YAML.
    Keys are in their order, and nothing that is indented can look like the first of them.
    """
    starts = [match.start() for match in _FIRST_KEY.finditer(text)] if text.startswith(_HEADING) else []
    if not starts or not all(f"\n{key}:" in text[starts[-1]:] for key in _LATER_KEYS):
        return text
    return "\n" * text.count("\n", 0, starts[-1]) + text[starts[-1]:]


def line_that_is_no_comment(text: str) -> int:
    """The first line of that heading which is none, and which keeps KFP from reading the file; 0 when there is none."""
    heading = text[: len(text) - len(without_heading(text).lstrip("\n"))]
    lines = enumerate(heading.splitlines(), start=1)
    return next((number for number, line in lines if line.strip() and not line.startswith("#")), 0)


def _run(command: list[str], where: Path, environment: Mapping[str, str], longest: float) -> tuple[str, int | None]:
    """What the process said, and its exit code; None when its time was up. Neither it nor its children outlive this call."""
    identity = str(uuid.uuid4())
    environment = {**environment, _MARK: identity}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=where, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        code = None
        with _raised_sigterm():
            try:
                code = process.wait(longest)
            except subprocess.TimeoutExpired:
                pass
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                _end_marked(f"{_MARK}={identity}".encode())
        said.seek(max(0, said.seek(0, os.SEEK_END) - _MOST_SAID))
        return said.read().decode("utf-8", "replace"), code


def _end_marked(mark: bytes) -> None:
    """End the processes that have the mark in their environment, which are in sessions of their own; on Linux."""
    # One that is being ended may start another, so often at most.
    for _ in range(10):
        marked = [path for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path)]
        if not marked:
            return
        for path in marked:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(path.parent.name), signal.SIGKILL)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextmanager
def _raised_sigterm() -> Iterator[None]:
    """SIGTERM ends this process as Ctrl-C does, through what is to be done at last, where it has no handler of its own."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
