"""The IR of a converted pipeline: the source's own words, in which moved executors, and what they need, are replaced.

Nothing of the source is changed in place: what is not replaced is shared with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.container_step.encoding import Bundle
from kfp_sagemaker.container_step.ir import Launcher, launcher_container, moved_component, setting_inputs

from kfp_sagemaker_converter.back_ends.kfp.platform_document import platforms_without
from kfp_sagemaker_converter.back_ends.kfp.run_time_inputs import giving
from kfp_sagemaker_converter.back_ends.kfp.setting_parameters import Definitions, handing_on, needs_of_dags, with_inputs
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.move import Moved


@dataclass(frozen=True)
class Target:
    """Where the converted pipeline runs.

    ``launcher_image`` submits the jobs. ``defaults`` are the values of settings (``sagemaker_role``) that the pipeline's
    parameters have by default; a setting without one is required of whoever runs the pipeline. ``pipeline_root`` becomes the
    default root, unless empty; ``bundle_prefix`` (``s3://bucket/key``) is for steps too long for a container's arguments.
    """

    launcher_image: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    pipeline_root: str = ""
    bundle_prefix: str = ""


@dataclass(frozen=True)
class Written:
    """A converted pipeline.

    ``documents`` are the IR and, where there is one, the platform document; ``bundles`` belong to the executors of their
    labels; ``labels`` are those of moved components.
    """

    documents: tuple[Mapping[str, Any], ...]
    added_parameters: Definitions = field(default_factory=dict)
    bundles: Mapping[str, Bundle] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


def write(pipeline: Pipeline, moved: Mapping[str, Moved], target: Target) -> Written:
    """The pipeline with its moved steps (by component name) on SageMaker."""
    if not moved:
        unchanged = {name: platform.words for name, platform in pipeline.platforms.items()}
        return Written((pipeline.words, {"platforms": unchanged}) if unchanged else (pipeline.words,))
    labels = _labels(pipeline, moved)
    launchers = {
        labels[name]: launcher_container(one.spec, target.launcher_image, target.bundle_prefix) for name, one in moved.items()
    }
    definitions = {name: setting_inputs(one.spec) for name, one in moved.items()}
    root, components, added = _components(pipeline, moved, definitions, labels, target.defaults)
    gone = _gone(pipeline, moved)
    ir = {
        **pipeline.words,
        "components": components,
        "root": root,
        "deploymentSpec": _deployment(pipeline, launchers, gone),
    }
    if target.pipeline_root:
        ir["defaultPipelineRoot"] = target.pipeline_root
    platforms = platforms_without(pipeline, gone, {labels[name]: one.pod_settings for name, one in moved.items()})
    bundles = {label: launcher.bundle for label, launcher in launchers.items() if launcher.bundle}
    return Written((ir, *platforms), added, bundles, labels)


def _components(
    pipeline: Pipeline,
    moved: Mapping[str, Moved],
    definitions: Mapping[str, Definitions],
    labels: Mapping[str, str],
    defaults: Mapping[str, str],
) -> tuple[dict[str, Any], dict[str, Any], Definitions]:
    """Root and components with the settings that they read or hand on, and those that the root got."""
    run_time = {name: one.run_time_inputs for name, one in moved.items()}
    of_pipeline = {name: [each for each in of if each not in run_time[name].given] for name, of in definitions.items()}
    needs = needs_of_dags(pipeline, of_pipeline)
    known = {name: words for of_step in definitions.values() for name, words in of_step.items()}
    of_root = {name: _root_definition(known[name], defaults.get(name)) for name in sorted(needs.get("root", ()))}
    components = {}
    for name, component in pipeline.components.items():
        words = component.words
        if name in moved:
            words = {**moved_component(words, moved[name].spec), "executorLabel": labels[name]}
        elif component.dag is not None:
            words = giving(component, words, run_time)
            if needs.get(name):
                words = with_inputs(handing_on(component, words, needs), {each: known[each] for each in sorted(needs[name])})
        components[name] = words
    root = giving(pipeline.root, pipeline.words.get("root") or {}, run_time)
    root = with_inputs(handing_on(pipeline.root, root, needs), of_root)
    declared = pipeline.root.inputs.parameters
    return root, components, {name: words for name, words in of_root.items() if name not in declared}


def _root_definition(words: Mapping[str, Any], default: str | None) -> dict[str, Any]:
    """A setting as a pipeline parameter."""
    kept = {key: value for key, value in words.items() if key in ("parameterType", "description")}
    return kept if default is None else {**kept, "defaultValue": default, "isOptional": True}


def _labels(pipeline: Pipeline, moved: Mapping[str, Moved]) -> dict[str, str]:
    """The executor label of every moved component: its own, or a new one where it shared its executor."""
    sharing: dict[str, list[str]] = {}
    for name, component in pipeline.components.items():
        if component.executor is not None:
            sharing.setdefault(component.executor, []).append(name)
    taken = set(pipeline.executors)
    labels = {}
    for label, names in sharing.items():
        for position, name in enumerate(names):
            if name in moved:
                labels[name] = label if len(names) == 1 else _free(f"{label}-{position + 1}", taken)
    return labels


def _free(label: str, taken: set[str]) -> str:
    while label in taken:
        label += "-sagemaker"
    taken.add(label)
    return label


def _gone(pipeline: Pipeline, moved: Mapping[str, Moved]) -> set[str]:
    """Labels of executors that no component has any more as they were."""
    still_used = {component.executor for name, component in pipeline.components.items() if name not in moved}
    return {one.step.label for one in moved.values()} - still_used


def _deployment(pipeline: Pipeline, launchers: Mapping[str, Launcher], gone: set[str]) -> dict[str, Any]:
    deployment = dict(pipeline.words.get("deploymentSpec") or {})
    new = {label: {"container": dict(launcher.container)} for label, launcher in launchers.items()}
    executors = {}
    for label, words in (deployment.get("executors") or {}).items():
        if label in new or label not in gone:
            executors[label] = new.pop(label, words)
    deployment["executors"] = {**executors, **new}
    return deployment
