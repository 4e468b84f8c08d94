"""``docs/diagnostics/``: a page per code, from the docstring of its rule, and a list of them."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.diagnostics import Rule, Severity, rules

FOLDER = "docs/diagnostics"
#: What each severity means to a reader.
MEANING = {
    Severity.INFO: "worth knowing; the conversion is exact",
    Severity.APPROXIMATE: "kept, though not exactly: review it",
    Severity.MANUAL: "somebody has to do or to decide something",
    Severity.ERROR: "nothing is written",
}
_FAMILIES = {
    "1": "Reading files", "2": "The pipeline as it was written", "3": "Which steps move", "4": "Instances",
    "5": "What a moved step runs", "6": "Kubernetes settings and secrets", "7": "The pipeline as it comes out",
    "8": "The configuration", "9": "The converter itself",
}  # fmt: skip


def page(rule: Rule[Any]) -> str:
    """The page of one rule, in Markdown."""
    title, _, rest = rule.page.partition("\n")
    meaning = MEANING[rule.severity]
    return f"# {rule.code}: {title.rstrip('.')}\n\n`{rule.name}`, {rule.severity.value}: {meaning}.\n{rest.rstrip()}\n"


def pages() -> dict[str, str]:
    """Texts by path: the pages, and the list."""
    made = {f"{FOLDER}/{code}.md": page(rule) for code, rule in rules().items()}
    return {f"{FOLDER}/index.md": _list(), **made}


def _list() -> str:
    lines = [
        "# Diagnostics of the converter", "",
        "What `kfp-sagemaker convert` and `check` have to say has a code. `kfp-sagemaker explain CODE` prints its page.", "",
        *(f"- **{severity.value}**: {meaning}." for severity, meaning in MEANING.items()),
        "", "Exit status: 0 exact (infos only), 1 to be reviewed, 2 refused.",
    ]  # fmt: skip
    family = ""
    for code, rule in rules().items():
        if code[3] != family:
            family = code[3]
            lines += ["", f"## {_FAMILIES[family]}", "", "| code | severity | |", "|---|---|---|"]
        lines.append(f"| [{code}]({code}.md) | {rule.severity.value} | {rule.title} |")
    return "\n".join(lines) + "\n"
