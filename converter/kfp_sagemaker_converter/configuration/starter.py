"""A commented ``kfp-sagemaker.yaml`` to start from, for one pipeline: all of it is valid, and what is a guess is a comment."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import yaml

from kfp_sagemaker_converter.configuration.configuration import DEFAULT_INSTANCE_TYPE, Configuration, is_in_ecr
from kfp_sagemaker_converter.report import Report, StepReport

_ACCOUNT, _REGION = "123456789012", "eu-west-1"
_HEAD = """\
# How kfp-sagemaker converts {file}.
# A line that begins with "# " and a key is a setting to uncomment. Every setting: docs/configuration.md
version: 1

# A file of the platform team beneath this one:
# extends: ../platform/kfp-sagemaker.yaml

# The IAM role that jobs run as. Without it, every run has to pass the pipeline parameter sagemaker_role.
{role}

# The region of the jobs, and the bucket for artifacts: KFP's own store (minio://) is out of their reach.
{region}
{bucket}

# The image that submits jobs, built with `make image`.
{launcher_image}

# The ECR registry that images are copied to (images.txt lists them): SageMaker pulls from ECR.
{registry}

# Which steps move: auto (those with data, accelerators or requests), all, none.
placement: auto

defaults:
  # For steps that ask for nothing. `kfp-sagemaker profiles` lists the types.
  instance_type: {instance_type}
  # A VPC for the jobs:
  # subnets: [subnet-0a1b2c3d]
  # security_group_ids: [sg-0a1b2c3d]

# tags:
#   team: my-team
"""


def starter(report: Report, secrets: Iterable[str], claims: Iterable[str], given: Mapping[str, str]) -> str:
    """The text. ``report`` is of the pipeline with all steps moved; ``secrets`` are names of Kubernetes secrets it reads,
    ``claims`` of volume claims that it mounts.

    ``given`` are values of role, region, bucket and registry, as far as they are known.
    """
    region = given.get("region") or _REGION
    host = f"{_ACCOUNT}.dkr.ecr.{region}.amazonaws.com"
    examples = {
        "role": f"arn:aws:iam::{_ACCOUNT}:role/sagemaker-jobs", "region": region, "bucket": "my-team-pipelines",
        "launcher_image": f"{host}/kfp-sagemaker:0.1.0", "registry": f"{host}/mirror",
    }  # fmt: skip
    lines = {key: f"{key}: {given[key]}" if given.get(key) else f"# {key}: {value}" for key, value in examples.items()}
    parts = [_HEAD.format(file=_one_line(report.file), instance_type=DEFAULT_INSTANCE_TYPE, **lines)]
    parts += [_images(report, given.get("registry") or examples["registry"]), _secrets(secrets, region)]
    parts += [_claims(claims), _steps(report.steps)]
    return "\n".join(part for part in parts if part)


def _images(report: Report, registry: str) -> str:
    images = sorted({step.image for step in report.moved if not is_in_ecr(step.image) and "{{" not in step.image})
    if not images:
        return ""
    lines = ["# Images of this pipeline whose copies have other names than these, or are there already:", "# images:"]
    in_registry = Configuration(registry=registry).target_image
    lines += [f"#   {_scalar(image)}: {_scalar(in_registry(image))}" for image in images]
    return "\n".join(lines) + "\n"


def _secrets(secrets: Iterable[str], region: str) -> str:
    names = sorted(set(secrets))
    if not names:
        return ""
    lines = [
        "# Kubernetes secrets that steps read. keep: these steps stay in the cluster. secrets_manager: the job reads the",
        "# secret itself. environment: it is copied into the job's environment, where whoever may describe the job reads it.",
        "secrets:",
    ]
    for name in names:
        arn = f"arn:aws:secretsmanager:{region}:{_ACCOUNT}:secret:NAME"
        lines += [f"  {_scalar(name)}:", "    policy: keep", "    # policy: secrets_manager", f"    # arn: {arn}"]
    return "\n".join(lines) + "\n"


def _claims(claims: Iterable[str]) -> str:
    names = sorted(set(claims))
    if not names:
        return ""
    lines = [
        "# Volume claims that steps mount, or the tasks and parameters that name them, and what stands for them in jobs:",
        "# efs or fsx, a file system that is read and written and needs a VPC, or s3, a prefix (s3://BUCKET/PREFIX) that is",
        "# only read. Without it, steps with the claim stay in the cluster.",
        "# volume_claims:",
    ]
    for name in names:
        lines += [f"#   {_scalar(name)}:", "#     efs: fs-0123456789abcdef0", "#     directory: /"]
    return "\n".join(lines) + "\n"


def _steps(steps: Iterable[StepReport]) -> str:
    lines = ["# Rules for single steps, by name or image (with * and ?). Later ones override earlier ones.", "# steps:"]
    listed = list(steps)
    goes_by = Counter(name for step in listed for name in {_short(step), *(task.rpartition("/")[2] for task in step.tasks)})
    for step in listed:
        # A name that several steps go by would be a rule for all of them; an executor's is one step's alone.
        name = _short(step) if goes_by[_short(step)] == 1 else step.name
        what = f"{step.instance_type or 'chosen at run time'} ({step.why_instance})" if step.service else step.reason
        lines.append(f"# {_one_line(name)}, {_one_line(step.image) or 'no image'}: {_one_line(what)}")
        lines.append(f"#   - name: {_scalar(name)}")
        if step.service:
            instance_type = step.instance_type or DEFAULT_INSTANCE_TYPE
            lines += [f"#     instance_type: {instance_type}", "#     placement: move   # or keep"]
    return "\n".join(lines) + "\n"


def _short(step: StepReport) -> str:
    return step.name.removeprefix("exec-")


def _one_line(text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:150]


def _scalar(text: str) -> str:
    """Text as a YAML scalar on one line, without quotes where none are needed."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9._/:-]*[A-Za-z0-9]", text) and yaml.safe_load(text) == text
    return text if plain else json.dumps(text)
