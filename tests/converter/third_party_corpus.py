"""Pipelines of other people, for tests, where they lie beside the checkout: ../shared/corpus. They are not the project's."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3] / "shared" / "corpus"
NOT_HERE = f"not run: tests over third-party pipelines: no folder {ROOT}"


@dataclass(frozen=True)
class CorpusFile:
    """One file. ``kind`` is A (KFP 1), B (IR), C (component.yaml), E (Vertex and JSON), F (other engines) or N (broken)."""

    kind: str
    subkind: str
    path: Path
    features: frozenset[str]
    steps: int

    @property
    def content(self) -> str:
        """Its text."""
        return self.path.read_text(encoding="utf-8")


def corpus_files(kinds: str = "ABCEFN") -> list[CorpusFile]:
    """The files of the kinds named; none where the folder is not there."""
    if not (ROOT / "INDEX.tsv").is_file():
        return []
    with (ROOT / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    return [_file(row) for row in rows if row["kind"] in kinds]


def _file(row: dict[str, str]) -> CorpusFile:
    steps = int(row["n_steps"]) if row["n_steps"].isdigit() else 0
    return CorpusFile(row["kind"], row["subkind"], ROOT / row["file"], frozenset(row["features"].split(",")), steps)
