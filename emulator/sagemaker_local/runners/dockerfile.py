"""The part of a Dockerfile that decides how a container starts, for runners that have no Docker engine.

Read: ENV, ARG, WORKDIR, COPY and ADD of local files, ENTRYPOINT, CMD, SHELL, in exec or shell form, and several stages
as long as nothing is copied between them. FROM, RUN and what only describes the image are taken as already satisfied by
this machine and become a note. Whatever else would change the result raises :class:`DockerfileError` with file and
line.

Source of the rules: the Dockerfile reference of Docker's documentation.
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TAKEN_AS_SATISFIED = frozenset({"RUN", "LABEL", "EXPOSE", "USER", "MAINTAINER", "VOLUME", "HEALTHCHECK", "STOPSIGNAL"})

_VARIABLE = re.compile(r"'[^']*'|\\\$|\$(?:(\w+)|\{(\w+)(?:(:[-+])([^}]*))?\})")
_HERE_DOCUMENT = re.compile(r"<<-?[\"']?(\w+)[\"']?")


class DockerfileError(ValueError):
    """A Dockerfile that cannot be honoured without a Docker engine; the message names file, line and reason."""


@dataclass(frozen=True)
class Copy:
    """A file or directory of this machine and its absolute path in the container (a directory's contents are merged there)."""

    source: Path
    target: str


@dataclass(frozen=True)
class Dockerfile:
    """What a Dockerfile says about a container's start. ``notes`` are the instructions taken as satisfied, one line each."""

    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: str = "/"
    copies: tuple[Copy, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Stage:
    environment: dict[str, str]
    arguments: dict[str, str]
    working_directory: str = "/"
    copies: list[Copy] = field(default_factory=list)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    notes: list[str] = field(default_factory=list)


def read_dockerfile(folder: Path, base_environment: Mapping[str, str]) -> Dockerfile:
    """Read ``folder/Dockerfile``.

    ``base_environment`` is what the base image would set (PATH at least): what ``$PATH`` in an ENV stands for, and part of the
    result. Raises :class:`DockerfileError`.
    """
    path = folder / "Dockerfile"
    stages: dict[str, _Stage] = {}
    global_arguments: dict[str, str] = {}
    stage: _Stage | None = None
    for line, instruction, rest in _instructions(path):
        where = f"{path}:{line}"
        if instruction == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            if not words:
                raise DockerfileError(f"{where}: FROM names no image")
            base = stages.get(words[0].lower())
            stage = _inherit(base) if base else _Stage(dict(base_environment), {}, notes=[f"FROM {rest} (line {line})"])
            stages[words[2].lower() if len(words) == 3 and words[1].upper() == "AS" else str(len(stages))] = stage
        elif stage is None and instruction == "ARG":
            _argument(global_arguments, {}, rest, where)
        elif stage is None:
            raise DockerfileError(f"{where}: {instruction} before FROM")
        else:
            _apply(stage, folder, where, instruction, rest, global_arguments)
    if stage is None:
        raise DockerfileError(f"{path}: no FROM instruction")
    if (folder / ".dockerignore").exists():
        stage.notes.append(".dockerignore (ignored: what COPY names is visible as it is)")
    return Dockerfile(
        stage.environment, stage.working_directory, tuple(stage.copies), stage.entrypoint, stage.command, tuple(stage.notes)
    )


def _inherit(base: _Stage) -> _Stage:
    return _Stage(
        dict(base.environment), {}, base.working_directory, list(base.copies), base.entrypoint, base.command, base.shell,
        list(base.notes),
    )  # fmt: skip


def _instructions(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, upper-case instruction and the rest of each logical line; here-documents of RUN are skipped."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DockerfileError(f"{path}: cannot be read: {error}") from error
    number = 0
    while number < len(lines):
        first, text = number + 1, ""
        while number < len(lines):
            piece = lines[number]
            number += 1
            if piece.lstrip().startswith("#") or (text and not piece.strip()):
                if text:
                    continue
                break
            stripped = piece.rstrip()
            if not stripped.endswith("\\"):
                text += stripped
                break
            text += stripped[:-1] + " "
        if not text.strip():
            continue
        instruction, _, rest = text.strip().partition(" ")
        document = _HERE_DOCUMENT.search(rest) if instruction.upper() in ("RUN", "COPY", "ADD") else None
        if document:
            while number < len(lines) and lines[number].strip() != document[1]:
                number += 1
            number += 1
        yield first, instruction.upper(), rest.strip()


def _apply(stage: _Stage, folder: Path, where: str, instruction: str, rest: str, global_arguments: Mapping[str, str]) -> None:
    variables = {**stage.arguments, **stage.environment}
    match instruction:
        case "ENV":
            stage.environment.update(_assignments(rest, variables, where))
        case "ARG":
            _argument(stage.arguments, {**global_arguments, **variables}, rest, where)
            name = rest.partition("=")[0].strip()
            if name in global_arguments and "=" not in rest:
                stage.arguments[name] = global_arguments[name]
        case "WORKDIR":
            directory = _words(rest, variables, where)[0] if rest else "/"
            stage.working_directory = posixpath.normpath(posixpath.join(stage.working_directory, directory))
        case "COPY" | "ADD":
            stage.copies.extend(_copies(stage, folder, where, instruction, rest, variables))
        case "ENTRYPOINT":
            stage.entrypoint, stage.command = _command(rest, stage.shell, where), ()
        case "CMD":
            stage.command = _command(rest, stage.shell, where)
        case "SHELL":
            stage.shell = _exec_form(rest) or _refuse(f'{where}: SHELL needs the form ["program", "argument"]')
        case _ if instruction in TAKEN_AS_SATISFIED:
            stage.notes.append(f"{instruction} {rest[:80]} ({where.rpartition(':')[2]})")
        case _:
            raise DockerfileError(f"{where}: the instruction {instruction} needs a Docker engine")


def _argument(arguments: dict[str, str], variables: Mapping[str, str], rest: str, where: str) -> None:
    name, separator, _ = rest.partition("=")
    arguments[name.strip()] = _assignments(rest, variables, where)[name.strip()] if separator else ""


def _refuse(message: str) -> tuple[str, ...]:
    raise DockerfileError(message)


def _exec_form(rest: str) -> tuple[str, ...] | None:
    """The words of ``["a", "b"]``; None for everything else, which Docker takes as the shell form."""
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _command(rest: str, shell: tuple[str, ...], where: str) -> tuple[str, ...]:
    words = _exec_form(rest)
    if words is not None:
        return words
    if rest.startswith("["):
        raise DockerfileError(f"{where}: not the exec form, a JSON list of strings in double quotes: {rest}")
    return (*shell, rest) if rest else ()


def _expand(text: str, variables: Mapping[str, str], where: str) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return match[0]
        known = variables.get(name, "")
        if match[3] == ":-":
            return known or match[4]
        if match[3] == ":+":
            return match[4] if known else ""
        return known

    expanded = _VARIABLE.sub(value, text)
    if "${" in re.sub(r"'[^']*'|\\\$", "", text) and "${" in re.sub(r"'[^']*'|\\\$", "", expanded):
        raise DockerfileError(f"{where}: this form of ${{...}} is not understood: {text}")
    return expanded


def _words(text: str, variables: Mapping[str, str], where: str) -> list[str]:
    try:
        return shlex.split(_expand(text, variables, where))
    except ValueError as error:
        raise DockerfileError(f"{where}: {error}: {text}") from error


def _assignments(rest: str, variables: Mapping[str, str], where: str) -> dict[str, str]:
    words = _words(rest, variables, where)
    if words and "=" not in words[0]:  # the old form: ENV name the whole rest
        name, separator, value = rest.partition(" ")
        if not separator:
            raise DockerfileError(f"{where}: expected name=value: {rest}")
        return {name: _expand(value.strip(), variables, where)}
    if not words or not all("=" in word for word in words):
        raise DockerfileError(f"{where}: expected name=value: {rest}")
    return dict(word.split("=", 1) for word in words)


def _copies(
    stage: _Stage, folder: Path, where: str, instruction: str, rest: str, variables: Mapping[str, str]
) -> Iterator[Copy]:
    if "<<" in rest:
        raise DockerfileError(f"{where}: {instruction} of a here-document needs a Docker engine")
    while rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        rest = rest.strip()
        if flag.startswith("--chown"):
            stage.notes.append(f"{instruction} {flag} ({where.rpartition(':')[2]})")
        elif flag != "--link":
            raise DockerfileError(f"{where}: {instruction} {flag} needs a Docker engine")
    words = list(_exec_form(rest) or _words(rest, variables, where))
    if len(words) < 2:
        raise DockerfileError(f"{where}: {instruction} needs a source and a destination")
    *patterns, destination = words
    sources = [source for pattern in patterns for source in _sources(folder, pattern, where, instruction)]
    target = posixpath.normpath(posixpath.join(stage.working_directory, destination))
    into_directory = (
        len(sources) > 1
        or destination.endswith(("/", "/.")) or destination == "."
        or target == stage.working_directory
        or any(target == known.target and known.source.is_dir() for known in stage.copies)
        or Path(target).is_dir()
    )  # fmt: skip
    for source in sources:
        yield Copy(source, posixpath.join(target, source.name) if into_directory and not source.is_dir() else target)


def _sources(folder: Path, pattern: str, where: str, instruction: str) -> list[Path]:
    if re.match(r"(https?|git|ssh)://|git@", pattern):
        raise DockerfileError(f"{where}: {instruction} of a URL needs a Docker engine: {pattern}")
    relative = posixpath.normpath(pattern.lstrip("/"))
    if relative.startswith(".."):
        raise DockerfileError(f"{where}: {pattern} lies outside the folder of the Dockerfile")
    found = [folder] if relative == "." else sorted(folder.glob(relative))
    if not found:
        raise DockerfileError(f"{where}: {instruction} {pattern}: no such file in {folder}")
    if instruction == "ADD" and any(re.search(r"\.(tar|tgz|tbz2|txz|tar\.\w+)$", path.name) for path in found):
        raise DockerfileError(f"{where}: ADD unpacks archives, which needs a Docker engine: {pattern}")
    return [path.resolve() for path in found]
