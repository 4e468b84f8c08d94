"""Artifacts that stand for something kept elsewhere.

KFP's launcher fails a step whose artifact URI lies outside the pipeline root, and downloads input artifacts into the pod. So
the assigned URI holds a small JSON pointer, and the real place is in the metadata and in String outputs.
"""

from __future__ import annotations

import json

from kfp_sagemaker.kfp_io import ArtifactContent


def pointer(arn: str, model_data_url: str) -> ArtifactContent:
    """A ``system.Model`` artifact that points to ``model_data_url`` (S3 URI)."""
    metadata = {"resourceName": arn, "modelDataUrl": model_data_url}
    return ArtifactContent(json.dumps(metadata, indent=2) + "\n", metadata)
