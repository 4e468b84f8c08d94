"""What a converted pipeline is told about where it runs, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker.container_step.encoding import Bundle
from kfp_sagemaker.version import VERSION

from kfp_sagemaker_converter.back_ends.kfp.write import Target
from kfp_sagemaker_converter.configuration.configuration import Configuration
from kfp_sagemaker_converter.diagnostics import Diagnostic
from kfp_sagemaker_converter.model import Pipeline
from kfp_sagemaker_converter.passes.move import Plan
from kfp_sagemaker_converter.rules import output as rules

#: Below the pipeline root: steps that are too long for a container's arguments.
_BUNDLES = "kfp-sagemaker-steps"


def target_of(
    pipeline: Pipeline, configuration: Configuration, names: Mapping[str, str]
) -> tuple[Target, list[Diagnostic]]:
    """The target that a configuration describes. ``names`` are the parameters of the jobs' settings."""
    before, root, at = pipeline.default_pipeline_root, configuration.pipeline_root, pipeline.location
    found = []
    if before.startswith("s3://"):
        new_root = ""
    elif not root:
        new_root = ""
        found.append(rules.no_bucket(at, "", before))
    else:
        new_root = root
        found.append(rules.root_replaced(at, "", before, root) if before else rules.root_set(at, "", root))
    image = configuration.launcher_image
    if not image:
        image = f"kfp-sagemaker:{VERSION}"
        found.append(rules.launcher_image_unknown(at, "", image))
    return Target(image, _defaults(configuration, names), new_root, f"{root}/{_BUNDLES}" if root else ""), found


def _defaults(configuration: Configuration, names: Mapping[str, str]) -> dict[str, str]:
    """Values of the settings that the pipeline has by default; a role that nobody named is asked for with every run."""
    job = configuration.for_step((), "").job
    values = {
        "role": configuration.role or None,
        "region": configuration.region,
        "instance_type": configuration.defaults.instance_type or job.instance_type,
        "subnets": ",".join(configuration.defaults.subnets or ()),
        "security_group_ids": ",".join(configuration.defaults.security_group_ids or ()),
        "staging_uri": configuration.pipeline_root,
    }
    return {names[setting]: value for setting, value in values.items() if value is not None}


def about_settings(pipeline: Pipeline, names: Mapping[str, str], added: Mapping[str, Mapping[str, Any]]) -> list[Diagnostic]:
    """Settings under another name than usual, and those that every run has to give."""
    found = []
    for setting, name in names.items():
        if name in added and name != f"sagemaker_{setting}":
            found.append(rules.setting_renamed(pipeline.location, name, f"sagemaker_{setting}", name))
    role = names["role"]
    if role in added and "defaultValue" not in added[role]:
        found.append(rules.role_is_required(pipeline.location, role, role))
    return found


def about_bundles(planned: Plan, labels: Mapping[str, str], bundles: Mapping[str, Bundle]) -> list[Diagnostic]:
    """Steps that have to be uploaded."""
    found = []
    for one in planned.moved:
        bundle = bundles.get(labels.get(one.step.component.name, ""))
        if bundle is not None:
            found.append(rules.bundle_to_upload(one.step.executor.location, one.step.name, one.step.name, bundle.uri))
    return found
