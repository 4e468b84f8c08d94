"""What a moved step asks for when it runs, as inputs that its component declares.

kfp hands on a memory limit or an image that comes from a parameter or another step through inputs that no component declares
(``pipelinechannel--memory``, and ``memory_limit`` beside it), for the driver to fill into the pod. A moved step's launcher
reads them, so its component declares them: ``sagemaker_memory``. How tasks give them: ``back_ends.kfp.run_time_inputs``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX, Resources, StepSpec

from kfp_sagemaker_converter.model import Container

_IMAGE = "image"
#: A name ends at the first quote, so that no text makes the search long.
_PLACEHOLDER = re.compile(r"""\{\{\$\.inputs\.parameters\[(?:'([^']+)'|"([^"]+)")\]\}\}""")


@dataclass(frozen=True)
class RunTimeInputs:
    """What the tasks of a moved step give, and need not give any more.

    ``given`` are texts for the added inputs, with placeholders of the task's other inputs; ``before`` those that stood in the
    container. ``needed`` are inputs that stay in any case: the component's own, and those that its program reads.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


def declared(spec: StepSpec, container: Container, own: Collection[str]) -> tuple[StepSpec, RunTimeInputs]:
    """The specification that reads inputs of its own; ``own`` are the names of inputs that the component has already."""
    given: dict[str, str] = {}

    def read(setting: str, text: str) -> str:
        if "{{$" not in text:
            return text
        name = _free(f"{SETTING_PREFIX}{setting}", own)
        given[name] = text
        return f"{{{{$.inputs.parameters['{name}']}}}}"

    asked = spec.job.resources
    resources = replace(asked, **{each.name: read(each.name, getattr(asked, each.name)) for each in fields(Resources)})
    spec = replace(spec, image=read(_IMAGE, spec.image), job=replace(spec.job, resources=resources))
    texts = (container.image, *vars(container.resources).values())
    program = placeholders([*container.command, *container.args, *(value for _, value in container.env)])
    return spec, RunTimeInputs(given, frozenset(text for text in texts if "{{$" in text), frozenset({*own, *program}))


def placeholders(value: Any) -> Iterator[str]:
    """The names of the input parameters whose placeholders stand in the texts of a value."""
    if isinstance(value, str):
        yield from (match[1] or match[2] for match in _PLACEHOLDER.finditer(value))
    elif isinstance(value, Mapping):
        yield from placeholders([*value, *value.values()])
    elif isinstance(value, Collection):
        for item in value:
            yield from placeholders(item)


def _free(name: str, taken: Collection[str]) -> str:
    numbered, number = name, 2
    while numbered in taken:
        numbered, number = f"{name}_{number}", number + 1
    return numbered
