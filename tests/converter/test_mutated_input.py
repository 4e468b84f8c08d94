"""Whatever is done to a pipeline or a component, it is converted or refused with a reason: never an exception or KSC9xx."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml
from golden import ir, names
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.conversion import convert
from kfp_sagemaker_converter.diagnostics import EXIT_ERROR, Severity
from kfp_sagemaker_converter.output_folder import files_of
from kfp_sagemaker_converter.passes.placement import ALL, Choice
from test_converted_components import SOURCE

CONFIGURATION = Configuration(role="arn:aws:iam::123456789012:role/jobs", region="eu-west-1", bucket="team")
JUNK: list[Any] = [
    None, 3, -1.5, True, "", " ", "{{$}}", [], {}, ["a"], {"a": 1}, {"inputValue": "x"}, "x" * 300, float("nan"),
    float("inf"), {1: 2}, [None], [{}], {"if": {"cond": {"isPresent": {}}}}, {"concat": [3]}, "é\x07", {"taskOutput": {}},
    "../../etc/passwd", "$(rm -rf /)",
]  # fmt: skip


def mutated(value: Any, random_: random.Random) -> Any:
    """``value`` with one part in forty replaced, removed or renamed."""
    if random_.random() < 0.025:
        return random_.choice(JUNK)
    if isinstance(value, dict):
        kept = {key: mutated(item, random_) for key, item in value.items() if random_.random() > 0.01}
        return {random_.choice(["x", 3, "name"]) if random_.random() < 0.01 else key: item for key, item in kept.items()}
    return [mutated(item, random_) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [*names(), "component.yaml"])
def test_mutated_input_is_converted_or_refused(name: str, seed: int) -> None:
    documents = list(yaml.safe_load_all(SOURCE if name == "component.yaml" else ir(name)))
    random_ = random.Random(f"{name} {seed}")
    text = yaml.safe_dump_all([mutated(document, random_) for document in documents])
    conversion = convert(text, "mutated.yaml", CONFIGURATION, Choice(ALL))
    report = conversion.report
    assert not [one for one in report.diagnostics if one.code.startswith("KSC9")], text
    if report.exit_status == EXIT_ERROR:
        assert any(one.severity is Severity.ERROR and one.sentence and one.fix for one in report.diagnostics)
        assert files_of(conversion) == {}
    else:
        assert all("/" not in path or path.startswith(("iam/", "bundles/")) for path in files_of(conversion))
