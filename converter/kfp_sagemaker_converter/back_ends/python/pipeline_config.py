"""The settings of a whole pipeline in a platform document, as ``dsl.PipelineConfig``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.back_ends.python.expressions import literal, quoted
from kfp_sagemaker_converter.back_ends.python.names import CannotSay
from kfp_sagemaker_converter.model import Platform

_NUMBERS = {
    "resourceTtlOnCompletion": "ttl_seconds_after_finished",
    "resourceTtlOnSuccess": "ttl_seconds_after_success",
    "resourceTtlOnFailure": "ttl_seconds_after_failure",
    "activeDeadlineSeconds": "active_deadline_seconds",
}


def pipeline_config(platforms: Mapping[str, Platform]) -> str:
    """The expression of the configuration; empty when there is none.

    Raises:
        CannotSay: there is a setting that kfp has no words for.
    """
    for name, platform in platforms.items():
        deployment = platform.words.get("deploymentSpec") or {}
        other = [*(platform.words.keys() - {"deploymentSpec", "pipelineConfig"}), *(deployment.keys() - {"executors"})]
        if name != "kubernetes" or other:
            raise CannotSay(f"the platform {name}{': ' if other else ''}{', '.join(sorted(other))}")
    settings = plain_config(platforms["kubernetes"].pipeline_settings if "kubernetes" in platforms else {})
    if unknown := settings.keys() - {"workspace", *_NUMBERS}:
        raise CannotSay(f"settings of the whole pipeline ({', '.join(sorted(unknown))})")
    arguments = [f"workspace={_workspace(settings['workspace'])}"] if "workspace" in settings else []
    arguments += [f"{argument}={settings[key]}" for key, argument in _NUMBERS.items() if key in settings]
    return f"dsl.PipelineConfig({', '.join(arguments)})" if arguments else ""


def _workspace(words: Mapping[str, Any]) -> str:
    if unknown := words.keys() - {"size", "kubernetes"}:
        raise CannotSay(f"{', '.join(sorted(unknown))} of the workspace")
    arguments = [f"size={quoted(words.get('size', ''))}"]
    patch = words.get("kubernetes", {}).get("pvcSpecPatch")
    if patch:
        patched = literal(patch, lambda name: f"{{{name}}}")
        arguments.append(f"kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={patched})")
    return f"dsl.WorkspaceConfig({', '.join(arguments)})"


def plain_config(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as the proto writes them, without what is empty; as they are when they are none of the proto's."""
    # Imported here: kfp takes two seconds.
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    try:
        message = json_format.ParseDict({"pipelineConfig": settings}, pipeline_spec_pb2.SinglePlatformSpec())
    except (json_format.ParseError, TypeError, ValueError, AttributeError):
        return dict(settings)
    plain: dict[str, Any] = json_format.MessageToDict(message).get("pipelineConfig", {})
    if "workspace" in plain and not plain["workspace"].get("kubernetes", {}).get("pvcSpecPatch"):
        plain["workspace"] = {key: value for key, value in plain["workspace"].items() if key != "kubernetes"}
    return plain
