"""Arguments that are longer than Linux hands to a program, for the programs that can be given them in another way.

An argument of a program has at most 131,071 bytes. A value that came by reference (``large_values``) may be longer. Where the
command is a shell's, a Python program or a step of KFP's Python executor, such an argument travels as a file beside the
job's script: a shell reads its script and its positional parameters from there, Python its ``sys.argv``. Any other program
takes 131,071 bytes and no more, wherever it runs, and what is longer is refused.

Not here: what a shell's script does with its values. A program that it starts with one of them has the limit again.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from kfp_sagemaker.container_step.command import Command
from kfp_sagemaker.container_step.python_steps import EXECUTOR, is_lightweight
from kfp_sagemaker.container_step.step_spec import StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation, shorten

#: Bytes that one argument of a program may have on Linux: MAX_ARG_STRLEN, less its closing NUL.
LONGEST_ARGUMENT = 131_071
#: Bytes that all arguments and the environment may surely have together (a quarter of the stack: 2 MiB), and above which bytes
#: an argument goes into a file when they have more.
_MOST_TOGETHER, _SHORT = 1024 * 1024, 4096

_SHELLS = ("sh", "bash", "dash", "ash")
#: The variable that stands for a long ``$0``, and what of a script decides where that is expanded, by the quote it is in.
_NAME = "kfp_sagemaker_0"
_OF_SHELL = {
    "": re.compile(r"""\\.|\$'|'|"|(?<![^\s;&|(])#[^\n]*|\$0|\$\{0\}?""", re.DOTALL),
    '"': re.compile(r"""\\.|"|\$\(|`|\$0|\$\{0\}?""", re.DOTALL),
    "'": re.compile("'"),
}
#: What has a shell expand a text that stands in single quotes, or none of what looks like a quote.
_READ_AGAIN = re.compile(r"<<|\b(?:eval|trap)\b")
_PYTHON = re.compile(r"python(3(\.\d+)?)?")
#: The Python program's name in the folder, and how the names of files with arguments begin, which it knows too.
_LOADER, _PREFIX = "arguments.py", "argument-"

#: Starts what Python was to be started with, with those arguments that name a file of this folder read from there.
_LOADER_TEXT = r'''import os, runpy, sys
def start():
    here = os.path.dirname(os.path.abspath(__file__))
    def read(word):
        if os.path.dirname(word) != here or not os.path.basename(word).startswith("argument-"):
            return word
        with open(word, "rb") as file:
            return os.fsdecode(file.read())
    how, *words = [read(word) for word in sys.argv[1:]]
    own_path = not sys.flags.isolated and not getattr(sys.flags, "safe_path", False)
    if how not in ("-c", "-m"):
        sys.argv[:] = [how, *words]
        if own_path:
            sys.path[0] = os.path.dirname(os.path.abspath(how))
        return lambda: runpy.run_path(how, run_name="__main__")
    sys.argv[:] = [how if how == "-c" else words[0], *words[1:]]
    if own_path:
        sys.path[0] = "" if how == "-c" else os.getcwd()
    if how == "-m":
        return lambda: runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    program, main = compile(words[0], "<string>", "exec"), sys.modules["__main__"].__dict__
    def run():
        for name in ("os", "runpy", "sys", "start", "__file__"):
            main.pop(name, None)
        exec(program, main)
    return run
start()()
'''


@dataclass(frozen=True)
class Carried:
    """A command whose words a program can be given, and the ``files`` that it needs, by name in the script's folder."""

    command: Command
    files: Mapping[str, bytes] = field(default_factory=dict)


def is_long(word: str, most: int = LONGEST_ARGUMENT) -> bool:
    """Whether the word has more than ``most`` bytes; without it, whether Linux hands it to no program."""
    return len(word) * 4 > most and _size(word) > most


def carry(spec: StepSpec, command: Command, folder: str) -> Carried:
    """The command with its long words in files of ``folder``, a directory of the job. Raises InvalidInput, naming each
    word that its program cannot be given in any way."""
    together = is_long("".join(command.words), _MOST_TOGETHER)
    if not together and not any(map(is_long, command.words)):
        return Carried(command)
    files = _Files(folder, _SHORT if together else LONGEST_ARGUMENT)
    before = 1 if _is_env(command.words) else 0
    own = command.words[before:]
    within = _within_executor if is_lightweight(spec) else _within_shell if _is_shell(own) else _within_python
    words = (*command.words[:before], *within(own, files))
    problems = [_impossible(command, command.words.index(word)) for word in words if is_long(word)]
    if problems:
        raise InvalidInput("step", problems)
    return Carried(replace(command, words=words), files.content)


def _impossible(command: Command, position: int) -> Violation:
    problem = (f"element {position + 1} of the command, {shorten(command.written[position])}, has "
               f"{_size(command.words[position])} bytes; an argument of a program on Linux has at most {LONGEST_ARGUMENT}, in "
               "a pod as in a job. Only a shell's script (sh -c) and Python can be given more, a script's $0 only where it is "
               "plain what expands it: hand it over as an artifact")
    return Violation("command", problem)


class _Files:
    """The files of one command as they come to be. Words of more than ``most`` bytes are ``long``."""

    def __init__(self, folder: str, most: int = LONGEST_ARGUMENT) -> None:
        self.folder = folder
        self.most = most
        self.content: dict[str, bytes] = {}

    def path(self, word: str) -> str:
        """The path of a file with the word, named for its content, so that the job's script is another for another word."""
        content = word.encode("utf-8", "surrogatepass")
        name = f"{_PREFIX}{hashlib.sha256(content).hexdigest()[:32]}"
        self.content[name] = content
        return f"{self.folder}/{name}"

    def is_long(self, word: str) -> bool:
        """Whether the word goes into a file."""
        return is_long(word, self.most)

    def short(self, word: str) -> str:
        """The word, or the path of a file with it."""
        return self.path(word) if self.is_long(word) else word

    def loader(self) -> str:
        """The path of the Python program."""
        self.content[_LOADER] = _LOADER_TEXT.encode()
        return f"{self.folder}/{_LOADER}"


