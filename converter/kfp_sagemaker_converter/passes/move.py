"""The plan: for every step whether it moves, and for those that do, the whole specification of what runs instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from kfp_sagemaker.container_step.encoding import INLINE_LIMIT, encode
from kfp_sagemaker.container_step.ir import step_spec
from kfp_sagemaker.container_step.python_steps import chooses_paths
from kfp_sagemaker.container_step.step_spec import Service, StepSpec, UriMode

from kfp_sagemaker_converter.configuration.configuration import Configuration, StepSettings
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container, Pipeline
from kfp_sagemaker_converter.passes.compute import InstanceChoice, choose_instance
from kfp_sagemaker_converter.passes.images import about_images
from kfp_sagemaker_converter.passes.job_settings import LONGEST_RUN, job_settings
from kfp_sagemaker_converter.passes.kubernetes_settings import Carried, carried
from kfp_sagemaker_converter.passes.large_values import all_marked, large_values
from kfp_sagemaker_converter.passes.obstacles import obstacles
from kfp_sagemaker_converter.passes.placement import Choice, Decision, names_of, place, unmatched
from kfp_sagemaker_converter.passes.refused_settings import refused_settings
from kfp_sagemaker_converter.passes.run_time_inputs import RunTimeInputs, declared
from kfp_sagemaker_converter.passes.setting_names import renamed
from kfp_sagemaker_converter.passes.steps import Step, steps_of
from kfp_sagemaker_converter.passes.volumes import Volumes, volumes_of, with_training
from kfp_sagemaker_converter.rules import configuration as configuration_rules
from kfp_sagemaker_converter.rules import kubernetes as kubernetes_rules
from kfp_sagemaker_converter.rules import output as output_rules
from kfp_sagemaker_converter.rules import placement as placement_rules
from kfp_sagemaker_converter.source import Location

#: Characters of a container below which its specification cannot exceed the limit, packed in the worst case.
_SURELY_SHORT = INLINE_LIMIT // 8


@dataclass(frozen=True)
class Moved:
    """A step that moves: what it carries, how its instance was chosen, what its pod keeps and what its tasks give it."""

    step: Step
    spec: StepSpec
    choice: InstanceChoice
    pod_settings: Mapping[str, Any] = field(default_factory=dict)
    run_time_inputs: RunTimeInputs = field(default_factory=RunTimeInputs)


@dataclass(frozen=True)
class Plan:
    """What becomes of every step of a pipeline. ``images`` maps the images of moved steps to those that run instead."""

    decisions: tuple[Decision, ...]
    moved: tuple[Moved, ...]
    diagnostics: tuple[Diagnostic, ...]
    images: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step."""
        return tuple(decision.step for decision in self.decisions)


def plan(pipeline: Pipeline, configuration: Configuration, choice: Choice, names: Mapping[str, str]) -> Plan:
    """Decide for every step. ``names`` are the parameters of the jobs' settings (:mod:`.setting_names`)."""
    decisions: list[Decision] = []
    moved: list[Moved] = []
    diagnostics: list[Diagnostic] = []
    steps = steps_of(pipeline)
    matched: set[Location] = set()

    for pattern in unmatched(steps, choice):
        diagnostics.append(placement_rules.pattern_without_step(pipeline.location, "", pattern))
    for step in steps:
        image = step.executor.image if isinstance(step.executor, Container) else ""
        settings = configuration.for_step(names_of(step), image)
        decision = place(step, choice, settings.placement, partial(obstacles, settings=settings, configuration=configuration))
        if decision.moves:
            outcome = _move(step, settings, configuration, names)
            if isinstance(outcome, Decision):
                decision = outcome
            else:
                moved.append(outcome[0])
                diagnostics += outcome[1]
        decisions.append(decision)
        diagnostics += decision.diagnostics
        matched.update(rule.location for rule in settings.rules)
    diagnostics += [
        configuration_rules.rule_without_steps(rule.location, "", str(rule))
        for rule in configuration.own_rules if rule.location not in matched
    ]  # fmt: skip
    found = large_values(pipeline, {one.step.component.name for one in moved})
    moved = [replace(one, spec=found.marked(one.spec, one.step.component.name)) for one in moved]
    of_jobs = [(one.step, one.spec) for one in moved]
    images, more = about_images(of_jobs, configuration)
    diagnostics += [*more, *refused_settings(of_jobs, configuration, names)]
    return Plan(tuple(decisions), tuple(moved), tuple(diagnostics), images)


