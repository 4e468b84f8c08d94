"""Settings that each file of the configuration may have, and that together no job of a step can have.

A file alone is checked where it is read (``configuration.validate``); here is what comes of defaults, rules and files
together, and of what the step itself asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from kfp_sagemaker.container_step.refusals import refusals
from kfp_sagemaker.container_step.step_spec import JobSettings, StepSpec

from kfp_sagemaker_converter.configuration.configuration import DEFAULT_INSTANCE_TYPE, Configuration
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container
from kfp_sagemaker_converter.passes.placement import names_of
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import configuration as rules
from kfp_sagemaker_converter.source import Location

_INSTALLS = re.compile(r"\bpip3?\s+install\b")


def refused_settings(
    moved: Iterable[tuple[Step, StepSpec]], configuration: Configuration, names: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """What is wrong, each once, with the first of the steps that it is about.

    ``names`` are the parameters of the jobs' settings, which here have the configuration's values.
    """
    known: dict[str, list[str]] = {}
    about: dict[tuple[str, Location], list[Step]] = {}
    for step, spec in moved:
        spec = replace(spec, job=_with_defaults(spec.job, configuration, names))
        key = repr((spec.service, spec.job, spec.secrets, spec.mounts))
        if key not in known:
            known[key] = [str(one) for one in refusals(spec) if not one.warning]
        for problem in known[key]:
            about.setdefault((problem, _said_at(step, configuration)), []).append(step)
        if spec.job.network_isolation and any(map(_INSTALLS.search, spec.command)):
            yield rules.installs_in_isolation(_said_at(step, configuration), step.name, step.name)
    for (problem, at), steps in about.items():
        yield rules.settings_refused(at, steps[0].name, steps[0].name, len(steps) - 1, problem)


def _with_defaults(job: JobSettings, configuration: Configuration, names: Mapping[str, str]) -> JobSettings:
    defaults = configuration.defaults
    values = {
        "instance_type": defaults.instance_type or DEFAULT_INSTANCE_TYPE,
        "subnets": ",".join(defaults.subnets or ()),
        "security_group_ids": ",".join(defaults.security_group_ids or ()),
    }
    read = {name: f"['{names.get(name, '')}']" for name in values}
    # What nobody has said may come with the run.
    known: dict[str, Any] = {name: value for name, value in values.items() if value and read[name] in getattr(job, name)}
    return replace(job, **known)


def _said_at(step: Step, configuration: Configuration) -> Location:
    """The last rule for the step, else the project's file, else the step."""
    image = step.executor.image if isinstance(step.executor, Container) else ""
    rules_of_step = configuration.for_step(names_of(step), image).rules
    if rules_of_step:
        return rules_of_step[-1].location
    return Location(configuration.files[-1], 1) if configuration.files else step.executor.location
