"""The platform document of a converted pipeline: without what moved steps had asked of the cluster.

The pod of a moved step only submits a job: node selectors, volumes and limits of the original are not for it. Some settings
stay because the launcher hands on what they put into the pod, such as environment variables out of a ConfigMap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kfp_sagemaker_converter.model import Pipeline

#: Settings of executors, by label.
Settings = Mapping[str, Mapping[str, Any]]


def platforms_without(pipeline: Pipeline, gone: set[str], kept_settings: Settings) -> tuple[Mapping[str, Any], ...]:
    """The platform document, as a tuple of one; empty when nothing is left to say.

    ``gone`` are the labels of executors that run no more; ``kept_settings`` stay, under the labels of what runs instead.
    """
    platforms = {}
    for name, platform in pipeline.platforms.items():
        words = dict(platform.words)
        if platform.settings:
            here = words["deploymentSpec"]["executors"]
            kept = {label: settings for label, settings in kept_settings.items() if settings and name == "kubernetes"}
            executors = {label: kept.pop(label, None) or here[label] for label in here if label not in gone or label in kept}
            executors |= kept
            words["deploymentSpec"] = {**words["deploymentSpec"], "executors": executors}
            if not executors:
                del words["deploymentSpec"]
        if words:
            platforms[name] = words
    return ({"platforms": platforms},) if platforms else ()
