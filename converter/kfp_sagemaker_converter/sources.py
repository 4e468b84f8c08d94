"""What the user names on the command line, as texts: files, folders, ``-`` for standard input."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.structured_text import LONGEST_TEXT
from kfp_sagemaker_converter.own_files import is_waited_for, written_before
from kfp_sagemaker_converter.rules import reading as rules
from kfp_sagemaker_converter.source import Location

STDIN = "-"
_SUFFIXES = (".yaml", ".yml", ".json", ".py")
#: Folders of packages that were installed.
_PACKAGES = frozenset({"site-packages", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class SourceFile:
    """One file. ``file`` is its name in messages, ``slug`` one that is fit for a folder of the output.

    ``problem`` tells why there is no text. ``searched`` is a file that was found in a folder: it may be anything.
    """

    file: str
    slug: str
    text: str = ""
    problem: Diagnostic | None = None
    path: Path | None = None
    searched: bool = False


def read_sources(names: Iterable[str]) -> list[SourceFile]:
    """Every file that the names stand for, in order, each once; slugs are unique."""
    found: dict[str, SourceFile] = {}
    taken: set[str] = set()
    for name in names:
        for path, base, searched in _paths(name):
            key = STDIN if path is None else os.path.realpath(path)
            if key not in found:
                slug = _unique(_slug(path, base), taken)
                found[key] = _read(path, slug, searched)
    return list(found.values())


def _paths(name: str) -> Iterator[tuple[Path | None, Path, bool]]:
    """Paths, what their slugs are relative to, and whether they were searched for."""
    path = Path(name)
    if name == STDIN:
        yield None, path, False
    elif os.path.isdir(path):  # unlike Path.is_dir, no error for any name
        for file in sorted(_within(path)):
            # A link that leads nowhere may have been meant as a pipeline: that it cannot be read is said.
            if file.suffix in _SUFFIXES and (file.is_file() or not file.exists()):
                yield file, path, True
    else:
        yield path, path.parent, False


def _within(folder: Path) -> Iterator[Path]:
    """The files below a folder, without those that are hidden, of installed packages, or written by a conversion."""
    for where, folders, files in os.walk(folder):
        inner = [name for name in folders if not name.startswith(".") and name not in _PACKAGES]
        folders[:] = [name for name in inner if not os.path.exists(os.path.join(where, name, "pyvenv.cfg"))]
        own = written_before(Path(where)) if where != str(folder) else frozenset()
        yield from (Path(where, name) for name in files if not name.startswith(".") and name not in own)


def _read(path: Path | None, slug: str, searched: bool) -> SourceFile:
    file = "stdin" if path is None else str(path)
    at = Location(file)
    try:
        if path is None:
            data = sys.stdin.buffer.read(LONGEST_TEXT + 1)
        elif is_waited_for(path):
            raise OSError(errno.EINVAL, "a named pipe; give it as standard input (-)")
        else:
            with path.open("rb") as stream:
                data = stream.read(LONGEST_TEXT + 1)
        if len(data) > LONGEST_TEXT:
            too_much = rules.too_much(at, file, f"more than {LONGEST_TEXT:,} bytes")
            return SourceFile(file, slug, "", too_much, path, searched)
        return SourceFile(file, slug, data.decode("utf-8-sig"), None, path, searched)
    except OSError as error:
        return SourceFile(file, slug, "", rules.no_such_file(at, file, error.strerror or str(error)), path, searched)
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is {data[error.start]:#04x}"
        return SourceFile(file, slug, "", rules.not_utf8(at, file, problem), path, searched)


def _slug(path: Path | None, base: Path) -> str:
    """A name of letters, digits and ``._-``, which no path can be hidden in."""
    if path is None:
        return "stdin"
    relative = path.relative_to(base) if path.is_relative_to(base) else Path(path.name)
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(relative.with_suffix("").parts)).strip("-._")
    return text[:100] or "pipeline"


def _unique(slug: str, taken: set[str]) -> str:
    name, number = slug, 2
    while name.lower() in taken:  # some file systems do not tell case apart
        name, number = f"{slug}-{number}", number + 1
    taken.add(name.lower())
    return name
