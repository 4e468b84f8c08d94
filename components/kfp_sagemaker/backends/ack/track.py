"""What a step knows of one custom resource that it applies or follows: the last look, and what no single look tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kfp_sagemaker.backends.ack.changes import Watched
from kfp_sagemaker.backends.ack.judge import History, is_made, refusal_of
from kfp_sagemaker.resources.resource import Resource

DELETION_POLICY = "services.k8s.aws/deletion-policy"
READ_ONLY = "services.k8s.aws/read-only"


@dataclass
class Track:
    """``custom`` is the resource at the last look at it; times are those of ``clock``, in seconds.

    ``ours``: its name is derived from the step's identity. ``applied``: this process has applied it; ``unread``: the answer
    to that has not been looked at. ``before``: what an update has replaced, to be applied again when that is given up.
    """

    resource: Resource
    name: str
    plural: str
    object_name: str
    ours: bool
    custom: dict[str, Any] | None = None
    applied: bool = False
    unread: bool = False
    let_go: bool = False
    before: Mapping[str, Any] | None = None
    again: float | None = None
    watched: Watched | None = None
    clock: Callable[[], float] = time.monotonic
    _began: float = 0.0
    _refusal: str = ""
    _refused_since: float = 0.0
    _reconciles: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """The step has applied it, or looks for the first time: the controller has from now on to act."""
        self._began, self._refusal = self.clock(), ""
        self.let_go = False

    def saw(self, custom: dict[str, Any]) -> None:
        """Take a look in."""
        if self.custom is None and not self.applied:
            self.begin()
        self.custom = custom
        refusal = refusal_of(custom)
        if refusal != self._refusal:
            self._refusal, self._refused_since, self._reconciles = refusal, self.clock(), set()
        if refusal:
            self._reconciles.add(_reconciled(custom))

    def history(self) -> History:
        """What the looks so far tell beside the last one."""
        now = self.clock()
        return History(
            waited=now - self._began,
            seen=self.custom is not None,
            let_go=self.let_go,
            refusals=len(self._reconciles) if self._refusal else 0,
            refused=now - self._refused_since if self._refusal else 0.0,
        )

    @property
    def version(self) -> str:
        """The resourceVersion of the last look; empty for none."""
        return str(self.custom["metadata"].get("resourceVersion", "")) if self.custom else ""

    @property
    def made(self) -> bool:
        """Whether SageMaker had it at the last look."""
        return self.custom is not None and is_made(self.custom)

    def annotation(self, name: str) -> str:
        """An annotation at the last look; empty for none."""
        return str((self.custom or {"metadata": {}})["metadata"].get("annotations", {}).get(name, ""))

    def is_older(self, version: str) -> bool:
        """Whether ``version``, a resourceVersion, was there before the last look."""
        seen = self.version
        return version.isdigit() and seen.isdigit() and int(version) < int(seen)


def _reconciled(custom: Mapping[str, Any]) -> str:
    """When the controller looked last: every reconcile writes the condition Ready anew."""
    conditions = (custom.get("status") or {}).get("conditions") or []
    return next((str(one.get("lastTransitionTime")) for one in conditions if one.get("type") == "Ready"), "")
