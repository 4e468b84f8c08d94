"""A Vertex job's ``runtimeConfig``: the values that it runs its pipeline with."""

from __future__ import annotations

from typing import Any

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.front_ends.kfp_v2.older_ir import value_of
from kfp_sagemaker_converter.model import Words
from kfp_sagemaker_converter.rules import pipeline as rules
from kfp_sagemaker_converter.source import Location

#: What a job says that no pipeline needs: its own name and state, and what is read here.
_OF_THE_JOB = frozenset({
    "name", "displayName", "runtimeConfig", "createTime", "startTime", "endTime", "updateTime", "state", "jobDetail", "error",
    "templateUri", "templateMetadata", "scheduleName",
})  # fmt: skip
#: Vertex's own root for artifacts is not read: the converted pipeline has one in S3.
_VALUES = frozenset({"parameterValues", "parameters", "gcsOutputDirectory"})


def apply_runtime_config(ir: dict[str, Any], wrapper: Words, at: Location) -> list[Diagnostic]:
    """Make a job's parameter values the defaults of the pipeline, in place: a KFP pipeline has no other place for them.

    What Vertex has beside them is told.
    """
    config = wrapper.get("runtimeConfig")
    config = config if isinstance(config, dict) else {}
    left = [key for key in wrapper if key not in _OF_THE_JOB and wrapper[key]]
    left += [f"runtimeConfig.{key}" for key in config if key not in _VALUES and config[key]]
    values = dict(config.get("parameterValues") or {})
    for name, old in (config.get("parameters") or {}).items():
        values.setdefault(name, value_of(old) if isinstance(old, dict) else old)
    declared = (((ir.get("root") or {}).get("inputDefinitions") or {}).get("parameters")) or {}
    findings = [rules.job_settings_left_out(at, "", ", ".join(left))] if left else []
    taken = {name: value for name, value in values.items() if isinstance(declared.get(name), dict)}
    for name, value in taken.items():
        declared[name]["defaultValue"] = value
        declared[name]["isOptional"] = True
    if taken:
        findings.append(rules.job_values_as_defaults(at, "", ", ".join(sorted(taken))))
    if unknown := sorted(set(values) - set(taken)):
        findings.append(rules.job_values_unknown(at, "", ", ".join(unknown)))
    return findings
