"""What a local SageMaker can be told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """All have a default. ``host`` is the address to listen on and ``port`` 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    region: str = "us-east-1"
    account_id: str = "123456789012"
    data_directory: Path | None = None
    """Where executions keep files; None is a temporary directory, removed at the end."""
    images: Mapping[str, Path] = field(default_factory=dict)
    """Image URI to the folder that stands for it."""
    file_systems: Mapping[str, Path] = field(default_factory=dict)
    """Id of an EFS or FSx for Lustre file system to the folder that stands for it."""
    runner: str = "auto"
    labels: Path | None = None
    """A folder whose ``<job>.json`` finishes the labeling job of that name, see :mod:`sagemaker_local.labels`."""
    faults: Path | None = None
    """A fault script, see :mod:`sagemaker_local.fault_rules`."""
    seconds_to_settle: float = 1.0
    """How long what is kept as state only (a feature group, say) is in a status such as Creating."""

    @property
    def default_bucket(self) -> str:
        """The bucket that exists from the start, named as the SageMaker SDK names its default bucket."""
        return f"sagemaker-{self.region}-{self.account_id}"
