"""Pipelines of other people, for tests, where they lie beside the checkout: ../shared/corpus. They are not the project's.

And what every conversion of them has to keep: that kfp loads it, and that no task and no step is lost.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kfp_sagemaker_converter.conversion import Conversion
from kfp_sagemaker_converter.front_ends.kfp_v2.documents import is_ir

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


def loads_in_kfp(text: str) -> str:
    """Why the installed kfp does not load a pipeline; empty when it does."""
    from kfp import components

    try:
        components.load_component_from_text(text)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@dataclass(frozen=True)
class Counted:
    """The tasks of all DAGs in IR, by the DAG's and their own name, and the labels of the executors."""

    tasks: frozenset[tuple[str, str]]
    executors: frozenset[str]


def counted(ir: dict[str, Any]) -> Counted:
    """Count what is in IR as it is written, without the converter's help."""
    dags = {"root": ir["root"], **(ir.get("components") or {})}
    tasks = {(name, task) for name, words in dags.items() for task in ((words or {}).get("dag") or {}).get("tasks") or {}}
    deployment = ir.get("deploymentSpec") or ir.get("deployment_spec") or {}
    return Counted(frozenset(tasks), frozenset(deployment.get("executors") or {}))


def lost_in(content: str, conversion: Conversion) -> list[str]:
    """Tasks and steps of a pipeline's text that its conversion neither has nor speaks of; steps that stay without a word."""
    documents = yaml.load_all(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    before, after = counted(next(filter(None, map(ir_in, documents)))), counted(dict(conversion.documents[0]))
    spoken_of = {one.subject for one in conversion.report.diagnostics}
    return [
        *(f"task {'.'.join(task)}" for task in sorted(before.tasks - after.tasks)),
        *(f"step {label}" for label in sorted(before.executors - after.executors - spoken_of)),
        *(f"step {step.name} stays without a word" for step in conversion.report.kept if not step.codes),
    ]


def ir_in(document: Any) -> dict[str, Any]:
    """The IR in a document, bare or wrapped; empty when it has none."""
    if not isinstance(document, dict):
        return {}
    if is_ir(document):
        return document
    spec = document.get("spec")
    found = document.get("pipelineSpec") or (spec.get("pipelineSpec") if isinstance(spec, dict) else None)
    return found if isinstance(found, dict) else {}
