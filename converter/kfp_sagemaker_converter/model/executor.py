"""What runs: the executors of a deployment spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from kfp_sagemaker_converter.model.node import Node


@dataclass(frozen=True)
class Resources:
    """What a container asks for, as written: ``"2"``, ``"500m"``, ``"16G"``, or a placeholder that is filled at run time.

    Empty is not asked for. Where the IR says a thing twice, as number and as text, this is the text (``resourceCpuLimit``),
    which alone can be a placeholder. The numbers of old IR are ``"3.5"`` CPUs and ``"15G"`` (10^9 bytes each).
    """

    cpu_request: str = ""
    cpu_limit: str = ""
    memory_request: str = ""
    memory_limit: str = ""
    accelerator_type: str = ""
    accelerator_count: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything is asked for."""
        return self != Resources()

    @property
    def at_run_time(self) -> bool:
        """Whether some of it is known at run time only."""
        return any("{{$" in text for text in vars(self).values())


@dataclass(frozen=True, kw_only=True)
class Container(Node):
    """A program in an image. ``command`` and ``args`` may hold KFP's placeholders, so may ``image``."""

    image: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    resources: Resources = Resources()


@dataclass(frozen=True, kw_only=True)
class Importer(Node):
    """Registers an artifact that exists already; KFP runs it without a pod. ``uri`` is empty when it comes at run time."""

    uri: str = ""


@dataclass(frozen=True, kw_only=True)
class Resolver(Node):
    """A query of the metadata store."""


@dataclass(frozen=True, kw_only=True)
class CustomJob(Node):
    """A Vertex AI custom job."""


@dataclass(frozen=True, kw_only=True)
class Opaque(Node):
    """An executor that no version of KFP known here has; ``kind`` is what it calls itself."""

    kind: str


Executor: TypeAlias = Container | Importer | Resolver | CustomJob | Opaque
