"""Pipelines with their steps moved onto SageMaker, and jobs whose staging is switched off for control runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from kfp_sagemaker.container_step.ir import launcher_container, step_spec
from kfp_sagemaker.container_step.step_spec import JobSettings, Service

SETTINGS = JobSettings(
    role="arn:aws:iam::123456789012:role/Equivalence",
    region="",
    instance_type="ml.m5.large",
    subnets="",
    security_group_ids="",
    staging_uri="",
)


def moved(ir: Path, target: Path, service: Service = Service.PROCESSING) -> Path:
    """The pipeline with a container step in the place of every container, the DAG left alone."""
    documents = list(yaml.safe_load_all(ir.read_text()))
    spec = documents[0]
    components = {
        component["executorLabel"]: component for component in spec["components"].values() if "executorLabel" in component
    }
    for label, executor in spec["deploymentSpec"]["executors"].items():
        if "container" in executor:
            step = step_spec(executor["container"], components[label], job=SETTINGS, service=service)
            executor["container"] = dict(launcher_container(step, "kfp-sagemaker:local").container)
    target.write_text(yaml.safe_dump_all(documents, allow_unicode=True))
    return target


def switch_off_inputs(patch: pytest.MonkeyPatch) -> None:
    """From now on the local SageMaker brings no input artifact into a processing job, only its script."""
    from sagemaker_local.execution import processing_job

    download = processing_job.download_source

    def only_scripts(s3: Any, source: Any, *arguments: Any, **options: Any) -> Any:
        return download(s3, source, *arguments, **options) if source["S3DataType"] == "S3Prefix" else None

    patch.setattr(processing_job, "download_source", only_scripts)


def switch_off_outputs(patch: pytest.MonkeyPatch) -> None:
    """From now on the local SageMaker uploads nothing of what a processing job leaves."""
    from sagemaker_local.execution import processing_job

    patch.setattr(processing_job, "output_uploads", lambda *_: [])
