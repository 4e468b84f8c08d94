"""Puts a container step into the place of an executor's container: pure functions on dicts of the KFP v2 IR.

Neither kfp nor a file is touched here. The DAG around the step stays as it is; only the component's extra inputs have to be
given arguments (``setting_inputs``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any

from kfp_sagemaker.container_step.encoding import INLINE_LIMIT, Bundle, bundle, encode
from kfp_sagemaker.container_step.step_spec import SETTING_PREFIX, JobSettings, StepSpec
from kfp_sagemaker.errors import InvalidInput, Violation

#: What a step's container runs. Everything else comes through ``{{$}}``, which alone has the component's defaults in it.
COMMAND = ("python3", "-m", "kfp_sagemaker", "step")

#: A name ends at the first quote, so that no text makes the search long.
_PARAMETER = re.compile(r"""\{\{\$\.inputs\.parameters\[(?:'(?P<name>[^']+)'|"(?P<quoted>[^"]+)")\]\}\}""")

_SETTINGS = {
    "role": "ARN of the IAM role that the job runs as.",
    "region": "AWS region of the job; empty: the region of the pod.",
    "instance_type": "ML instance type of the job.",
    "cpu": "CPUs that the step asks for.",
    "memory": "Memory that the step asks for.",
    "accelerator_count": "Number of accelerators that the step asks for.",
    "accelerator_type": "Kind of accelerators that the step asks for.",
    "image": "Image that the step runs in.",
    "subnets": "Subnets of the job, separated by commas; empty: no VPC.",
    "security_group_ids": "Security groups of the job, separated by commas.",
    "staging_uri": "S3 URI for what a job needs when KFP's pipeline root is not in S3.",
}


@dataclass(frozen=True)
class Launcher:
    """The container that takes a moved step's place; ``bundle`` has to be in S3 before the pipeline runs (None: nothing)."""

    container: Mapping[str, Any]
    bundle: Bundle | None = None


def step_spec(container: Mapping[str, Any], component: Mapping[str, Any], **more: Any) -> StepSpec:
    """The specification of an executor's ``container`` and the component that it belongs to; ``more`` are other members."""
    job: JobSettings = more.pop("job", JobSettings())
    return StepSpec(
        image=str(container.get("image", "")),
        command=tuple(map(str, container.get("command") or ())),
        args=tuple(map(str, container.get("args") or ())),
        env=tuple((str(each["name"]), str(each.get("value", ""))) for each in container.get("env") or ()),
        inputs=_definitions(component.get("inputDefinitions")),
        outputs=_definitions(component.get("outputDefinitions")),
        job=job,
        **more,
    )


def _definitions(given: Any) -> dict[str, Any]:
    """Input or output definitions without the descriptions, which only people read."""
    return {
        kind: {name: {key: value for key, value in definition.items() if key != "description"}
               for name, definition in members.items()}
        for kind, members in (given or {}).items()
    }


def launcher_container(spec: StepSpec, image: str, bundle_prefix: str = "") -> Launcher:
    """What takes the place of the executor's container. ``image`` is that of kfp-sagemaker, with its version as tag.

    A specification of more than 64 KiB becomes a bundle below ``bundle_prefix`` (``s3://bucket/key``).
    Raises InvalidInput when there is none.
    """
    encoded, made = encode(spec), None
    if len(encoded) > INLINE_LIMIT:
        if not bundle_prefix.startswith("s3://"):
            problem = (f"its encoding has {len(encoded)} characters, and {INLINE_LIMIT} fit into a container's arguments; "
                       "`kfp-sagemaker convert` keeps such steps in S3, when it is told the pipeline root")
            raise InvalidInput("step", [Violation("command", problem)])
        made = bundle(encoded, bundle_prefix)
        encoded = made.reference
    args = ["--executor-input", "{{$}}", "--step", encoded]
    return Launcher({"image": image, "command": list(COMMAND), "args": args}, made)


def setting_inputs(spec: StepSpec) -> dict[str, dict[str, Any]]:
    """Parameters that the component has to declare besides its own, in the IR's words: the settings known at run time.

    They are optional and empty by default; ``sagemaker_role`` and ``sagemaker_instance_type`` are checked when the step runs.
    Raises InvalidInput when the component has an input of that name already.
    """
    names = sorted({name for name in _placeholders((spec.image, spec.job)) if name.startswith(SETTING_PREFIX)})
    own = {name for members in spec.inputs.values() for name in members}
    taken = [name for name in names if name in own]
    if taken:
        problem = f"the component has this input, and those that begin with {SETTING_PREFIX} are settings of the job"
        raise InvalidInput("step", [Violation(name, f"{problem}: rename it") for name in taken])
    return {
        name: {"parameterType": "STRING", "defaultValue": "", "isOptional": True,
               "description": _SETTINGS.get(name.removeprefix(SETTING_PREFIX), "Setting of the SageMaker job.")}
        for name in names
    }


def moved_component(component: Mapping[str, Any], spec: StepSpec) -> dict[str, Any]:
    """The component with the inputs for its job's settings; its own inputs and outputs stay as they are."""
    extra = setting_inputs(spec)
    if not extra:
        return dict(component)
    definitions = dict(component.get("inputDefinitions") or {})
    definitions["parameters"] = {**(definitions.get("parameters") or {}), **extra}
    return {**component, "inputDefinitions": definitions}


def _placeholders(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "{{" in value:
            yield from (match["name"] or match["quoted"] for match in _PARAMETER.finditer(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _placeholders(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _placeholders(item)
    elif is_dataclass(value):
        yield from _placeholders(vars(value))
