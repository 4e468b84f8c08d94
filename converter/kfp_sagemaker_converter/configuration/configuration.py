"""A configuration as data, and what it says about one step. Reading it is in ``read``, its format in ``schema.json``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path

from kfp_sagemaker_converter.source import Location

DEFAULT_INSTANCE_TYPE = "ml.m5.large"
DEFAULT_PREFIX = "kfp"


@dataclass(frozen=True)
class Job:
    """Settings of a job; None is not said. The names are those of the inputs of ``v1/process`` and ``v1/train``.

    ``volume_size`` is in GiB; ``max_run_time``, ``max_wait_time``, ``keep_alive`` and ``wait_for_capacity`` are in seconds.
    """

    service: str | None = None
    instance_type: str | None = None
    instance_families: tuple[str, ...] | None = None
    instance_count: int | None = None
    volume_size: int | None = None
    max_run_time: int | None = None
    subnets: tuple[str, ...] | None = None
    security_group_ids: tuple[str, ...] | None = None
    network_isolation: bool | None = None
    traffic_encryption: bool | None = None
    resource_encryption_key: str | None = None
    output_encryption_key: str | None = None
    spot_instance: bool | None = None
    max_wait_time: int | None = None
    checkpoint_s3_uri: str | None = None
    checkpoint_local_path: str | None = None
    keep_alive: int | None = None
    registry_access: str | None = None
    registry_credentials_arn: str | None = None
    wait_for_capacity: int | None = None
    assume_role: str | None = None
    shell: bool | None = None
    tags: Mapping[str, str] | None = None

    @property
    def from_private_registry(self) -> bool:
        """Whether the image is pulled as it is, from a registry in a VPC."""
        return self.registry_access == "Vpc" or bool(self.registry_credentials_arn)

    def beneath(self, other: Job) -> Job:
        """These settings with those of ``other`` on top; tags of both."""
        said = {one.name: value for one in fields(other) if (value := getattr(other, one.name)) is not None}
        if self.tags and other.tags:
            said["tags"] = {**self.tags, **other.tags}
        return replace(self, **said)


@dataclass(frozen=True)
class StepRule:
    """A rule for the steps that ``name`` and ``image`` match; an empty pattern matches all.

    ``placement`` is move, keep or empty.
    """

    location: Location
    name: str = ""
    image: str = ""
    placement: str = ""
    job: Job = Job()

    def matches(self, names: Collection[str], image: str) -> bool:
        """Whether the rule is for a step that goes by any of ``names``."""
        by_name = not self.name or any(fnmatchcase(name, self.name) for name in names)
        return by_name and (not self.image or fnmatchcase(image, self.image))

    def __str__(self) -> str:
        said = [("name", self.name), ("image", self.image)]
        return ", ".join(f"{key} {pattern}" for key, pattern in said if pattern)


@dataclass(frozen=True)
class SecretRule:
    """What becomes of a Kubernetes secret: ``keep``, ``secrets_manager`` (with ``arn``) or ``environment``."""

    policy: str = "keep"
    arn: str = ""


@dataclass(frozen=True)
class ClaimRule:
    """What stands in jobs for a volume claim, one of three: ``s3`` (a prefix, to be read only), or ``directory`` of the file
    system ``efs`` or ``fsx``, to be read only where ``read_only`` says so.
    """

    s3: str = ""
    efs: str = ""
    fsx: str = ""
    directory: str = "/"
    read_only: bool = False


@dataclass(frozen=True)
class StepSettings:
    """What the configuration says about one step.

    ``placement`` is move, keep, or empty: as the placement mode decides. ``fixed_instance_type`` is from a rule and counts
    more than what the step asks for; ``job.instance_type`` is for a step that asks for nothing.
    """

    job: Job
    placement: str = ""
    fixed_instance_type: str = ""
    rules: tuple[StepRule, ...] = ()


@dataclass(frozen=True)
class Configuration:
    """All that ``kfp-sagemaker.yaml`` and the files beneath it say. Empty is not said.

    ``components`` are files by URL, and folders by the prefix of URLs. ``placement`` is auto, all or none. ``files`` are the
    files, the one beneath first.
    """

    role: str = ""
    region: str = ""
    bucket: str = ""
    prefix: str = DEFAULT_PREFIX
    launcher_image: str = ""
    registry: str = ""
    images: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, Path] = field(default_factory=dict)
    placement: str = "auto"
    defaults: Job = Job()
    tags: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretRule] = field(default_factory=dict)
    volume_claims: Mapping[str, ClaimRule] = field(default_factory=dict)
    steps: tuple[StepRule, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def pipeline_root(self) -> str:
        """``s3://bucket/prefix``; empty without a bucket."""
        return f"s3://{self.bucket}/{self.prefix.strip('/')}".rstrip("/") if self.bucket else ""

    @property
    def own_rules(self) -> tuple[StepRule, ...]:
        """The rules of the topmost file, the project's. Those beneath are for many pipelines."""
        return tuple(rule for rule in self.steps if rule.location.file in self.files[-1:])

    def for_step(self, names: Collection[str], image: str) -> StepSettings:
        """What is said about a step that goes by ``names`` (of tasks, component, executor) and has ``image``."""
        matching = tuple(rule for rule in self.steps if rule.matches(names, image))
        job = Job(instance_type=DEFAULT_INSTANCE_TYPE, tags=self.tags or None).beneath(self.defaults)
        placement = fixed = ""
        for rule in matching:
            job = job.beneath(replace(rule.job, instance_type=None))
            placement = rule.placement or placement
            fixed = rule.job.instance_type or fixed
        return StepSettings(job, placement, fixed, matching)

    def secret(self, name: str) -> SecretRule:
        """What becomes of the Kubernetes secret ``name``."""
        return self.secrets.get(name, SecretRule())

    def volume_claim(self, name: str) -> ClaimRule | None:
        """What stands for the volume claim ``name``; None when nothing is said."""
        return self.volume_claims.get(name)

    def maps(self, image: str) -> bool:
        """Whether ``images`` says what runs in place of ``image``, which is then taken to be there."""
        return any(fnmatchcase(image, pattern) for pattern in self.images)

    def target_image(self, image: str) -> str:
        """The image that runs in place of ``image``: as mapped, itself where it is in ECR, else its copy in the registry.

        Empty when there is neither a mapping nor a registry. The copy's repository begins with the host, its tag is the digest
        where there is one. What is known at run time only names the image that is pulled then.
        """
        for pattern, target in self.images.items():
            if fnmatchcase(image, pattern):
                return target
        if is_in_ecr(image) or "{{" in image:
            return image
        return f"{self.registry.rstrip('/')}/{_name_in_registry(image)}" if self.registry else ""


def is_in_ecr(image: str) -> bool:
    """Whether SageMaker can pull ``image`` as it is: from a private ECR registry."""
    host = image.partition("/")[0]
    return ".dkr.ecr" in host and ".amazonaws.com" in host


def _name_in_registry(image: str) -> str:
    """``quay.io/team/name:tag``: no two images have the same. ECR allows lower-case letters, digits and ``._-/`` in names."""
    name, _, digest = image.partition("@")
    host, slash, rest = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        # Docker Hub is where images without a host are, so that these are the same ones.
        name = rest if host in ("docker.io", "index.docker.io") else f"{host.replace(':', '-')}/{rest}"
    repository, colon, tag = name.rpartition(":")
    if not colon:
        repository, tag = name, ""
    # A digest counts, and a tag beside it does not: so it is with the image itself.
    return f"{repository.lower()}:{digest.replace(':', '-')[:128] if digest else tag or 'latest'}"
