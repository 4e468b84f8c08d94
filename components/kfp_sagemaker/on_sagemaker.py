"""``run_on_sagemaker``: any KFP component as one whose steps run as SageMaker jobs. Imports kfp; nothing in a pod does.

How it works: the component's IR is taken, its container replaced by the container step, and loaded again. Pipelines are not
turned here but by the converter.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import UnionType
from typing import Any, get_origin, get_type_hints

import yaml

try:
    from google.protobuf import json_format
    from kfp.components import load_component_from_text
    from kfp.dsl.base_component import BaseComponent
    from kfp.dsl.graph_component import GraphComponent
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("kfp", "google"):
        raise
    raise ImportError("run_on_sagemaker needs Kubeflow Pipelines' SDK: pip install 'kfp-sagemaker[kfp]'") from None

from kfp_sagemaker.container_step.ir import launcher_container, moved_component, setting_inputs, step_spec
from kfp_sagemaker.container_step.kinds_of_job import service_for
from kfp_sagemaker.container_step.large_values import TYPES
from kfp_sagemaker.container_step.mounts import CLAIMS
from kfp_sagemaker.container_step.refusals import refusals
from kfp_sagemaker.container_step.script import VARIABLE
from kfp_sagemaker.container_step.step_spec import JobSettings, Mount, Secret, Service, StepSpec, UriMode
from kfp_sagemaker.errors import InvalidInput, Violation
from kfp_sagemaker.generate.image_reference import DEFAULT_IMAGE, checked_image
from kfp_sagemaker.ops import IMAGE_VARIABLE

#: Bytes of JSON of a value that was said to be large. Who reads it beside what else is not known here.
_LARGE = 8 * 1024


def run_on_sagemaker(
    component: BaseComponent,
    *,
    service: str = "",
    role: str | None = None,
    region: str | None = None,
    instance_type: str | None = None,
    subnets: str | None = None,
    security_group_ids: str | None = None,
    staging_uri: str | None = None,
    env: Mapping[str, str] | None = None,
    secrets: tuple[Secret, ...] = (),
    mounts: tuple[Mount, ...] = (),
    large_values: tuple[str, ...] = (),
    uri_mode: str = "kfp",
    shell: bool = True,
    command: tuple[str, ...] = (),
    image: str = "",
    **settings: Any,
) -> BaseComponent:
    """The component, loaded or defined, container or lightweight Python, as one that runs as a job.

    Inputs, outputs, types, defaults, optional inputs and environment stay. ``role``, ``region``, ``instance_type``,
    ``subnets``, ``security_group_ids`` and ``staging_uri`` that are not given here become optional inputs of the new
    component, ``sagemaker_role`` and so on, which a pipeline can pass. What is set on the task in a pipeline, variables,
    secrets and volumes, is the pod's and does not reach the job: ``env``, ``secrets`` and ``mounts`` do. ``settings`` are the
    other members of :class:`~kfp_sagemaker.container_step.step_spec.JobSettings`: ``instance_count``, ``volume_size`` (GiB),
    ``max_run_time`` (seconds), ``tags``, ``spot_instance`` and so on. ``service`` is ``processing`` or ``training``; without
    it, training where only that has what is asked for. ``env`` adds environment variables of the job, ``mounts`` volumes.
    ``large_values`` are input and output parameters (texts, lists, objects) whose values of more than 8 KiB go from one moved
    step to others by way of S3, beyond what KFP can give to a step: name them in the step that makes them and in all that read
    them, and have nothing else read them. ``command`` names the entry point of an image whose component has arguments only.
    ``image`` is that of kfp-sagemaker (default: that of ``KFP_SAGEMAKER_IMAGE``, else the one of the specs).

    Raises InvalidInput, with all that is wrong, for what is no component or is a pipeline, for settings that there are not or
    that SageMaker would refuse, a large value that is none, and a component that has an input of the name of a setting.
    """
    given = {"role": role, "region": region, "instance_type": instance_type, "subnets": subnets,
             "security_group_ids": security_group_ids, "staging_uri": staging_uri}
    chosen: dict[str, Any] = {**{name: value for name, value in given.items() if value is not None}, **settings}
    known = sorted(JobSettings.__dataclass_fields__)
    wrong = [Violation(name, f"no such setting; there are {', '.join(known)}") for name in chosen if name not in known]
    wrong += _not_one_of("service", service or Service.PROCESSING, Service) + _not_one_of("uri_mode", uri_mode, UriMode)
    wrong += _wrong_variables(env, secrets)
    lists = {"secrets": (secrets, Secret), "mounts": (mounts, Mount), "large_values": (large_values, str),
             "command": (command, str)}
    wrong += [*_no_lists(lists), *_not_of_type(chosen)]
    told = {each.input for each in wrong}
    kind, job = Service.PROCESSING, JobSettings()
    if not told & {"service", "secrets", "mounts"}:
        claims = any(mount.kind in CLAIMS for mount in mounts)
        chosen = {name: value for name, value in chosen.items() if name in known and name not in told}
        kind, job = Service(service or (Service.TRAINING if claims else service_for(chosen))), JobSettings(**chosen)
        for each in refusals(StepSpec("", service=kind, job=job, secrets=tuple(secrets), mounts=tuple(mounts))):
            if each.warning:
                warnings.warn(f"run_on_sagemaker: {each}", stacklevel=2)
            else:
                wrong.append(each)
    launcher = image or os.environ.get(IMAGE_VARIABLE, "") or DEFAULT_IMAGE
    if isinstance(image, str):
        wrong += _refused(lambda: checked_image(launcher, "image"))
    else:
        wrong.append(Violation("image", "expected a text", value=image))
    single = _single_container(component)
    if isinstance(single, Violation):
        raise InvalidInput("run_on_sagemaker", [*wrong, single])
    document, name, executor = single
    spec = step_spec(executor["container"], document["components"][name], job=job, service=kind, shell=shell)
    if command and spec.command:
        problem = f"the component has a command, {' '.join(spec.command)[:100]}; this is for one without"
        wrong.append(Violation("command", problem, value=command))
    wrong += _wrong_large_values(spec, large_values) if "large_values" not in told else []
    wrong += _refused(lambda: moved_component(document["components"][name], spec))
    if wrong:
        raise InvalidInput("run_on_sagemaker", wrong)
    spec = replace(
        spec, secrets=tuple(secrets), mounts=tuple(mounts), uri_mode=UriMode(uri_mode), env=(*spec.env, *(env or {}).items()),
        command=spec.command or tuple(command),
        large_inputs=tuple(each for each in _parameters(spec.inputs) if each in large_values),
        large_outputs={each: _LARGE for each in _parameters(spec.outputs) if each in large_values},
    )  # fmt: skip
    executor["container"] = launcher_container(spec, launcher).container
    _declare(document, name, spec)
    # kfp reads YAML 1.1, where JSON's 1e-05 is text and its \\ud83d two halves of a character.
    moved: BaseComponent = load_component_from_text(yaml.safe_dump(document, sort_keys=False))
    moved.__doc__ = component.__doc__
    return moved


def _refused(check: Callable[[], object]) -> list[Violation]:
    """What ``check`` refuses."""
    try:
        check()
    except InvalidInput as refused:
        return list(refused.violations)
    return []


def _not_one_of(name: str, value: str, choices: type[Service] | type[UriMode]) -> list[Violation]:
    allowed = [str(choice) for choice in choices]
    return [] if value in allowed else [Violation(name, f"must be one of {', '.join(allowed)}", value=value)]


def _no_lists(lists: Mapping[str, tuple[Any, type]]) -> Iterator[Violation]:
    """Of arguments with the type of their members, those that are no lists of these."""
    for name, (values, type_) in lists.items():
        if not isinstance(values, list | tuple) or not all(isinstance(each, type_) for each in values):
            yield Violation(name, f"expected a tuple of {type_.__name__}", value=values)
        elif type_ is Mount:
            paths = [each.path for each in values]
            yield from (Violation(name, "expected a path", value=path) for path in paths if not isinstance(path, str))


def _wrong_variables(env: Any, secrets: Any) -> Iterator[Violation]:
    """What is no environment, and names that no variable has."""
    if env is not None and not isinstance(env, Mapping):
        yield Violation("env", "expected a mapping of names to texts", value=env)
    for name, value in env.items() if isinstance(env, Mapping) else ():
        if not isinstance(name, str) or not VARIABLE.fullmatch(name):
            yield Violation("env", "a name has letters, digits and underscores, and does not begin with a digit", value=name)
        if not isinstance(value, str):
            yield Violation(f"env: {name}", "expected a text", value=value)
    for each in secrets if isinstance(secrets, list | tuple) else ():
        if isinstance(each, Secret) and not VARIABLE.fullmatch(str(each.variable)):
            yield Violation("secrets", "is not the name of a variable", value=each.variable)


def _not_of_type(chosen: Mapping[str, Any]) -> Iterator[Violation]:
    """Settings of another type than they have to be. What they say is checked elsewhere."""
    hints = get_type_hints(JobSettings)
    for name, value in chosen.items():
        type_ = get_origin(hints.get(name)) or hints.get(name, object)
        if not isinstance(value, hints[name] if type_ is UnionType else type_):
            yield Violation(name, f"expected {hints[name] if type_ is UnionType else type_.__name__}", value=value)


def _parameters(definitions: Mapping[str, Any]) -> list[str]:
    """The parameters whose values may be large."""
    return [name for name, words in (definitions.get("parameters") or {}).items() if words.get("parameterType") in TYPES]


def _wrong_large_values(spec: StepSpec, names: tuple[str, ...]) -> list[Violation]:
    """Names that are none of a parameter of a large type."""
    parameters = [*_parameters(spec.inputs), *_parameters(spec.outputs)]
    problem = f"no text, list or object among the parameters, which are {', '.join(parameters) or 'none'}"
    return [Violation("large_values", problem, value=name) for name in names if name not in parameters]


def _single_container(component: Any) -> tuple[dict[str, Any], str, dict[str, Any]] | Violation:
    """The component's IR, the name of the one component in it, and its executor; or why it has not just one container."""
    if not isinstance(component, BaseComponent):
        return Violation("component", f"expected a KFP component, got {type(component).__name__}")
    if isinstance(component, GraphComponent):
        return Violation("component", "a pipeline is converted by `kfp-sagemaker convert`", value=component.name)
    document: dict[str, Any] = json_format.MessageToDict(component.pipeline_spec)
    components, executors = document.get("components") or {}, document["deploymentSpec"].get("executors") or {}
    if len(components) == 1 and "executorLabel" in (only := next(iter(components.values()))):
        executor: dict[str, Any] = executors[only["executorLabel"]]
        if "container" in executor:
            return document, next(iter(components)), executor
    problem = "not a component with one container. A pipeline is converted by `kfp-sagemaker convert`"
    return Violation("component", problem, value=component.name)


def _declare(document: dict[str, Any], name: str, spec: StepSpec) -> None:
    """Declare the settings as inputs of the component, and pass them on from the one task around it."""
    document["components"][name] = moved_component(document["components"][name], spec)
    extra = setting_inputs(spec)
    if extra:
        root = document["root"]
        root.setdefault("inputDefinitions", {}).setdefault("parameters", {}).update(extra)
        (task,) = root["dag"]["tasks"].values()
        parameters = task.setdefault("inputs", {}).setdefault("parameters", {})
        parameters.update({setting: {"componentInputParameter": setting} for setting in extra})