def _move(
    step: Step, settings: StepSettings, configuration: Configuration, names: Mapping[str, str]
) -> Decision | tuple[Moved, list[Diagnostic]]:
    """A step that is to move: it does, unless no instance is large enough or nothing can carry it."""
    assert isinstance(step.executor, Container)
    at = step.executor.location
    if with_training(step, settings):
        settings = replace(settings, job=replace(settings.job, service=Service.TRAINING.value))
    instance = choose_instance(step.executor.resources, step.settings, settings, at, step.name)
    if not instance.movable:
        return Decision(step, False, instance.why, instance.diagnostics)
    def of_secret(name: str) -> tuple[str, str]:
        rule = configuration.secret(name)
        return rule.policy, rule.arn

    taken = carried(step, of_secret, len(settings.job.tags or ()))
    volumes = volumes_of(step, configuration)
    spec = _spec(step, step.executor, settings, configuration, instance, taken, volumes, names)
    own = (*step.component.inputs.parameters, *step.component.inputs.artifacts)
    spec, run_time_inputs = declared(spec, step.executor, own)
    if not configuration.pipeline_root and _is_too_long(all_marked(spec)):
        return Decision(step, False, "too long", (output_rules.too_long_without_bucket(at, step.name, step.name),))
    diagnostics = [*instance.diagnostics, *taken.diagnostics, *volumes.diagnostics]
    diagnostics += _about_deadline(step, taken.max_run_time, settings, instance.service)
    if chooses_paths(spec):
        diagnostics.append(output_rules.outputs_at_custom_paths(at, step.name, step.name))
    return Moved(step, spec, instance, {**taken.pod_settings, **volumes.pod_settings}, run_time_inputs), diagnostics


def _about_deadline(step: Step, seconds: int, settings: StepSettings, service: str) -> Iterator[Diagnostic]:
    setting = next((one for one in step.settings if one.name == "activeDeadlineSeconds"), None)
    if not seconds or setting is None or settings.job.max_run_time is not None:
        return
    if seconds > LONGEST_RUN[service]:
        yield kubernetes_rules.deadline_shortened(setting.location, step.name, step.name, service, LONGEST_RUN[service])
    else:
        yield kubernetes_rules.deadline(setting.location, step.name, step.name, seconds)


def _spec(
    step: Step,
    container: Container,
    settings: StepSettings,
    configuration: Configuration,
    instance: InstanceChoice,
    taken: Carried,
    volumes: Volumes,
    names: Mapping[str, str],
) -> StepSpec:
    shell = settings.job.shell is not False
    job = renamed(job_settings(configuration, settings, instance, taken, volumes, container), names)
    copied = job.registry_access != "Vpc" or configuration.maps(container.image)
    image = (configuration.target_image(container.image) if copied else "") or container.image
    return step_spec(
        {**container.words["container"], "image": image},
        step.component.words,
        job=job,
        service=Service(instance.service),
        secrets=taken.secrets,
        mounts=volumes.mounts,
        shell=shell,
        uri_mode=UriMode.KFP if shell else UriMode.LOCAL,
    )


def _is_too_long(spec: StepSpec) -> bool:
    return sum(map(len, _texts(spec))) > _SURELY_SHORT and len(encode(spec)) > INLINE_LIMIT


def _texts(spec: StepSpec) -> Iterator[str]:
    yield from spec.command
    yield from spec.args
    yield from (value for _, value in spec.env)
    yield str(spec.inputs)
    yield str(spec.outputs)
