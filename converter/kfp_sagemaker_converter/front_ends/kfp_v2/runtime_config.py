"""A Vertex job's ``runtimeConfig``: the values that it runs its pipeline with."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.kfp_v2.older_ir import value_of
from kfp_sagemaker_converter.model import Words
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location


def apply_runtime_config(ir: dict[str, Any], wrapper: Words, at: Location) -> list[Diagnostic]:
    """Make a job's parameter values the defaults of the pipeline, in place: a KFP pipeline has no other place for them."""
    config = wrapper.get("runtimeConfig")
    if not isinstance(config, dict):
        return []
    values = dict(config.get("parameterValues") or {})
    for name, old in (config.get("parameters") or {}).items():
        values.setdefault(name, value_of(old) if isinstance(old, dict) else old)
    declared = (((ir.get("root") or {}).get("inputDefinitions") or {}).get("parameters")) or {}
    findings = []
    taken = {name: value for name, value in values.items() if isinstance(declared.get(name), dict)}
    for name, value in taken.items():
        declared[name]["defaultValue"] = value
        declared[name]["isOptional"] = True
    if taken:
        findings.append(rules.job_values_as_defaults(at, "", ", ".join(sorted(taken))))
    if unknown := sorted(set(values) - set(taken)):
        findings.append(rules.job_values_unknown(at, "", ", ".join(unknown)))
    return findings
