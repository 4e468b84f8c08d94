"""Components that a graph may use by reference: what was given as files, found by its digest, what the configuration maps, and
what is fetched, where that was asked for (``fetch``).

A digest is KFP's: the SHA-256 of the file's bytes with line ends of Unix.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from kfp_sagemaker_converter.front_ends.structured_text import LONGEST_TEXT


@dataclass(frozen=True)
class ComponentFile:
    """The text of a component.yaml, and its name in messages."""

    file: str
    text: str

    @property
    def digest(self) -> str:
        """What a ``componentRef`` calls ``digest``."""
        return hashlib.sha256(self.text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")).hexdigest()


#: A component, or None and what is the matter with its URL, as the end of a sentence.
Fetched: TypeAlias = tuple[ComponentFile | None, str]
#: Gets a component by its URL; told whether its digest is known.
Fetch: TypeAlias = Callable[[str, bool], Fetched]


@dataclass(frozen=True)
class Library:
    """Components by digest, and by the URL that the configuration says they are at.

    Without ``fetch``, nothing is fetched.
    """

    by_digest: Mapping[str, ComponentFile] = field(default_factory=dict)
    by_url: Mapping[str, ComponentFile] = field(default_factory=dict)
    fetch: Fetch | None = None

    def find(self, reference: Mapping[str, Any]) -> Fetched:
        """The component that a ``componentRef`` means; else None, and why what is at its URL is not it."""
        digest, url = str(reference.get("digest") or "").lower(), str(reference.get("url") or "")
        if digest in self.by_digest:
            return self.by_digest[digest], ""
        if url in self.by_url:
            return _of_digest(self.by_url[url], digest, f"is {self.by_url[url].file} by the configuration; that has")
        if self.fetch is None or not url:
            return None, ""
        found, problem = self.fetch(url, bool(digest))
        return _of_digest(found, digest, "has") if found else (None, problem)


def _of_digest(found: ComponentFile, digest: str, what: str) -> Fetched:
    if digest and found.digest != digest:
        return None, f"{what} the digest {found.digest}"
    return found, ""


def library(given: Iterable[ComponentFile], mapped: Mapping[str, Path], fetch: Fetch | None = None) -> Library:
    """A library of the files that were given, and of those that URLs are mapped to: a file, or a folder for a URL's prefix.

    A file that cannot be read is as if it were not there.
    """
    by_url: dict[str, ComponentFile] = {}
    for url, path in mapped.items():
        if not os.path.isdir(path):  # unlike Path.is_dir, no error for any name
            by_url |= _read(url, path)
            continue
        for file in sorted(path.rglob("*.yaml")):
            by_url |= _read(f"{url.rstrip('/')}/{file.relative_to(path).as_posix()}", file)
    return Library({one.digest: one for one in (*given, *by_url.values()) if "implementation" in one.text}, by_url, fetch)


def _read(url: str, path: Path) -> dict[str, ComponentFile]:
    try:
        if not path.is_file():  # a pipe would be waited for
            return {}
        with path.open("rb") as stream:
            data = stream.read(LONGEST_TEXT + 1)
        return {url: ComponentFile(str(path), data.decode("utf-8-sig"))} if len(data) <= LONGEST_TEXT else {}
    except (OSError, ValueError):
        return {}
