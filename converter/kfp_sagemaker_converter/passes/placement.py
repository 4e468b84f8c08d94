"""Which steps run on SageMaker and which stay in the cluster, and why.

``auto`` moves steps with data (artifacts, volume claims), accelerators or resource requests. What only passes parameters
starts in seconds in the cluster and in minutes as a job, so it stays. Whatever was asked for, some things never move: they are
no programs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Container, CustomJob, Importer, Opaque, Resolver
from kfp_sagemaker_converter.passes.node_conditions import node_conditions
from kfp_sagemaker_converter.passes.steps import Step
from kfp_sagemaker_converter.rules import placement as rules

AUTO = "auto"
ALL = "all"
NONE = "none"
MOVE = "move"
KEEP = "keep"

_GOOGLE = "google_cloud_pipeline_components"
#: The module of the components' container, and of moved steps.
_OWN = "kfp_sagemaker"


@dataclass(frozen=True)
class Choice:
    """What was asked for. ``mode`` is auto, all or none; ``only`` and ``keep`` are patterns of names or images."""

    mode: str = AUTO
    only: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What becomes of a step: ``reason`` for people, ``diagnostics`` for a step that stays."""

    step: Step
    moves: bool
    reason: str
    diagnostics: tuple[Diagnostic, ...] = ()


def names_of(step: Step) -> tuple[str, ...]:
    """The names that a step goes by: its executor's, component's and tasks', with and without kfp's prefixes."""
    names = [step.name, step.label, step.label.removeprefix("exec-"), step.component.name]
    names += [step.component.name.removeprefix("comp-")]
    for use in step.uses:
        names += [use.task.name, use.task.display_name, use.path]
    return tuple(dict.fromkeys(name for name in names if name))


def place(
    step: Step, choice: Choice, ruled: str, obstacles: Callable[[Step], Sequence[Diagnostic]]
) -> Decision:
    """The decision for one step.

    ``ruled`` is what the configuration's rules say: move, keep, or nothing. ``obstacles`` are asked for only when the step
    would move: what about it no job can do.
    """
    immovable = never_moves(step)
    if immovable is not None:
        return immovable
    if _matches(step, choice.keep):
        return _kept(step, "asked to stay", rules.asked_to_stay(step.executor.location, step.name, step.name, "--keep"))
    if choice.only and not _matches(step, choice.only):
        return _kept(step, "not among --only", rules.asked_to_stay(step.executor.location, step.name, step.name, "--only"))
    if not choice.only and ruled == KEEP:
        the = "a rule of the configuration"
        return _kept(step, "asked to stay by a rule", rules.asked_to_stay(step.executor.location, step.name, step.name, the))
    reason = _reason_to_move(step, choice, ruled)
    if not reason:
        if choice.mode == NONE:
            the = "the configuration (placement: none)"
            return _kept(step, "asked to stay", rules.asked_to_stay(step.executor.location, step.name, step.name, the))
        return _kept(step, "passes parameters only", rules.glue(step.executor.location, step.name, step.name))
    found = tuple(obstacles(step))
    if found:
        return Decision(step, False, "has what no job can do", found)
    return Decision(step, True, reason)


def never_moves(step: Step) -> Decision | None:
    """The decision for what is no program of the user's: importers, stubs, SageMaker's and Google's own components."""
    at, name = step.executor.location, step.name
    match step.executor:
        case Importer():
            return _kept(step, "importer", rules.importer(at, name, name))
        case Resolver():
            return _kept(step, "resolver", rules.no_container(at, name, name, "a resolver, a query of Vertex's metadata"))
        case CustomJob():
            return _kept(step, "Vertex custom job", rules.no_container(at, name, name, "a Vertex AI custom job"))
        case Opaque(kind=kind):
            return _kept(step, "unknown executor", rules.no_container(at, name, name, f"an executor of unknown kind ({kind})"))
        case Container() as container:
            words = " ".join((*container.command, *container.args[:3]))
            if not step.uses:
                return _kept(step, "no task uses it", rules.unused(at, name, name))
            if container.image.startswith("argostub/"):
                return _kept(step, "volume claim", rules.volume_claim(at, name, name, container.image))
            if _runs_module(container, _OWN):
                return _kept(step, "runs on SageMaker already", rules.already_on_sagemaker(at, name, name))
            if _GOOGLE in words:
                module = next((word for word in container.command if _GOOGLE in word), container.image)
                return _kept(step, "Google Cloud component", rules.google_component(at, name, name, module))
            if not container.image:
                return _kept(step, "no image", rules.no_container(at, name, name, "a container without an image"))
    return None


def _runs_module(container: Container, module: str) -> bool:
    command = (*container.command, *container.args[:2])
    return any(one == "-m" and two.partition(".")[0] == module for one, two in pairwise(command))


def _reason_to_move(step: Step, choice: Choice, ruled: str) -> str:
    if choice.only:
        return "asked to move (--only)"
    if ruled == MOVE:
        return "asked to move by a rule of the configuration"
    if choice.mode == ALL:
        return "all steps move"
    if choice.mode == NONE:
        return ""
    assert isinstance(step.executor, Container)
    resources = step.executor.resources
    nodes = node_conditions(step.settings)
    if resources.accelerator_type or resources.accelerator_count or nodes.accelerators:
        return "needs an accelerator"
    if step.component.inputs.artifacts or step.component.outputs.artifacts:
        return "reads or writes data (artifacts)"
    if any(setting.name == "pvcMount" and setting.value for setting in step.settings):
        return "reads or writes data (a volume claim)"
    if nodes.instance_types or nodes.families:
        return "asks for instance types"
    return "asks for CPU or memory" if resources.anything else ""


def _matches(step: Step, patterns: Sequence[str]) -> bool:
    image = step.executor.image if isinstance(step.executor, Container) else ""
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in (*names_of(step), image))


def _kept(step: Step, reason: str, *diagnostics: Diagnostic) -> Decision:
    return Decision(step, False, reason, diagnostics)


def unmatched(steps: Sequence[Step], choice: Choice) -> list[str]:
    """Patterns of ``--only`` and ``--keep`` that no step goes by."""
    return [pattern for pattern in (*choice.only, *choice.keep) if not any(_matches(step, [pattern]) for step in steps)]
