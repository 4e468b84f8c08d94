"""Convert every pipeline of other people's in ../shared/corpus, and write docs/coverage.md: what became of them.

    python scripts/measure_coverage.py           # write docs/coverage.md; exit 1 when a promise is missed
    python scripts/measure_coverage.py --print   # print it instead
    python scripts/measure_coverage.py --check   # exit 1 when it is not what is there, too; nothing is written

Needs the files, which are not the project's: where they are not there, it says so and does nothing. Two conversions are
measured: with placement auto, and with --all, which is what the promises are about.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "converter"))

from golden import CONFIGURATION  # noqa: E402
from kfp_sagemaker_converter.conversion import Conversion, convert  # noqa: E402
from kfp_sagemaker_converter.diagnostics import Severity, rules  # noqa: E402
from kfp_sagemaker_converter.model import Dag  # noqa: E402
from kfp_sagemaker_converter.passes.placement import ALL, AUTO, Choice  # noqa: E402
from third_party_corpus import NOT_HERE, corpus_files, loads_in_kfp, lost_in  # noqa: E402

PAGE = ROOT / "docs" / "coverage.md"
KINDS = {
    "B": "KFP 2 pipelines (IR as YAML)",
    "C": "component.yaml",
    "E": "Vertex AI and KFP 2 JSON",
    "A": "KFP 1 pipelines (Argo)",
    "F": "pipelines of other engines",
    "N": "broken files",
}
#: Share of files of a kind that convert, with --all, and of B's container steps that move.
PROMISED_FILES = {"B": 0.95, "C": 0.90}
PROMISED_STEPS = 0.85
#: Why a file of KFP 2 may be refused: what it has is in no KFP 2 pipeline, so that there is nothing to convert it to.
WITHOUT_COUNTERPART = {
    "KSC106": "pipelines of TFX that only Vertex AI resolves",
    "KSC201": "fields that no PipelineSpec has; kfp does not load the file",
    "KSC221": "what no component.yaml has; kfp does not load the file",
    "KSC227": "components at other addresses, which a pipeline of KFP 2 cannot refer to; `--fetch` fetches them",
}
#: Those of them by which kfp's own loader is asked.
REFUSED_BY_KFP = {"KSC201", "KSC221"}
_STUBS = "argostub/"


@dataclass
class Tally:
    """What became of the files of one kind."""

    files: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    not_loaded: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    tasks: int = 0
    crashed: list[str] = field(default_factory=list)

    def add(self, conversion: Conversion) -> None:
        report = conversion.report
        severities = {one.severity for one in report.diagnostics}
        # What every output needs somebody to do, copying images say, is no loss of meaning.
        worst = "refused" if Severity.ERROR in severities else "approximate" if _inexact(conversion) else "exact"
        self.files[worst] += 1
        self.codes.update({one.code for one in report.diagnostics})
        self.refusals.update({one.code for one in report.diagnostics if one.severity is Severity.ERROR})
        for step in report.steps:
            if step.image and not step.image.startswith(_STUBS):
                self.steps[step.outcome.value] += 1
                if step.outcome.value == "kept":
                    self.reasons[f"{step.reason} ({', '.join(step.codes[:2])})"] += 1

    @property
    def converted(self) -> float:
        return 1 - self.files["refused"] / max(1, sum(self.files.values()))

    @property
    def moved(self) -> float:
        return self.steps["moved"] / max(1, sum(self.steps.values()))


#: Diagnostics about what is to be done around the pipeline, not about what it does.
_AROUND = {"KSC701", "KSC702", "KSC705", "KSC706", "KSC707", "KSC709"}


def _inexact(conversion: Conversion) -> bool:
    return any(
        one.severity in (Severity.APPROXIMATE, Severity.MANUAL) and one.code not in _AROUND
        for one in conversion.report.diagnostics
    )


def tally(kind: str, mode: str, load: bool) -> Tally:
    """Convert all files of a kind. A traceback is counted, and shown."""
    found = Tally()
    for file in corpus_files(kind):
        try:
            conversion = convert(file.content, file.path.name, CONFIGURATION, Choice(mode))
        except Exception as error:
            found.crashed.append(f"{file.path.name}: {type(error).__name__}: {error}")
            continue
        found.add(conversion)
        if conversion.documents and kind in "BE":
            found.tasks += sum(len(dag.tasks) for dag in _dags(conversion))
            found.lost += [f"{file.path.name}: {one}" for one in lost_in(file.content, conversion)]
        refused = {one.code for one in conversion.report.diagnostics if one.severity is Severity.ERROR}
        if load and refused & REFUSED_BY_KFP and not loads_in_kfp(file.content):
            found.not_loaded.append(f"{file.path.name}: kfp loads it, and it is refused by {', '.join(sorted(refused))}")
        if load and conversion.documents and (problem := loads_in_kfp(conversion.text)):
            found.not_loaded.append(f"{file.path.name}: {problem}")
    return found


def _dags(conversion: Conversion) -> Iterator[Dag]:
    assert conversion.document is not None
    pipeline = conversion.document.pipeline
    yield from (one.dag for one in (pipeline.root, *pipeline.components.values()) if one.dag is not None)


def page(moving_all: dict[str, Tally], auto: dict[str, Tally]) -> str:
    """The page."""
    return "\n".join(_lines(moving_all, auto)) + "\n"


def _lines(moving_all: dict[str, Tally], auto: dict[str, Tally]) -> Iterator[str]:
    yield "# Coverage: what becomes of real pipelines"
    yield ""
    yield "<!-- Generated by `make coverage`; do not edit. -->"
    yield ""
    yield (
        "Measured over public files of other people, which are not part of this project. *Exact*: the pipeline does what it "
        "did, and what is left to do is around it (role, bucket, launcher image, copying of images), for which `convert` "
        "exits 1 until the configuration says it. *Approximate*: something was left out or stays in the cluster for a reason, "
        "and the report says what. *Refused*: nothing was written, and the report says why. Every converted file loads in kfp."
    )
    tasks = sum(one.tasks for one in moving_all.values())
    yield ""
    yield (
        f"Counted, in the IR of the files and in what came out: of {tasks:,} tasks of converted pipelines none is lost, each "
        "of their steps is a step of the output, and each that stays has a diagnostic. Container steps are those of converted "
        "files."
    )
    for title, tallies in (("With --all", moving_all), ("With placement auto", auto)):
        yield from ("", f"## {title}", "", "| files | exact | approximate | refused | converted | container steps | moved |")
        yield "|---|---:|---:|---:|---:|---:|---:|"
        for kind, one in tallies.items():
            total, steps = sum(one.files.values()), sum(one.steps.values())
            share = f"{one.moved:.1%}" if steps else ""
            yield (
                f"| {KINDS[kind]} ({total}) | {one.files['exact']} | {one.files['approximate']} | {one.files['refused']} "
                f"| {one.converted:.1%} | {steps or ''} | {share} |"
            )
    yield from ("", "## Why container steps stay, with --all", "", "| reason | KFP 2 | Vertex, JSON | component.yaml |")
    yield "|---|---:|---:|---:|"
    reasons = sum((moving_all[kind].reasons for kind in "BEC"), Counter[str]())
    for reason, _ in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"| {reason} | {' | '.join(str(moving_all[kind].reasons[reason] or '') for kind in 'BEC')} |"
    yield from ("", "## Why files of KFP 2 are refused", "")
    yield from ("| | what has no counterpart | KFP 2 | Vertex, JSON | component.yaml |", "|---|---|---:|---:|---:|")
    for code, why in WITHOUT_COUNTERPART.items():
        counts = " | ".join(str(moving_all[kind].refusals[code] or "") for kind in "BEC")
        yield f"| [{code}](diagnostics/{code}.md) | {why} | {counts} |"
    yield from ("", "## Diagnostics, by number of files, with --all", "")
    yield from ("| code | what | severity | files |", "|---|---|---|---:|")
    codes = sum((one.codes for one in moving_all.values()), Counter[str]())
    for code, count in sorted(codes.items()):
        rule = rules()[code]
        yield f"| [{code}](diagnostics/{code}.md) | {rule.title} | {rule.severity.value} | {count} |"


def missed(moving_all: dict[str, Tally]) -> list[str]:
    """The promises that do not hold."""
    found = [
        f"{KINDS[kind]}: {moving_all[kind].converted:.1%} convert, {least:.0%} are promised"
        for kind, least in PROMISED_FILES.items()
        if moving_all[kind].converted < least
    ]
    if moving_all["B"].moved < PROMISED_STEPS:
        found.append(f"{moving_all['B'].moved:.1%} of the container steps of KFP 2 pipelines move")
    others = {code for kind in "BEC" for code in moving_all[kind].refusals} - set(WITHOUT_COUNTERPART)
    found += [f"files are refused by {code}, which is none of what has no counterpart" for code in sorted(others)]
    for one in moving_all.values():
        found += [f"traceback: {line}" for line in one.crashed] + [f"kfp's loader: {line}" for line in one.not_loaded]
        found += [f"lost: {line}" for line in one.lost]
    return found


def main() -> int:
    """Measure, and write the page."""
    if not corpus_files():
        print(NOT_HERE)
        return 0
    start = time.monotonic()
    moving_all = {kind: tally(kind, ALL, load=True) for kind in KINDS}
    auto = {kind: tally(kind, AUTO, load=False) for kind in KINDS if kind in "BE"}
    text = page(moving_all, auto)
    problems = missed(moving_all)
    if "--print" in sys.argv:
        print(text)
    elif "--check" in sys.argv:
        problems += ["docs/coverage.md is stale: make coverage"] if PAGE.read_text(encoding="utf-8") != text else []
    else:
        PAGE.write_text(text, encoding="utf-8")
        print(f"wrote {PAGE} after {time.monotonic() - start:.0f} s")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