def _size(word: str) -> int:
    return len(word.encode("utf-8", "surrogatepass"))


def _is_env(words: Sequence[str]) -> bool:
    """Whether the command is ``env PROGRAM ARGUMENT...``, without options and variables."""
    return PurePosixPath(words[0]).name == "env" and len(words) > 1 and words[1][:1] != "-" and "=" not in words[1]


def _is_shell(words: Sequence[str]) -> bool:
    return PurePosixPath(words[0]).name in _SHELLS


def _within_executor(words: Sequence[str], files: _Files) -> Iterator[str]:
    """KFP's executor is started by a shell's script, whose ``$0`` is the source; the arguments after it are the executor's."""
    starts = max(position for position, word in enumerate(words) if EXECUTOR.search(word))
    started = f"python3 {shlex.quote(files.loader())} "
    yield from words[:starts]
    yield EXECUTOR.sub(lambda found: found[0].replace("python3 ", started, 1), words[starts])
    yield from words[starts + 1:starts + 2]
    yield from map(files.short, words[starts + 2:])


def _within_shell(words: Sequence[str], files: _Files) -> Iterator[str]:
    """``sh -c SCRIPT NAME ARGUMENT...``, whose script first takes its long arguments from files.

    No shell can be given another ``$0``, so a long one is a variable, by which the script has it instead.
    """
    at = _script_position(words)
    yield from words[:at]
    if at == len(words):
        return
    script, name, arguments = words[at], words[at + 1:at + 2], words[at + 2:]
    begin = [*_positional(arguments, files)]
    if name and files.is_long(name[0]) and (with_variable := _with_variable(script)) is not None:
        begin += [f"{_NAME}=$(cat {shlex.quote(files.path(name[0]))}; printf x)", f"{_NAME}=${{{_NAME}%x}}"]
        script, name = with_variable, ("sh",)
    if is_long("\n".join([*begin, script])):
        script = f". {shlex.quote(files.path(script))}"
    yield "\n".join([*begin, script])
    yield from name
    yield from ("" if files.is_long(word) else word for word in arguments)


def _with_variable(script: str) -> str | None:
    """The script with the variable for ``$0``; None where it is not sure what of it a shell expands."""
    if _READ_AGAIN.search(script):
        return None
    found, position, quote = [], 0, ""
    while match := _OF_SHELL[quote].search(script, position):
        found.append(script[position:match.start()])
        position, token = match.end(), match[0]
        if token in ("$(", "`", "$'", "${0"):
            return None
        if token in ("'", '"'):
            quote = "" if quote else token
        found.append(f"${{{_NAME}}}" if token in ("$0", "${0}") else token)
    return None if quote else "".join([*found, script[position:]])


def _positional(arguments: Sequence[str], files: _Files) -> Iterator[str]:
    """Lines of a shell that read the long ones of its positional parameters. The ``x`` keeps line breaks at their ends."""
    long = [number for number, word in enumerate(arguments, 1) if files.is_long(word)]
    if not long:
        return
    for number in long:
        yield f"kfp_sagemaker_{number}=$(cat {shlex.quote(files.path(arguments[number - 1]))}; printf x)"
    values = (f'"${{kfp_sagemaker_{number}%x}}"' if number in long else f'"${{{number}}}"'
              for number in range(1, len(arguments) + 1))
    yield f"set -- {' '.join(values)}"
    yield f"unset {' '.join(f'kfp_sagemaker_{number}' for number in long)}"


def _script_position(words: Sequence[str]) -> int:
    """Where the script of ``sh [OPTION...] -c [OPTION...] SCRIPT`` is; the number of words where there is none."""
    position, has_script = 1, False
    while position < len(words) and words[position][:1] in ("-", "+") and words[position] not in ("-", "--"):
        option = words[position]
        if not option.startswith("--"):
            has_script |= option.startswith("-") and "c" in option
            position += option.count("o") + option.count("O")
        position += 1
    return position if has_script and position < len(words) else len(words)


def _within_python(words: Sequence[str], files: _Files) -> Iterator[str]:
    """``python [OPTION...] (-c PROGRAM | -m MODULE | FILE) ARGUMENT...``, started by a program that sets its arguments."""
    options, started = _options(words) if _PYTHON.fullmatch(PurePosixPath(words[0]).name) else ([], [])
    if not started:
        yield from words
        return
    yield from (words[0], *options, files.loader())
    yield from map(files.short, started)


def _options(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Python's own options, and what it is to start with its arguments, ``-c`` and ``-m`` by themselves."""
    options: list[str] = []
    left = list(words[1:])
    while left and left[0].startswith("-") and left[0] != "-":
        option = left.pop(0)
        if option.startswith("--"):
            options += [option, *([left.pop(0)] if option == "--check-hash-based-pycs" and left else [])]
            continue
        starts = re.match("[^cmWX]*", option[1:])
        flags = option[:1 + (starts.end() if starts else 0)]
        letter, rest = option[len(flags):len(flags) + 1], option[len(flags) + 1:]
        if letter in ("c", "m"):
            return [*options, *([flags] if flags != "-" else [])], [f"-{letter}", *([rest] if rest else []), *left]
        options.append(option)
        if letter and not rest and left:
            options.append(left.pop(0))
    return options, left if left[:1] != ["-"] else []
