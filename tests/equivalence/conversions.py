"""Pipelines with their steps moved onto SageMaker, and jobs whose staging is switched off for control runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kfp_sagemaker_converter.configuration.configuration import ClaimRule, Configuration, Job, SecretRule
from kfp_sagemaker_converter.conversion import convert
from runs import FILE_SYSTEM, SECRETS_ARN

CONFIGURATION = Configuration(
    role="arn:aws:iam::123456789012:role/Equivalence",
    bucket="kfp-artifacts",
    registry="123456789012.dkr.ecr.us-east-1.amazonaws.com",
    launcher_image="123456789012.dkr.ecr.us-east-1.amazonaws.com/kfp-sagemaker:local",
    placement="all",
    secrets={"plain": SecretRule("environment"), "managed": SecretRule("secrets_manager", SECRETS_ARN)},
    volume_claims={"objects": ClaimRule(s3="s3://given/claim"), "shared": ClaimRule(efs=FILE_SYSTEM)},
)


def moved(ir: Path, target: Path, service: str = "processing") -> Path:
    """The converted pipeline, every container of it moved; as a training job where ``service`` says so."""
    network = {"subnets": ("subnet-1",), "security_group_ids": ("sg-1",)} if service == "training" else {}
    return moved_by(ir, target, defaults=Job(service=service, **network))


def moved_by(ir: Path, target: Path, **said: Any) -> Path:
    """The pipeline as converted with these members of the configuration."""
    conversion = convert(ir.read_text(), ir.name, replace(CONFIGURATION, **said))
    assert conversion.documents, conversion.report
    assert not conversion.bundles, "none of these pipelines has a step that is too long for its arguments"
    target.write_text(conversion.text)
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
