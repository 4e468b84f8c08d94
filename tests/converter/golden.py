"""Golden files: own small pipelines as IR (data/ir) and what they are converted to (data/converted).

``python tests/converter/golden.py`` writes the converted ones anew, ``--compile`` the IR as well, with the installed kfp. A
converted file is shown with its steps unpacked: their packing is of zlib's version.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from kfp_sagemaker.container_step.encoding import _plain, decode
from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule, StepRule
from kfp_sagemaker_converter.conversion import Conversion, convert
from kfp_sagemaker_converter.source import Location

DATA = Path(__file__).parent / "data"
CONFIGURATION = Configuration(
    role="arn:aws:iam::123456789012:role/jobs",
    region="eu-west-1",
    bucket="team-pipelines",
    launcher_image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/kfp-sagemaker:1",
    registry="123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror",
    secrets={"database": SecretRule("secrets_manager", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database")},
    volume_claims={"shared": ClaimRule(efs="fs-0123456789abcdef0", directory="/claims")},
)
#: What the configuration says beside that, for the steps of single pipelines: a file system is reached through a VPC.
RULES = {
    "volumes": (StepRule(Location("kfp-sagemaker.yaml", 1), name="train-2",
                         job=Job(subnets=("subnet-0123abcd",), security_group_ids=("sg-0123abcd",))),),
}  # fmt: skip


def names() -> list[str]:
    """The names of the pipelines."""
    return sorted(path.stem for path in (DATA / "ir").glob("*.yaml"))


def ir(name: str) -> str:
    """A pipeline's IR as text."""
    return (DATA / "ir" / f"{name}.yaml").read_text(encoding="utf-8")


def converted(name: str) -> Conversion:
    """A pipeline converted as its golden file is."""
    return convert(ir(name), f"{name}.yaml", replace(CONFIGURATION, steps=RULES.get(name, ())))


def golden_text(conversion: Conversion) -> str:
    """A conversion as its golden file shows it: the documents with steps unpacked, then what was said."""
    said = [f"{one.code} {one.subject} line {one.location.line}: {one.sentence}" for one in conversion.report.diagnostics]
    steps = [f"{one.name}: {one.outcome.value}, {one.reason}, {one.instance_type or '-'}" for one in conversion.report.steps]
    documents = [*(unpacked(document) for document in conversion.documents), {"steps": steps, "said": said}]
    return yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True, width=120)


def unpacked(document: Any) -> Any:
    """A document whose packed steps are mappings."""
    if isinstance(document, dict):
        return {key: unpacked(value) for key, value in document.items()}
    if isinstance(document, list):
        if "--step" in document:
            at = document.index("--step") + 1
            return [*document[:at], _plain(decode(document[at])), *document[at + 1 :]]
        return [unpacked(item) for item in document]
    return document


def write(compile_too: bool) -> None:
    """Write the golden files."""
    if compile_too:
        sys.path.insert(0, str(DATA / "source"))
        from kfp.compiler import Compiler
        from pipelines import PIPELINES

        for pipeline in PIPELINES:
            Compiler().compile(pipeline, str(DATA / "ir" / f"{pipeline.name}.yaml"))
    for name in names():
        (DATA / "converted" / f"{name}.yaml").write_text(golden_text(converted(name)), encoding="utf-8")


if __name__ == "__main__":
    write("--compile" in sys.argv)
