"""Which instance type and which kind of job a moved step gets, and why.

In this order: the type that a rule of the configuration fixes; the type that a node selector names; the smallest type for
what the container asks for, the larger of request and limit, since a job has its instance to itself; the configuration's
default for a step that asks for nothing. Processing jobs come first, training jobs where only they have it. What is known at
run time only stays open: the launcher chooses among ``candidates``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from kfp_sagemaker.container_step.kinds_of_job import asking_for_training
from kfp_sagemaker.container_step.step_spec import Candidate
from kfp_sagemaker.instance_types import InstanceType, instance_types
from kfp_sagemaker.smallest_instance import (
    ANY_GPU,
    NEURON_KINDS,
    Accelerator,
    Asked,
    accelerator,
    gibibytes,
    quantity,
    smallest,
    suitable,
)

from kfp_sagemaker_converter.configuration.configuration import StepSettings
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Resources, Setting
from kfp_sagemaker_converter.passes.node_conditions import NodeConditions, node_conditions
from kfp_sagemaker_converter.passes.placement import MOVE
from kfp_sagemaker_converter.rules import compute as rules
from kfp_sagemaker_converter.source import Location

PROCESSING, TRAINING = "processing", "training"


@dataclass(frozen=True)
class InstanceChoice:
    """What a step gets. ``instance_type`` is empty when it cannot move (``movable`` False) or is chosen at run time.

    ``by_default`` tells that it is the configuration's, for a step that asks for nothing.

    ``service`` is processing or training. ``why`` is a phrase for the report. ``candidates`` are for the choice at run time,
    the smallest first.
    """

    instance_type: str
    service: str
    why: str
    movable: bool = True
    by_default: bool = False
    candidates: tuple[Candidate, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def choose_instance(
    resources: Resources, node_settings: Sequence[Setting], settings: StepSettings, at: Location, step: str
) -> InstanceChoice:
    """The choice for the step ``step``, whose executor stands at ``at``.

    ``node_settings`` are the executor's settings in the platform document; only those about nodes are read.
    """
    say = _Findings(at, step)
    wanted = asking_for_training(vars(settings.job))
    service = settings.job.service or (TRAINING if wanted else PROCESSING)
    if service == PROCESSING and wanted:
        say.add(rules.not_of_processing_jobs(at, step, ", ".join(wanted)))
    nodes = node_conditions(node_settings)
    if settings.fixed_instance_type:
        return _of_the_configuration(settings.fixed_instance_type, settings, service, say)
    if nodes.platform and settings.placement != MOVE:
        say.add(rules.wrong_architecture(at, step, nodes.platform))
        return say.stays(service, f"asks for {nodes.platform}")
    if nodes.others:
        say.add(rules.node_labels_dropped(at, step, "; ".join(nodes.others)))
    if nodes.spot and not settings.job.spot_instance:
        say.add(rules.spot_nodes(at, step, nodes.spot))
    if settings.job.instance_families:
        # The configuration's come in place of the selector's, and of what only these told.
        nodes = replace(nodes, families=(), accelerators=() if nodes.by_family else nodes.accelerators)
    families = settings.job.instance_families or nodes.families
    if named := _named(nodes, service, settings):
        return say.choice(named, f"the node selector names {named.name.removeprefix('ml.')}", service)
    asked, shown = _asked(resources, nodes, say)
    if not asked.accelerator.kind:
        say.add(rules.no_such_accelerator(at, step, shown))
        return say.stays(service, f"asks for {shown}")
    if resources.at_run_time:
        return _at_run_time(asked, shown, resources, families, service, settings, say)
    if asked == Asked() and not nodes.families:
        default = settings.job.instance_type or ""
        by_default = _of_the_configuration(default, settings, service, say, "the default, as it asks for nothing")
        return replace(by_default, by_default=True)
    return _smallest(asked, shown, families, service, settings, say)


class _Findings:
    """Diagnostics about one step, and the choices that they end in."""

    def __init__(self, at: Location, step: str) -> None:
        self.at, self.step = at, step
        self.said: list[Diagnostic] = []

    def add(self, found: Diagnostic) -> None:
        self.said.append(found)

    def stays(self, service: str, why: str) -> InstanceChoice:
        return InstanceChoice("", service, why, movable=False, diagnostics=tuple(self.said))

    def choice(self, one: InstanceType, why: str, service: str) -> InstanceChoice:
        """``one`` for a job of ``service``; of training where only that has it."""
        service = self.service_for(one, service)
        return InstanceChoice(one.name, service, why, diagnostics=tuple(self.said))

    def service_for(self, one: InstanceType, service: str) -> str:
        """``service``, or training where only that has the type, which is said."""
        if service in one.uses:
            return service
        self.add(rules.needs_training(self.at, self.step, one.name, str(one)))
        return TRAINING


def _of_the_configuration(
    name: str, settings: StepSettings, service: str, say: _Findings, why: str = "set by a rule"
) -> InstanceChoice:
    known = instance_types().get(name)
    if known and service not in known.uses and TRAINING in known.uses and not settings.job.service:
        return say.choice(known, why, service)
    return InstanceChoice(name, service, why, diagnostics=tuple(say.said))


def _named(nodes: NodeConditions, service: str, settings: StepSettings) -> InstanceType | None:
    """The first type named by a node selector that the job can have."""
    uses = {service} if settings.job.service else {service, TRAINING}
    found = (instance_types()[name] for name in nodes.instance_types)
    return next((one for one in found if uses & set(one.uses)), None)


def _asked(resources: Resources, nodes: NodeConditions, say: _Findings) -> tuple[Asked, str]:
    """What is asked for, and the accelerator as it was written.

    What comes at run time is not asked for here.
    """

    def number(which: str, text: str, parse: Callable[[str], float] = quantity) -> float:
        try:
            return parse(text) if text and not _at_run_time_only(text) else 0.0
        except ValueError:
            say.add(rules.not_a_quantity(say.at, say.step, which, text[:60]))
            return 0.0

    vcpus = max(number("CPU request", resources.cpu_request), number("CPU limit", resources.cpu_limit))
    of_request = number("memory request", resources.memory_request, gibibytes)
    memory = max(of_request, number("memory limit", resources.memory_limit, gibibytes))
    count = number("accelerator count", resources.accelerator_count)
    written = "" if _at_run_time_only(resources.accelerator_type) else resources.accelerator_type
    device = accelerator(written) if written else ANY_GPU
    # A label tells the kind where the resource (nvidia.com/gpu) only counts.
    if nodes.accelerators and device == ANY_GPU:
        written, device = nodes.accelerators[0], accelerator(nodes.accelerators[0])
    one = nodes.accelerators or (resources.accelerator_type and not resources.accelerator_count)
    accelerators = int(-(-count // 1)) or int(bool(one))
    if not accelerators and not _at_run_time_only(resources.accelerator_count):
        return Asked(vcpus, memory), ""
    return Asked(vcpus, memory, accelerators, device), f"{accelerators or ''} {written or 'GPU'}".strip()


def _at_run_time_only(text: str) -> bool:
    return "{{$" in text


def _smallest(
    asked: Asked, shown: str, families: Collection[str], service: str, settings: StepSettings, say: _Findings
) -> InstanceChoice:
    found = next((one for use in _uses(service, settings) if (one := smallest(asked, use, families))), None)
    if found is None:
        return _nothing(asked, families, service, say)
    _tell_accelerators(asked, shown, found, families, service, say)
    return say.choice(found, f"the smallest for {asked}", service)


def _uses(service: str, settings: StepSettings) -> tuple[str, ...]:
    """The kinds of job that a step may be, in the order in which they are tried."""
    return (service,) if settings.job.service else tuple(dict.fromkeys((service, TRAINING)))


def _nothing(asked: Asked, families: Collection[str], service: str, say: _Findings) -> InstanceChoice:
    allowed = f" of {', '.join(families)}" if families else ""
    any_size = replace(asked, vcpus=0, memory_gib=0, accelerators=min(asked.accelerators, 1))
    largest = next(reversed(suitable(any_size, TRAINING, families)), None)
    hint = f"the largest{allowed} is {largest.name} with {largest}" if largest else f"there is none{allowed} like it"
    say.add(rules.nothing_large_enough(say.at, say.step, str(asked), hint))
    return say.stays(service, f"asks for {asked}")


def _tell_accelerators(
    asked: Asked, shown: str, found: InstanceType, families: Collection[str], service: str, say: _Findings
) -> None:
    """Say where a type has accelerators of another kind, or more of them, than asked for."""
    if not found.accelerators:
        return
    if asked.accelerator.nearest:
        got = f"{found.accelerators} {found.accelerator}"
        say.add(rules.other_accelerator(say.at, say.step, shown.split(" ", 1)[-1], found.name, got))
    if asked.accelerators and found.accelerators > asked.accelerators:
        fewer = _with_fewer(asked, found, service, families)
        say.add(rules.more_accelerators(say.at, say.step, shown, found.name, found.accelerators, fewer))


def _with_fewer(asked: Asked, found: InstanceType, service: str, families: Collection[str]) -> str:
    """The smallest type whose accelerators are of another kind, as large, and nearer to the number asked for."""
    others = [
        one for one in suitable(replace(asked, accelerator=ANY_GPU), service, families)
        if one.accelerator_memory_gib >= found.accelerator_memory_gib and one.accelerators < found.accelerators
    ]  # fmt: skip
    best = min(others, key=lambda one: (one.accelerators, one.vcpus, one.memory_gib), default=None)
    return f"{best.name} has {best}" if best and found.has_gpu else ""


def _at_run_time(
    asked: Asked,
    shown: str,
    resources: Resources,
    families: Collection[str],
    service: str,
    settings: StepSettings,
    say: _Findings,
) -> InstanceChoice:
    """The choice is the launcher's, among the types that have what is ``asked`` for in any case."""
    inputs = _listed([name.replace("_", " ") for name, text in vars(resources).items() if _at_run_time_only(text)])
    say.add(rules.chosen_at_run_time(say.at, say.step, inputs))
    wanted = [asked]
    if _at_run_time_only(resources.accelerator_count) and not asked.accelerators:
        wanted.append(replace(asked, accelerators=1))
    found = [(use, [suitable(one, use, families) for one in wanted]) for use in _uses(service, settings)]
    # A kind of job that has types for all of it, such as with accelerators and without, comes before the others.
    fits = next((one for one in found if all(one[1])), None) or next((one for one in found if any(one[1])), None)
    if fits is None:
        return _nothing(asked, families, service, say)
    use, groups = fits
    kind_at_run_time = _at_run_time_only(resources.accelerator_type)
    if kind_at_run_time and asked.accelerator == ANY_GPU:
        neuron = [replace(one, accelerator=Accelerator(kind)) for one in wanted if one.accelerators for kind in NEURON_KINDS]
        groups += [suitable(one, use, families) for one in neuron]
    types = [one for group in groups for one in group]
    first = next((one for one in types if one.accelerators), types[0])
    _tell_accelerators(asked, shown, first, families, service, say)
    service = say.service_for(first, service)
    # Of a size one type is enough, unless the kind of its accelerators comes at run time too.
    sizes: dict[tuple[int, int, float, str], InstanceType] = {}
    for one in types:
        sizes.setdefault((one.accelerators, one.vcpus, one.memory_gib, one.accelerator if kind_at_run_time else ""), one)
    candidates = tuple(Candidate(one.name, one.vcpus, one.memory_gib, one.accelerators) for one in sizes.values())
    return InstanceChoice("", service, f"by {inputs}", candidates=candidates, diagnostics=tuple(say.said))


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1])] * bool(names[:-1]) + [*names[-1:]])
